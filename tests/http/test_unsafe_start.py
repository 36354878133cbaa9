"""What must never be served does not start: one line that says what to change, exit code 2, and no secret in it."""

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from case_api import weaknesses
from case_api.cli.app import app
from case_api.http.serving import DrainingServer
from case_api.key_files import authority_keys, seal_keys
from case_api.settings import Settings, load

SECRET = "hunter2-in-the-clear"
ISSUER = {"issuer": "https://idp.example", "algorithms": ["ES256"], "jwks_url": "https://idp.example/jwks"}


class Operator:
    """Sets up a production that would start, and then spoils it."""

    def __init__(self, folder: Path) -> None:
        self.keys, self.folder = folder / "keys", folder
        self.keys.mkdir(mode=0o700)
        self.told: dict[str, str] = {
            "MODE": "production",
            "AUTHORITIES": "burgh,shire",
            "VAR": str(folder / "var"),
            "KEYS_DIR": str(self.keys),
            "ISSUERS": json.dumps([ISSUER]),
            "DATABASE_URL": f"postgresql://stagepost:{secrets.token_hex(16)}@127.0.0.1:1/stagepost",
        }
        for name in ("burgh", "shire"):
            for kind in ("key", "seal.key"):
                self.put(f"{name}.{kind}", secrets.token_hex(32))

    def put(self, name: str, text: str, mode: int = 0o600) -> None:
        path = self.keys / name
        path.write_text(text)
        path.chmod(mode)

    def issuer(self, **changed: Any) -> None:
        self.told["ISSUERS"] = json.dumps([{k: v for k, v in {**ISSUER, **changed}.items() if v is not None}])

    def database_file(self, text: str, mode: int) -> None:
        path = self.folder / "database_url"
        path.write_text(text)
        path.chmod(mode)
        self.told["DATABASE_URL_FILE"] = str(path)

    @property
    def environment(self) -> dict[str, str]:
        return {f"STAGEPOST_{name}": value for name, value in self.told.items()}


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    return Operator(tmp_path)


def made_by_the_demo(operator: Operator) -> None:
    settings = Settings(mode="demo", var=operator.folder / "demo", authorities=("burgh",))
    authority_keys(settings)
    operator.put("burgh.key", (operator.folder / "demo" / "keys" / "burgh.key").read_text())


def seal_made_by_the_demo(operator: Operator) -> None:
    settings = Settings(mode="test", var=operator.folder / "demo", authorities=("burgh",))
    seal_keys(settings)
    operator.put("burgh.seal.key", (operator.folder / "demo" / "keys" / "burgh.seal.key").read_text())


def told(**changed: str) -> Callable[[Operator], None]:
    return lambda operator: operator.told.update(changed)


def keyed(name: str, text: str, mode: int = 0o600) -> Callable[[Operator], None]:
    return lambda operator: operator.put(name, text, mode)


def issued(**changed: Any) -> Callable[[Operator], None]:
    return lambda operator: operator.issuer(**changed)


def missing(name: str) -> Callable[[Operator], None]:
    return lambda operator: (operator.keys / name).unlink()


def copied(name: str, to: str) -> Callable[[Operator], None]:
    return lambda operator: operator.put(to, (operator.keys / name).read_text())


def second_issuer(operator: Operator, jwks: Path) -> None:
    other = {"issuer": "https://other.example", "algorithms": ["ES256"], "jwks_file": str(jwks)}
    operator.told["ISSUERS"] = json.dumps([ISSUER, other])


