"""Attacks on the whole API as it is put together, and that every item of the OWASP API Top 10 of 2023 is attacked."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from case_api.http.app import create_app, local_issuers
from case_api.http.issuer import LocalIssuer
from case_api.settings import Settings
from tests.house.repository import ROOT, files
from tests.http.test_documented import COMMANDS

AUTHORITY = "strathlorne"
CASES = "/v1/cases"
LEARNER = {"name": "Ailsa Wren", "date_of_birth": "2016-05-11", "setting": "burnside-primary"}
ITEMS = [f"API{number}" for number in range(1, 11)]
DOCUMENT: dict[str, Any] = json.loads((ROOT / "openapi/case-api.json").read_text())

OF_THE_SERVER = {
    "authority": "auchterlee",
    "tenant_id": "auchterlee",
    "actor": {"subject": "hay", "role": "auditor", "organisation": "school"},
    "roles": ["authority_admin"],
    "recorded_at": "2020-01-01T00:00:00Z",
    "event_id": str(uuid4()),
    "case_id": str(uuid4()),
    "version": 7,
    "policy": "mine@1",
    "key_id": str(uuid4()),
    "superseded": True,
    "__class__": "Sealed",
    "envelope": {},
}
"""What the server alone says of a fact."""


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def settings(tmp_path_factory) -> Settings:
    var = tmp_path_factory.mktemp("attacked") / "var"
    return Settings(
        mode="test", var=var, authorities=(AUTHORITY,), background="beside", default_policy="scotland-generic@1"
    )


@pytest.fixture(scope="module")
def app(settings: Settings) -> FastAPI:
    return create_app(settings, local_issuers(settings))


@pytest.fixture(scope="module")
async def attacker(app: FastAPI, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """With a good token of a teacher, and no more."""
    token = LocalIssuer(settings).mint(
        "hay", authority=AUTHORITY, org="burnside-primary", roles=["teacher", "pupil_support"]
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        through = httpx.ASGITransport(app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {token}"}
        yield await stack.enter_async_context(
            httpx.AsyncClient(transport=through, base_url="https://stagepost.example", headers=headers)
        )


def keyed(**headers: str) -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4()), **headers}


@pytest.mark.owasp("API3")
@pytest.mark.parametrize("field", OF_THE_SERVER)
@pytest.mark.anyio
async def test_nobody_says_what_the_server_says(field: str, attacker: httpx.AsyncClient):
    answer = await attacker.post(CASES, json={**LEARNER, field: OF_THE_SERVER[field]}, headers=keyed())
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-request")
    assert (await attacker.post(CASES, json={"learner": LEARNER}, headers=keyed())).status_code == 400


@pytest.mark.owasp("API3")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.__name__)
def test_no_command_takes_a_field_of_the_server(command: Any):
    own = set(command.model_fields)
    for name, value in OF_THE_SERVER.items():
        if name not in own:
            with pytest.raises(ValueError, match="Extra inputs are not permitted"):
                command.model_validate({**command.examples[0], name: value})


@pytest.mark.owasp("API5")
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "OPTIONS", "HEAD", "DELETE", "PUT", "PATCH", "PROPFIND"])
@pytest.mark.anyio
async def test_a_method_that_an_address_does_not_know_does_nothing(method: str, attacker: httpx.AsyncClient):
    answer = await attacker.request(method, CASES, headers=keyed())
    assert answer.status_code == 405
    assert answer.headers["Allow"] in {"GET, POST", "POST, GET"}


@pytest.mark.owasp("API5")
@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
@pytest.mark.anyio
async def test_no_header_makes_another_method_of_it(header: str, attacker: httpx.AsyncClient):
    found = (await attacker.post(CASES, json=LEARNER, headers=keyed())).json()["id"]
    plain = await attacker.get(f"{CASES}/{found}/stage")
    for method in ("DELETE", "PUT", "POST"):
        tricked = await attacker.get(f"{CASES}/{found}/stage", headers={header: method})
        assert (tricked.status_code, tricked.headers["ETag"]) == (200, plain.headers["ETag"])


@pytest.mark.owasp("API1")
@pytest.mark.parametrize("header", ["X-Authority", "X-Tenant", "X-Forwarded-User", "X-Original-URL", "X-Rewrite-URL"])
@pytest.mark.anyio
async def test_no_header_leads_to_another_case_or_person(header: str, attacker: httpx.AsyncClient):
    unknown = f"{CASES}/{uuid4()}/stage"
    for value in ("auchterlee", "/v1/audit/attempts", "root"):
        plain, tricked = await attacker.get(unknown), await attacker.get(unknown, headers={header: value})
        assert (tricked.status_code, tricked.content) == (plain.status_code, plain.content)
        assert (await attacker.get("/v1/audit/attempts", headers={header: value})).status_code == 403


@pytest.mark.owasp("API8")
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://stagepost.example"])
@pytest.mark.anyio
async def test_no_other_site_reads_an_answer(origin: str, attacker: httpx.AsyncClient):
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    for answer in (
        await attacker.get(CASES, headers=asked),
        await attacker.get("/livez", headers=asked),
        await attacker.options(CASES, headers=asked),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.owasp("API8")
@pytest.mark.parametrize("path", [CASES, "/livez", "/openapi.json", "/nowhere", "/problems/not-found"])
@pytest.mark.anyio
async def test_no_browser_takes_an_answer_for_a_page_or_part_of_one(path: str, attacker: httpx.AsyncClient):
    answer = await attacker.get(path, headers={"Accept": "text/html"})
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert {policy[name] for name in ("default-src", "base-uri", "form-action", "frame-ancestors")} == {"'none'"}
    assert "set-cookie" not in answer.headers
    if answer.headers["Content-Type"].startswith("text/html"):
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "<script" not in answer.text


@pytest.mark.owasp("API8")
@pytest.mark.parametrize(
    "path",
    ["/docs", "/redoc", "/debug", "/console", "/metrics", "/.git/HEAD", "/.env", "/admin", "/static/../var", "/var/"],
)
@pytest.mark.anyio
async def test_there_is_nothing_beside_the_api(path: str, attacker: httpx.AsyncClient):
    answer = await attacker.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.owasp("API9")
def test_every_address_that_is_served_is_in_the_document(app: FastAPI):
    served = {(one.path, method.lower()) for one in routes(app) for method in one.methods or ()}
    told = {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods}
    only_in_tests = {("/clock", "get"), ("/clock", "put")}
    assert {one for one in served - told if one[0].startswith("/v1/")} == set()
    assert served - told - only_in_tests <= {
        (path, "get") for path in ("/openapi.json", "/schemas/{name}", "/problems/{slug}")
    }


def routes(app: FastAPI) -> list[APIRoute]:
    found = [one for one in app.routes if isinstance(one, APIRoute)]
    assert found
    return found


@pytest.mark.owasp("API9")
@pytest.mark.parametrize("version", ["v0", "v2", "V1", "v1.0", "v1beta", "beta", "api/v1", "internal", "v1/../v0"])
@pytest.mark.anyio
async def test_no_other_version_answers(version: str, attacker: httpx.AsyncClient):
    assert (await attacker.get(f"/{version}/cases?q=x")).status_code == 404
    assert (await attacker.post(f"/{version}/cases", json=LEARNER, headers=keyed())).status_code == 404


@pytest.mark.owasp("API2")
@pytest.mark.anyio
async def test_a_credential_in_any_other_place_is_none(app: FastAPI, attacker: httpx.AsyncClient):
    token = attacker.headers["Authorization"].removeprefix("Bearer ")
    through = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=through, base_url="https://stagepost.example") as nobody:
        for asked in (
            {"params": {"access_token": token}},
            {"headers": {"Cookie": f"token={token}; Authorization=Bearer {token}"}},
            {"headers": {"X-Api-Key": token}},
            {"headers": {"Proxy-Authorization": f"Bearer {token}"}},
            {"headers": {"Authorization": f"Basic {token}"}},
        ):
            assert (await nobody.get("/v1/settings", **asked)).status_code == 401  # type: ignore[arg-type]


def test_every_item_of_the_top_ten_is_attacked_by_three_tests_at_least():
    tag = re.compile(r"^@pytest\.mark\.owasp\(\"(API\d+)\"\)$", re.MULTILINE)
    attacks = Counter(item for path in files("tests", suffixes=(".py",)) for item in tag.findall(path.read_text()))
    assert {item: attacks[item] for item in ITEMS if attacks[item] < 3} == {}
    assert set(attacks) == set(ITEMS)
