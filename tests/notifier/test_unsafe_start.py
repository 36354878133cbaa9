"""A notifier that is unsafe does not start: one line that says what to change, exit code 2, and no secret in it."""

import json
import secrets
from base64 import b64encode
from pathlib import Path

import pytest
from typer.testing import CliRunner

from notifier.__main__ import cli
from notifier.settings import Settings

WORD = secrets.token_hex(32)
PASSWORD = secrets.token_hex(16)


def signing(content: bytes) -> str:
    return json.dumps({"service:slt": f"whsec_{b64encode(content).decode()}"})


UNSAFE: dict[str, tuple[dict[str, str], str]] = {
    "no token": ({"TOKEN_FILE": ""}, "STAGEPOST_NOTIFIER_TOKEN"),
    "webhooks to this machine": ({"WEBHOOK_ALLOW": "127.0.0.1"}, "WEBHOOK_ALLOW"),
    "a clock that can be set": ({"CLOCK_STARTS_AT": "2026-01-05T09:00:00Z"}, "CLOCK_STARTS_AT"),
    "a crash point": ({"CRASH_AT": "claimed"}, "CRASH_AT"),
    "demo mode on every address": ({"MODE": "demo", "HOST": "0.0.0.0"}, "loopback"),
    "test mode on every address": ({"MODE": "test", "HOST": "::"}, "loopback"),
    "a mode that there is not": ({"MODE": "debug"}, "MODE"),
    "mail in the clear": ({"SMTP_HOST": "relay.example", "SMTP_TLS": "none"}, "SMTP_TLS"),
    "a short word of the operator's": ({"OPERATOR_TOKEN": "operator"}, "OPERATOR_TOKEN is short"),
    "a long word of one letter": ({"OPERATOR_TOKEN": "a" * 64}, "OPERATOR_TOKEN is short"),
    "a password that everybody tries": (
        {"DATABASE_URL": "postgresql://n:stagepost@db/n"},
        "DATABASE_URL has a password",
    ),
    "a short password": ({"DATABASE_URL": "postgresql://n:a7Gk2p@db/n"}, "DATABASE_URL has a password"),
    "the case API by plain http": ({"CASE_API_URL": "http://stagepost.example"}, "CASE_API_URL is plain http"),
    "an address of its own by plain http": ({"PUBLIC_URL": "http://notifier.example"}, "PUBLIC_URL is plain http"),
    "secrets that are not there": ({"WEBHOOK_SECRETS_FILE": "/nowhere"}, "WEBHOOK_SECRETS_FILE cannot be read"),
    "a short signing secret": ({"secrets": signing(secrets.token_bytes(16))}, "service:slt is short or not random"),
    "the signing secret of the documents": (
        {"secrets": '{"service:slt": "whsec_c3RhZ2Vwb3N0LWV4YW1wbGUtc2VjcmV0LTAx"}'},
        "service:slt is short or not random",
    ),
    "a signing secret of zeros": ({"secrets": signing(bytes(32))}, "service:slt is short or not random"),
    "a signing secret that is none": ({"secrets": '{"service:slt": "whsec_"}'}, "service:slt is unusable"),
    "signing secrets that all can read": ({"secrets": "{}", "mode": "644"}, "WEBHOOK_SECRETS_FILE names a file"),
    "a token that all can read": ({"token": WORD, "mode": "604"}, "TOKEN_FILE names a file"),
}


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Set up a production that would start, with what is changed about it."""

    def put(name: str, text: str, mode: str) -> str:
        path = tmp_path / name
        path.write_text(text)
        path.chmod(int(mode, 8))
        return str(path)

    def tell(changed: dict[str, str]) -> None:
        given = dict(changed)
        mode = given.pop("mode", "600")
        files = {
            "TOKEN_FILE": put("token", given.pop("token", WORD), mode if "token" in changed else "600"),
            "WEBHOOK_SECRETS_FILE": put("secrets", given.pop("secrets", "{}"), mode if "secrets" in changed else "600"),
        }
        settings = {"MODE": "production", "VAR": str(tmp_path / "var"), **files, **given}
        for name, value in settings.items():
            if value:
                monkeypatch.setenv(f"STAGEPOST_NOTIFIER_{name}", value)

    return tell


@pytest.mark.parametrize(("changed", "said"), UNSAFE.values(), ids=UNSAFE)
def test_what_is_unsafe_does_not_start(changed: dict[str, str], said: str, told, monkeypatch: pytest.MonkeyPatch):
    async def started(_: Settings) -> int:
        return 0

    monkeypatch.setattr("notifier.__main__._serve", started)
    told(changed)
    done = CliRunner().invoke(cli, ["serve"])
    assert done.exit_code == 2
    assert said in done.output
    assert done.output.count("\n") == 1
    shown = [WORD, PASSWORD, *[value for name, value in changed.items() if name in {"secrets", "DATABASE_URL"}]]
    assert [secret for secret in shown if secret in done.output] == []


@pytest.mark.parametrize(
    "fit",
    [
        {},
        {"OPERATOR_TOKEN": WORD},
        {"DATABASE_URL": f"postgresql://notifier:{PASSWORD}@db/notifier"},
        {"DATABASE_URL": "postgresql:///notifier?host=/run/postgresql"},
        {"CASE_API_URL": "http://case-api:8080"},
        {"CASE_API_URL": "https://stagepost.example"},
        {"secrets": signing(secrets.token_bytes(32))},
        {"token": WORD, "mode": "640"},
    ],
)
def test_what_is_fit_for_production_is_accepted(fit: dict[str, str], told):
    told(fit)
    assert Settings().mode == "production"