NO_FILE = "STAGEPOST_ISSUERS: the jwks_file of an issuer names no file."
A_KEY = secrets.token_hex(32)
PLAIN = f"postgresql://stagepost:{secrets.token_hex(16)}@127.0.0.1:1/stagepost"
UNSAFE: dict[str, tuple[Callable[[Operator], None], str]] = {
    "demo mode on every address": (told(MODE="demo", HOST="0.0.0.0"), "STAGEPOST_HOST"),
    "test mode on an address of the network": (told(MODE="test", HOST="192.0.2.1"), "STAGEPOST_HOST"),
    "a mode that there is not": (told(MODE="debug"), "STAGEPOST_MODE"),
    "a clock that can be set": (told(CLOCK_STARTS_AT="2026-01-05T09:00:00Z"), "STAGEPOST_CLOCK_STARTS_AT"),
    "a crash point": (told(CRASH_AT="committed"), "STAGEPOST_CRASH_AT"),
    "webhooks to this machine": (told(WEBHOOK_ALLOW="127.0.0.1"), "STAGEPOST_WEBHOOK_ALLOW"),
    "webhooks to a host of the network": (told(WEBHOOK_ALLOW="intranet"), "STAGEPOST_WEBHOOK_ALLOW"),
    "nobody could sign in": (told(ISSUERS="[]"), "STAGEPOST_ISSUERS"),
    "the demo's own issuer": (issued(issuer="https://local-issuer.invalid"), "demonstration's own"),
    "an issuer by plain http": (issued(issuer="http://idp.example"), "not https"),
    "an issuer that is no address": (issued(issuer="idp"), "not https"),
    "keys of tokens by plain http": (issued(jwks_url="http://127.0.0.1:8000/jwks"), "plain http"),
    "keys of tokens by plain http from anywhere": (issued(jwks_url="http://idp.example/jwks"), "JWKS_URL"),
    "keys of tokens in a file that is not there": (issued(jwks_url=None, jwks_file=f"/{SECRET}"), NO_FILE),
    "keys of tokens in a folder": (issued(jwks_url=None, jwks_file="/"), NO_FILE),
    "one issuer of two without its file": (lambda op: second_issuer(op, op.folder / SECRET), NO_FILE),
    "a shared secret for tokens": (issued(algorithms=["HS256"]), "ALGORITHMS"),
    "tokens without a signature": (issued(algorithms=["none"]), "ALGORITHMS"),
    "people are led here by plain http": (told(PUBLIC_URL="http://stagepost.example"), "STAGEPOST_PUBLIC_URL"),
    "a password that everybody tries": (
        told(DATABASE_URL="postgresql://stagepost:postgres@db/stagepost"),
        "The database URL has a password",
    ),
    "a password that is short": (
        told(DATABASE_URL="postgresql://stagepost:a7Gk2p@db/stagepost"),
        "The database URL has a password",
    ),
    "a short password at the end of the address": (
        told(DATABASE_URL="postgresql:///stagepost?host=db&password=changeme"),
        "The database URL has a password",
    ),
    "a database address that all can read": (lambda op: op.database_file(PLAIN, 0o644), "chmod 600"),
    "a password that everybody tries, in a file": (
        lambda op: op.database_file("postgresql://stagepost:secret@db/stagepost", 0o600),
        "The database URL has a password",
    ),
    "a database address that is not there": (told(DATABASE_URL_FILE="/nowhere"), "names no file"),
    "no key": (missing("burgh.key"), "burgh.key is missing"),
    "no seal key": (missing("shire.seal.key"), "shire.seal.key is missing"),
    "a short key": (keyed("burgh.key", "ab" * 16), "64 hexadecimal digits"),
    "a key that is text": (keyed("burgh.key", SECRET), "64 hexadecimal digits"),
    "a key of zeros": (keyed("burgh.key", "00" * 32), "not random"),
    "a key of one byte": (keyed("burgh.key", "5a" * 32), "not random"),
    "a key that counts": (keyed("burgh.key", bytes(range(32)).hex()), "not random"),
    "a key that is words": (keyed("burgh.key", b"the quick brown fox jumps over t".hex()), "not random"),
    "a seal key of a pattern": (keyed("burgh.seal.key", "0123456789abcdef" * 4), "not random"),
    "a key that the demo made": (made_by_the_demo, "made by the demo"),
    "a seal key that the demo made": (seal_made_by_the_demo, "made by the demo"),
    "a key with something behind it": (keyed("burgh.key", f"{A_KEY}\n{SECRET}"), "64 hexadecimal digits"),
    "a key that all can read": (keyed("burgh.key", A_KEY, 0o604), "every user of this machine: chmod 600"),
    "a seal key that all can read": (keyed("burgh.seal.key", A_KEY, 0o644), "every user of this machine: chmod 600"),
    "a key that all can change": (keyed("burgh.key", A_KEY, 0o602), "every user of this machine: chmod 600"),
    "two authorities with one key": (copied("burgh.key", "shire.key"), "Two authorities have the same key file"),
    "two authorities with one seal key": (copied("burgh.seal.key", "shire.seal.key"), "the same seal key file"),
    "a seal key that is an authority's key": (copied("burgh.key", "burgh.seal.key"), "A seal key is the same"),
}


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without whatever the environment of the test says."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"STAGEPOST_{name.upper()}", raising=False)


