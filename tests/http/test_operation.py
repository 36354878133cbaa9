"""What operators, the demo and its clock see."""

import stat
from datetime import UTC, datetime, timedelta
from uuid import UUID

import anyio
import httpx
import pytest

from case_api.clock import ClockMovesForward, MovableClock, SystemClock
from case_api.http import fetching, health
from case_api.http.clock_route import clock_routes
from case_api.http.gate import public_paths
from case_api.http.issuer import LocalIssuer
from case_api.http.tokens import NotAccepted, Tokens, trusted
from case_api.settings import Issuer, Settings, UnsafeSettings
from tests.http.desk import Watch, calling, small_api
from tests.http.idp import Idp

pytestmark = pytest.mark.anyio

PERSON = UUID("7f3b3c52-6f0c-4d7e-9a56-0c4a43c2d1aa")


async def fine() -> None:
    return None


async def broken() -> None:
    raise OSError("/secret/path")


async def hanging() -> None:
    await anyio.sleep_forever()


async def test_a_service_that_is_well_says_so(client: httpx.AsyncClient):
    assert (await client.get("/livez")).json() == {"status": "alive"}
    assert (await client.get("/readyz")).json() == {"status": "ready"}
    assert (await client.get("/version")).json() == {"version": "1.2.3"}


async def test_a_service_that_is_not_names_the_checks_that_fail(idp: Idp, watch: Watch, monkeypatch):
    monkeypatch.setattr(health, "PATIENCE", 0.05)
    checks = {"store": broken, "follower": hanging, "policy": fine}
    async with calling(small_api(idp.tokens(watch), checks=checks)) as client:
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "not-ready")
    assert answer.json()["failing"] == ["follower", "store"]
    assert "secret" not in answer.text


def test_a_clock_runs_on_from_where_it_is_set(watch: Watch):
    clock = MovableClock(watch)
    clock.move_to(datetime(2027, 1, 1, tzinfo=UTC))
    watch.wait(5)
    assert clock.now() == datetime(2027, 1, 1, 0, 0, 5, tzinfo=UTC)
    clock.move_to(clock.now())
    with pytest.raises(ClockMovesForward):
        clock.move_to(clock.now() - timedelta(microseconds=1))


def test_the_machines_clock_tells_utc():
    assert SystemClock().now().tzinfo is UTC


async def test_the_clock_is_set_forward_alone(client: httpx.AsyncClient):
    assert (await client.put("/clock", json={"now": "2126-02-03T10:00:00+01:00"})).json()["now"] >= "2126-02-03T09"
    assert (await client.get("/clock")).json()["now"] >= "2126-02-03T09"
    back = await client.put("/clock", json={"now": "2126-02-03T08:59:00Z"})
    assert (back.status_code, back.json()["code"]) == (409, "clock-only-moves-forward")


@pytest.mark.parametrize("now", ["2126-02-03T10:00:00", "soon", 1, None, "9999-12-31T23:59:59-23:59"])
async def test_the_clock_takes_an_instant_with_its_offset(now: object, client: httpx.AsyncClient):
    assert (await client.put("/clock", json={"now": now})).status_code in {400, 409}


@pytest.mark.owasp("API8")
def test_in_production_there_is_no_clock_to_set():
    with pytest.raises(UnsafeSettings):
        clock_routes(MovableClock(), "production")
    assert "/clock" in public_paths(settings("demo"))
    assert "/clock" not in public_paths(settings("production"))


def settings(mode: str, **more: object) -> Settings:
    return Settings.model_validate({"mode": mode, "authorities": ("burgh",), **more})


@pytest.mark.owasp("API8")
def test_in_production_there_is_no_local_issuer(tmp_path):
    with pytest.raises(UnsafeSettings):
        LocalIssuer(settings("production", var=tmp_path))
    assert list(tmp_path.iterdir()) == []


async def test_the_local_issuer_lets_people_in(tmp_path, watch: Watch):
    local = LocalIssuer(settings("demo", var=tmp_path), watch)
    carer = local.mint("parent-1", authority="burgh", roles=["carer"], person=PERSON, case=PERSON)
    agency = local.mint("slt-1", authority="burgh", roles=["agency"], services=["slt"], org="nhs", client="desk")
    async with fetching.client() as http:
        tokens = Tokens(trusted([local.settings()], ["burgh"], http, watch), 3600, watch)
        async with calling(small_api(tokens), carer) as client:
            assert (await client.get("/v1/me")).json()["case"] == str(PERSON)
        async with calling(small_api(tokens), agency) as client:
            assert (await client.get("/v1/me")).json()["services"] == ["slt"]


async def test_the_local_issuer_keeps_its_key_to_itself(tmp_path, watch: Watch):
    before, after = (LocalIssuer(settings("test", var=tmp_path), watch) for _ in range(2))
    assert before.jwks() == after.jwks()
    assert '"d"' not in before.jwks()
    assert stat.S_IMODE((tmp_path / "issuer" / "signing.pem").stat().st_mode) == 0o600


@pytest.mark.owasp("API2")
async def test_an_issuer_speaks_for_its_own_authorities_alone(tmp_path, watch: Watch):
    local = LocalIssuer(settings("test", var=tmp_path), watch)
    limited = Issuer.model_validate({**local.settings().model_dump(), "authorities": ["burgh"]})
    async with fetching.client() as http:
        tokens = Tokens(trusted([limited], ["burgh", "shire"], http, watch), 3600, watch)
        assert (await tokens.principal(local.mint("a", authority="burgh", roles=["mis"]))).authority == "burgh"
        with pytest.raises(NotAccepted):
            await tokens.principal(local.mint("a", authority="shire", roles=["mis"]))
