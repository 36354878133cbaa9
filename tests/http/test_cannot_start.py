"""A service that cannot start says in one line what to change, and by its exit code whether to try again."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from case_api.http.listening import CannotListen, taken
from case_api.store.archive import Archive, StoreSettings
from tests.house.repository import ROOT
from tests.journeys.api import free_port
from tests.store.facts import opening

PATIENCE = 60


@pytest.fixture
def told(tmp_path: Path) -> dict[str, str]:
    return {"MODE": "test", "VAR": str(tmp_path / "var"), "AUTHORITIES": "burgh", "PORT": str(free_port())}


@pytest.fixture
def busy(told: dict[str, str]) -> Iterator[None]:
    """Somebody listens already where the service would."""
    with socket.create_server((told.get("HOST", "127.0.0.1"), int(told["PORT"]))):
        yield


def started(told: dict[str, str], *command: str) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STAGEPOST_")}
    environment |= {f"STAGEPOST_{name}": value for name, value in told.items()}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "services"), str(ROOT)])
    line = [sys.executable, "-m", "case_api", *(command or ["serve"])]
    return subprocess.Popen(line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def listening(process: "subprocess.Popen[str]", port: int) -> None:
    """Return when it takes connections."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(ConnectionRefusedError):
            return socket.create_connection(("127.0.0.1", port)).close()
        time.sleep(0.02)
    raise AssertionError("nobody listens")


def ended(told: dict[str, str], *command: str) -> tuple[int, str, str]:
    """What `serve`, or another command, leaves: its exit code, standard output and error."""
    with started(told, *command) as process:
        try:
            said = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
        return process.returncode, *said


@pytest.mark.usefixtures("busy")
def test_a_port_that_is_taken_is_named_and_no_store_is_made(told: dict[str, str], tmp_path: Path):
    line = f"stagepost: port {told['PORT']} is taken: end what listens there, or set STAGEPOST_PORT\n"
    assert ended(told) == (4, "", line)
    assert not (tmp_path / "var" / "burgh").exists()


def test_a_port_that_another_takes_while_the_store_is_opened_is_named(told: dict[str, str], tmp_path: Path):
    """As when two start at once: both take the port, since neither listens yet."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", int(told["PORT"])))
        with started(told) as process:
            while process.poll() is None and not (tmp_path / "var" / "burgh").exists():
                time.sleep(0.001)
            other.listen()
            line = f"stagepost: port {told['PORT']} is taken: end what listens there, or set STAGEPOST_PORT\n"
            assert (process.wait(PATIENCE), process.communicate()) == (4, ("", line))


def test_an_address_of_another_machine_is_named():
    with pytest.raises(CannotListen, match=r"^nobody can listen at 192\.0\.2\.1, port 8080: look at STAGEPOST_HOST"):
        taken("192.0.2.1", 8080)


def test_a_database_that_cannot_be_reached_is_tried_again(told: dict[str, str]):
    told["DATABASE_URL"] = f"postgresql://stagepost:{'a7Gk2p' * 4}@127.0.0.1:{free_port()}/stagepost"
    assert ended(told) == (3, "", "stagepost: the store cannot be reached\n")


def test_a_folder_that_cannot_be_written_is_named(told: dict[str, str]):
    told["VAR"] = "/proc/stagepost"  # where nobody makes a folder
    code, output, error = ended(told)
    assert (code, output, error.count("\n")) == (2, "", 1)
    assert error.startswith("stagepost: /proc/stagepost")
    assert error.endswith(" cannot be written: STAGEPOST_VAR must name a folder that the service may write in\n")


def test_a_store_that_cannot_be_written_is_named(told: dict[str, str], tmp_path: Path):
    (tmp_path / "var" / "burgh" / "log.db").mkdir(parents=True)
    told["KEYS_DIR"] = str(tmp_path / "keys")
    (tmp_path / "keys").mkdir()
    for kind in ("key", "seal.key"):
        (tmp_path / "keys" / f"burgh.{kind}").write_text(os.urandom(32).hex())
        (tmp_path / "keys" / f"burgh.{kind}").chmod(0o600)
    said = f"stagepost: {tmp_path / 'var'} cannot be written: STAGEPOST_VAR must name a folder that the service may"
    assert ended(told) == (2, "", f"{said} write in\n")


async def _stored(var: Path, key: bytes) -> None:
    archive = Archive(StoreSettings("sqlite", var, {"burgh": key}))
    await (await archive.open("burgh")).append(opening(uuid4()))
    await archive.close()


@pytest.mark.parametrize("command", [("serve",), ("verify", "--log")], ids=["serve", "verify"])
def test_another_key_than_the_stores_is_told_as_such(command: tuple[str, ...], told: dict[str, str], tmp_path: Path):
    asyncio.run(_stored(tmp_path / "var", os.urandom(32)))
    told["KEYS_DIR"] = str(tmp_path / "keys")
    (tmp_path / "keys").mkdir()
    for kind in ("key", "seal.key"):
        (tmp_path / "keys" / f"burgh.{kind}").write_text(os.urandom(32).hex())
        (tmp_path / "keys" / f"burgh.{kind}").chmod(0o600)
    said = "the key of burgh in STAGEPOST_KEYS_DIR is not the one its store was made with: put that one back"
    assert ended(told, *command) == (2, "", f"stagepost: {said}\n")


@pytest.fixture
def heard() -> Iterator[None]:
    """SIGINT is not ignored by what is started: whoever runs in the background of a shell hands that on."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize(("asked", "code"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 130)])
def test_it_ends_by_the_signal_that_asks_it_to_and_says_nothing(asked: signal.Signals, code: int, told: dict[str, str]):
    with started(told) as process:
        listening(process, int(told["PORT"]))
        process.send_signal(asked)
        assert process.communicate(timeout=PATIENCE) == ("", "")
        assert process.returncode == code