@pytest.mark.parametrize(("spoil", "said"), UNSAFE.values(), ids=UNSAFE)
def test_what_is_unsafe_is_not_served(
    spoil: Callable[[Operator], None],
    said: str,
    operator: Operator,
    alone: None,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(DrainingServer, "run", lambda _: None)
    spoil(operator)
    done = CliRunner().invoke(app, ["serve"], env=operator.environment)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("stagepost: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    shown = [SECRET, A_KEY, "postgres:", *(path.read_text().split("\n")[0] for path in operator.keys.iterdir())]
    assert [secret for secret in shown if secret in done.stderr] == []


@pytest.mark.parametrize("spoil", [made_by_the_demo, keyed("burgh.key", A_KEY, 0o644), keyed("burgh.key", "5a" * 32)])
@pytest.mark.parametrize(
    "arguments",
    [["verify", "--log"], ["export", "7f3b3c52-6f0c-4d7e-9a56-0c4a43c2d1aa"], ["rebuild-boards"], ["background"]],
)
def test_what_is_unsafe_to_serve_is_unsafe_to_open(
    arguments: list[str], spoil: Callable[[Operator], None], operator: Operator, alone: None
):
    spoil(operator)
    done = CliRunner().invoke(app, arguments, env=operator.environment)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_whoever_works_in_the_background_needs_packs_and_a_store_and_nobody_to_sign_in(operator: Operator, alone: None):
    operator.told["ISSUERS"] = "[]"
    done = CliRunner().invoke(app, ["background"], env=operator.environment)
    assert (done.exit_code, done.stderr) == (3, "stagepost: the store cannot be reached\n")
    operator.told["DEFAULT_POLICY"] = "nowhere@1"
    done = CliRunner().invoke(app, ["background"], env=operator.environment)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "nowhere@1" in done.stderr


def test_keys_of_tokens_that_may_not_be_read_are_not_served(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, alone: None
):
    """As the user of the service finds a file of another; whoever runs the tests may read every file."""
    second_issuer(operator, operator.folder / SECRET)
    (operator.folder / SECRET).write_text("{}")
    monkeypatch.setattr("os.access", lambda *_, **__: False)
    done = CliRunner().invoke(app, ["serve"], env=operator.environment)
    said = "stagepost: STAGEPOST_ISSUERS: the jwks_file of an issuer cannot be read.\n"
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", said)


def test_a_command_that_does_not_serve_needs_no_keys_of_tokens(operator: Operator, alone: None):
    operator.issuer(jwks_url=None, jwks_file="/nowhere")
    done = CliRunner().invoke(app, ["background"], env=operator.environment)
    assert (done.exit_code, done.stderr) == (3, "stagepost: the store cannot be reached\n")


def test_the_production_that_was_spoilt_above_would_have_started(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, alone: None
):
    for name, value in operator.environment.items():
        monkeypatch.setenv(name, value)
    settings = load()
    assert (authority_keys(settings).warnings, seal_keys(settings).warnings) == ((), ())


def test_a_key_that_a_group_can_read_is_pointed_out_and_served(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, alone: None
):
    """As containers mount secrets for a group of their own."""
    (operator.keys / "burgh.key").chmod(0o640)
    for name, value in operator.environment.items():
        monkeypatch.setenv(name, value)
    assert len(authority_keys(load()).warnings) == 1


def test_a_random_key_is_never_taken_for_a_written_one():
    assert [key for key in (secrets.token_bytes(32) for _ in range(20_000)) if weaknesses.of_key(key)] == []
