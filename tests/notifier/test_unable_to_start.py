"""A notifier that cannot start says why in one line, and its exit code says what whoever starts it is to do."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from notifier.__main__ import cli
from notifier.database import Sqlite
from tests.notifier.servers import free_port

Start = Callable[..., Result]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    def started(**changed: object) -> Result:
        for name, value in {"MODE": "test", "VAR": tmp_path, "PORT": free_port(), **changed}.items():
            monkeypatch.setenv(f"STAGEPOST_NOTIFIER_{name}", str(value))
        return CliRunner().invoke(cli, ["serve"])

    return started


def is_told(ended: Result, code: int, line: str) -> bool:
    assert (ended.exit_code, ended.output) == (code, f"notifier: {line}\n")
    return True


def test_a_taken_port_is_told_before_the_outbox_is_made(start: Start, tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        line = f"port {port} is taken: end what listens there, or set STAGEPOST_NOTIFIER_PORT"
        assert is_told(start(PORT=port), 4, line)
    assert list(tmp_path.iterdir()) == []


def test_an_address_at_which_nobody_can_listen_is_told(start: Start, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("notifier.settings.is_loopback", lambda _: True)
    line = "nobody can listen at 203.0.113.1, port 8081: look at STAGEPOST_NOTIFIER_HOST and _PORT"
    assert is_told(start(HOST="203.0.113.1", PORT=8081), 4, line)


@pytest.mark.parametrize(("port", "what"), [(65_536, "too large"), (-1, "too small")])
def test_a_number_that_is_no_port_is_told(port: int, what: str, start: Start):
    assert is_told(start(PORT=port), 2, f"port: it is {what}")


def test_a_folder_that_cannot_be_written_is_told(start: Start, tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("in the way")
    assert is_told(
        start(VAR=file), 2, f"{file} cannot be written: STAGEPOST_VAR must name a folder that the notifier may write in"
    )


def test_an_outbox_that_is_no_database_is_told_and_left_alone(start: Start, tmp_path: Path):
    outbox = tmp_path / "notifier" / "notifier.db"
    outbox.parent.mkdir()
    outbox.write_text("no database at all, but somebody's file" * 40)
    ended = start()
    assert (ended.exit_code, ended.output.count("\n")) == (2, 1)
    assert outbox.read_text().startswith("no database at all")


def test_a_second_notifier_on_one_outbox_is_told(start: Start, tmp_path: Path):
    first = Sqlite(tmp_path / "notifier" / "notifier.db")
    try:
        assert is_told(start(), 4, "another notifier has this outbox open")
    finally:
        first.close()


def test_a_database_server_that_is_not_there_is_told_as_worth_another_try(start: Start):
    url = f"postgresql://notifier@127.0.0.1:{free_port()}/notifier"
    assert is_told(start(DATABASE_URL=url), 3, "the database cannot be reached: OperationalError")
