"""A notifier that cannot start says why in one line, and its exit code says what whoever starts it is to do."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from notifier.__main__ import cli
from notifier.database import Sqlite
from notifier.listening import CannotListen, taken
from notifier.settings import Settings
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


@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b", "x" * 70 + ".example"])
def test_a_host_that_is_none_is_told(host: str, start: Start, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("notifier.settings.is_loopback", lambda _: True)
    line = f"nobody can listen at {host}, port 8081: look at STAGEPOST_NOTIFIER_HOST and _PORT"
    assert is_told(start(HOST=host, PORT=8081), 4, line)


def test_a_name_that_stands_for_one_address_twice_is_listened_at_once(monkeypatch: pytest.MonkeyPatch):
    here = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port := free_port()))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [here, here])
    [one] = taken("localhost", port)
    with one, pytest.raises(CannotListen, match=f"port {port} is taken"):
        taken("localhost", port)


def test_a_folder_that_cannot_be_written_is_told(start: Start, tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("in the way")
    outbox = file / "notifier" / "notifier.db"
    line = f"{outbox} cannot be written: STAGEPOST_VAR must name a folder that the notifier may write in"
    assert is_told(start(VAR=file), 2, line)


def test_an_outbox_that_is_no_database_is_told_and_left_alone(start: Start, tmp_path: Path):
    outbox = tmp_path / "notifier" / "notifier.db"
    outbox.parent.mkdir()
    outbox.write_text("no database at all, but somebody's file" * 40)
    line = f"{outbox} is no outbox, or is damaged: put a copy of it back, or move it away"
    assert is_told(start(), 2, line)
    assert outbox.read_text().startswith("no database at all")


@pytest.mark.parametrize("content", ["[]", "7", '{"service:slt": 1}', "[" * 5_000, "\udcff"])
def test_secrets_that_are_none_are_told_without_a_word_of_them(content: str, start: Start, tmp_path: Path):
    secrets = tmp_path / "secrets.json"
    secrets.write_bytes(content.encode("utf-8", "surrogateescape"))
    line = "the file of STAGEPOST_NOTIFIER_WEBHOOK_SECRETS_FILE cannot be read"
    assert is_told(start(WEBHOOK_SECRETS_FILE=secrets), 2, line)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:99999", "127.0.0.1:8080", "https://", "ftp://case-api", "http://[::1"]
)
def test_an_address_of_the_case_api_that_leads_nowhere_is_told(url: str, start: Start):
    assert is_told(
        start(CASE_API_URL=url), 2, "case_api_url: it must be an address that begins with http:// or https://"
    )


def test_a_token_is_read_from_a_file_alone(tmp_path: Path):
    settings = Settings(mode="test", token_file=tmp_path)
    assert settings.bearer() == ""
    (tmp_path / "token").write_bytes(b"\xff\xfeabc\n")
    assert Settings(mode="test", token_file=tmp_path / "token").bearer() == "abc"


def test_a_second_notifier_on_one_outbox_is_told(start: Start, tmp_path: Path):
    first = Sqlite(tmp_path / "notifier" / "notifier.db")
    try:
        assert is_told(start(), 4, "another notifier has this outbox open")
    finally:
        first.close()


def test_a_database_server_that_is_not_there_is_told_as_worth_another_try(start: Start):
    url = f"postgresql://notifier@127.0.0.1:{free_port()}/notifier"
    assert is_told(start(DATABASE_URL=url), 3, "the database cannot be used: OperationalError")
