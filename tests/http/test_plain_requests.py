"""Nearly every command goes the short way in; whichever way it goes, the answer is the same."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from case_api.http import commands
from case_api.http.app import create_app, local_issuers
from case_api.http.issuer import LocalIssuer
from case_api.http.plain_requests import ShortWay
from case_api.settings import Settings

pytestmark = pytest.mark.anyio

LEARNER = {"name": "Maja", "date_of_birth": "2016-05-11", "setting": "burnside-primary"}
CONCERN = {"raised_by": {"kind": "staff", "staff": "hay"}, "description": "Long instructions get lost."}
UNKNOWN = str(uuid4())


class Town:
    """The case API with one case on record."""

    def __init__(self, client: httpx.AsyncClient, issuer: LocalIssuer) -> None:
        self.client, self.issuer, self.case_id = client, issuer, ""

    def bearer(self, *roles: str, **claims: object) -> dict[str, str]:
        token = self.issuer.mint("hay", authority="moray", roles=roles, **{"org": "burnside-primary", **claims})  # type: ignore[arg-type]
        return {"Authorization": f"Bearer {token}"}

    async def raised(self, **given: object) -> httpx.Response:
        """A concern raised in its plain form, but for what is *given*."""
        case_id, query = given.get("case_id", self.case_id), given.get("query", "")
        headers = [*self.bearer(str(given.get("role", "teacher"))).items()]
        headers += [("Idempotency-Key", str(key)) for key in given.get("keys", (uuid4(),))]  # type: ignore[attr-defined]
        headers += [("If-Match", str(given["if_match"]))] if "if_match" in given else []
        path = f"/v1/cases/{case_id}/{given.get('what', 'concerns')}{query}"
        return await self.client.post(path, json=given.get("body", CONCERN), headers=headers)


@pytest.fixture
async def town(tmp_path) -> AsyncIterator[Town]:
    settings = Settings(mode="test", var=tmp_path, authorities=("moray",), background="beside")
    app = create_app(settings, local_issuers(settings))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        town = Town(client, LocalIssuer(settings))
        headers = town.bearer("pupil_support") | {"Idempotency-Key": str(uuid4())}
        made = await client.post("/v1/cases", json=LEARNER, headers=headers)
        town.case_id = made.json()["id"]
        yield town


@pytest.fixture
def plain(monkeypatch) -> list[bool]:
    """Of each request, whether it went the short way."""
    seen: list[bool] = []

    async def noting(short: ShortWay, scope: Any, receive: Any, send: Any) -> None:
        went = True

        async def the_long_way(*request: Any) -> None:
            nonlocal went
            went = False
            await short.app(*request)

        await answer(ShortWay(the_long_way, short.ways, short.problems), scope, receive, send)
        if scope["path"].startswith("/v1/cases/"):
            seen.append(went)

    answer = ShortWay.__call__
    monkeypatch.setattr(ShortWay, "__call__", noting)
    return seen


@pytest.mark.parametrize(
    ("given", "is_plain", "status"),
    [
        ({}, True, 201),
        ({"keys": ['"quoted"']}, False, 201),
        ({"if_match": "*"}, False, 201),
        ({"if_match": '"another"'}, False, 412),
        ({"query": "?dry_run=true"}, False, 200),
        ({"query": "?dry_run=true", "keys": []}, False, 200),
        ({"query": "?strange=1"}, False, 400),
        ({"keys": []}, False, 400),
        ({"keys": ["a", "b"]}, False, 400),
        ({"keys": ["x" * 129]}, False, 400),
        ({"body": {"description": "Nobody raised it."}}, True, 400),
        ({"body": {**CONCERN, "description": 7}}, True, 400),
        ({"body": {**CONCERN, "raised_by": {"kind": "carer"}}}, True, 409),
        ({"role": "auditor"}, True, 403),
        ({"role": "agency"}, True, 403),
        ({"role": "auditor", "body": {}}, True, 400),
        ({"case_id": UNKNOWN}, True, 404),
        ({"case_id": UNKNOWN.upper()}, False, 404),
        ({"case_id": "no-id"}, False, 404),
        ({"what": f"concerns/{UNKNOWN}/closure", "body": {"outcome": "merged", "reason": "x"}}, True, 404),
        ({"what": "concerns/no-id/closure", "body": {"outcome": "merged", "reason": "x"}}, False, 404),
    ],
)
async def test_both_ways_give_the_same_answer(given, is_plain, status, town: Town, plain, monkeypatch):
    short = await town.raised(**given)
    assert (plain, short.status_code) == ([is_plain], status), short.text
    monkeypatch.setattr(commands, "plain_key", lambda _: None)
    long = await town.raised(**given)
    assert told(long) == told(short)
    assert shown(long) == shown(short)


async def test_an_id_in_capitals_names_the_same_case(town: Town, plain):
    assert (await town.raised(case_id=town.case_id.upper())).status_code == 201


async def test_a_repeated_command_is_replayed_whichever_way_it_comes(town: Town, plain):
    key = str(uuid4())
    first, second, third = [await town.raised(keys=[sent]) for sent in (key, key, f'"{key}"')]
    assert first.content == second.content == third.content
    assert [one.headers.get("Idempotency-Replayed") for one in (first, second, third)] == [None, "true", "true"]
    assert plain == [True, True, False]


def told(answer: httpx.Response) -> object:
    """The document, but for what is new in every answer."""
    new = {"id", "etag", "cursor", "instance", "request_id"}
    document = answer.json()
    if "would_record" in document:
        return [one["type"] for one in document["would_record"]]
    return {name: value if name not in new else "new" for name, value in document.items()}


def shown(answer: httpx.Response) -> set[str]:
    """The names of the header fields."""
    return set(answer.headers) - {"content-length", "idempotency-replayed"}
