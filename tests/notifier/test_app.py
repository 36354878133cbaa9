"""The notifier's own door, and what it refuses to start with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from notifier.app import create_app
from notifier.database import AlreadyRunning, Database
from notifier.problems import KINDS
from notifier.service import Service
from notifier.settings import Settings
from tests.notifier.fake_case_api import TOKEN, carer
from tests.notifier.world import World

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def door(settings: Settings, client: str = "127.0.0.1") -> AsyncIterator[tuple[httpx.AsyncClient, Service]]:
    service = await Service.open(settings)
    transport = httpx.ASGITransport(create_app(service, settings), client=(client, 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://notifier") as http:
        yield http, service
    await service.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(mode="test", var=tmp_path, token=SecretStr(TOKEN))


async def test_health_and_version(settings: Settings):
    async with door(settings) as (http, _):
        assert (await http.get("/livez")).json() == {"status": "alive"}
        assert (await http.get("/version")).json()["name"] == "notifier"
        assert (await http.get("/readyz")).json() == {
            "status": "degraded",
            "feed": "not_asked_yet",
            "waiting": 0,
            "unreported": 0,
            "parked_cases": 0,
        }


async def test_without_its_database_it_is_not_ready(settings: Settings):
    async with door(settings) as (http, service):
        await service._database.run(lambda work: work.execute("DROP TABLE parked"))
        answer = await http.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/clock", 405),
        ("PUT", "/clock", 400),
        ("GET", "/v1/deliveries?limit=0", 400),
        ("GET", "/v1/deliveries?state=lost", 400),
        ("GET", "/problems/nothing", 404),
    ],
)
async def test_every_refusal_is_a_problem_document_that_resolves(
    settings: Settings, method: str, path: str, status: int
):
    async with door(settings) as (http, _):
        answer = await http.request(method, path)
        assert answer.status_code == answer.json()["status"] == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert {"type", "title", "detail", "code", "advice"} <= answer.json().keys()
        slug = answer.json()["type"].removeprefix(f"{settings.public_url}/problems/")
        assert (await http.get(f"/problems/{slug}")).json()["title"] == KINDS[slug].title


async def test_a_problem_never_quotes_what_was_sent(settings: Settings):
    async with door(settings) as (http, _):
        for body in ('{"now": "parent@home.example"}', '{"parent@home": ', '{"now": "2026-01-01T00:00:00"}'):
            answer = await http.put("/clock", content=body, headers={"content-type": "application/json"})
            assert answer.status_code == 400
            assert "parent@home" not in answer.text


async def test_the_clock_only_runs_forward(settings: Settings):
    async with door(settings) as (http, _):
        later = datetime.now(UTC) + timedelta(days=400)
        assert (await http.put("/clock", json={"now": later.isoformat()})).status_code == 200
        assert datetime.fromisoformat((await http.get("/clock")).json()["now"]) >= later
        back = await http.put("/clock", json={"now": datetime.now(UTC).isoformat()})
        assert (back.status_code, back.json()["code"]) == (409, "clock-runs-forward")


@pytest.mark.owasp("API8")
async def test_in_production_there_is_no_clock_and_no_way_round_the_operator_token(tmp_path: Path):
    word = "operator-" + "0123456789abcdef" * 2
    settings = Settings(mode="production", var=tmp_path, token=SecretStr(TOKEN), operator_token=SecretStr(word))
    async with door(settings) as (http, _):
        assert (await http.get("/clock")).status_code == 404
        for given in (None, "Bearer wrong", "Bearer ", f"Basic {word}", f"Bearer ö{word[1:]}"):
            headers = {b"authorization": given.encode()} if given else {}
            answer = await http.get("/v1/deliveries", headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        answer = await http.get("/v1/deliveries", headers={"authorization": f"Bearer {word}"})
        assert answer.json() == {"items": []}


async def test_in_the_demo_only_this_machine_sees_deliveries_without_a_token(settings: Settings):
    async with door(settings, client="192.0.2.1") as (http, _):
        assert (await http.get("/v1/deliveries")).status_code == 401
    async with door(settings) as (http, _):
        assert (await http.get("/v1/deliveries")).status_code == 200


async def test_deliveries_show_ids_states_and_times(world: World, tmp_path: Path):
    parent = carer()
    world.gives(parent)
    world.mailbox.replies.append("451 later")
    world.case_api.happens("StageChanged.v1", parent)
    await world.work()
    await world.database.close()
    url = SecretStr(world.database_url) if world.database_url else None
    async with door(Settings(mode="test", var=tmp_path, database_url=url)) as (http, _):
        (item,) = (await http.get("/v1/deliveries?state=queued&limit=10")).json()["items"]
        assert (await http.get("/v1/deliveries?state=sent")).json() == {"items": []}
    assert (item["recipient"], item["attempts"], item["reason"]) == (parent["recipient"], 1, "smtp_451")
    assert "next_attempt_at" in item
    world.database = await Database.open(None, tmp_path / "other")


@pytest.mark.owasp("API8")
@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "production"},
        {"mode": "production", "token": "t", "webhook_allow": "127.0.0.1"},
        {"mode": "production", "token": "t", "smtp_host": "mail.example", "smtp_tls": "none"},
        {"mode": "demo", "host": "0.0.0.0"},
    ],
)
def test_what_is_unsafe_does_not_start(wrong: dict[str, str]):
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)


@pytest.mark.parametrize("content", ['{"service:slt": "whsec_"}', '{"service:slt": "whsec_a"}', "{", None])
def test_a_signing_secret_that_cannot_sign_is_found_at_the_start(tmp_path: Path, content: str | None):
    path = tmp_path / "secrets.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ValidationError):
        Settings(mode="test", webhook_secrets_file=path)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    secrets, token = tmp_path / "secrets.json", tmp_path / "token"
    secrets.write_text('{"service:slt": "whsec_AAAA"}')
    token.write_text("first\n")
    for name, value in {
        "STAGEPOST_MODE": "demo",
        "STAGEPOST_VAR": str(tmp_path),
        "STAGEPOST_NOTIFIER_WEBHOOK_ALLOW": "127.0.0.1, localhost",
        "STAGEPOST_NOTIFIER_WEBHOOK_SECRETS_FILE": str(secrets),
        "STAGEPOST_NOTIFIER_TOKEN_FILE": str(token),
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert (settings.mode, settings.var, settings.tls()) == ("demo", tmp_path, "none")
    assert settings.webhook_allow == {"127.0.0.1", "localhost"}
    assert settings.webhook_secrets()["service:slt"].get_secret_value() == "whsec_AAAA"
    assert settings.bearer() == "first"
    token.write_text("second")
    assert settings.bearer() == "second"


async def test_one_sqlite_file_has_one_notifier(tmp_path: Path):
    database = await Database.open(None, tmp_path)
    with pytest.raises(AlreadyRunning):
        await Database.open(None, tmp_path)
    await database.close()
