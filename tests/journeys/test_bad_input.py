"""Whatever is sent, the answer is a problem document of the 4xx kind; nothing is stored, nothing is echoed."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from case_api.streams import stream_of_authority, told_of
from tests import canaries
from tests.journeys.api import AUTHORITY, NEIGHBOUR, key
from tests.journeys.family import CONCERN, REQUEST, Door, Family, agreed
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
CANARY = canaries.SENT_ASTRAY
SAID = {**CONCERN, "description": CANARY}
JSON = {"Content-Type": "application/json"}
DEEP = b'{"a":' * 1000 + b"1" + b"}" * 1000
LEARNER = {"name": CANARY, "date_of_birth": "2016-05-11", "setting": "burnside-primary"}

BROKEN = {
    "cut short": b'{"description": "' + CANARY.encode(),
    "no json": CANARY.encode(),
    "nothing": b"",
    "null": b"null",
    "a list": json.dumps([CANARY]).encode(),
    "a string": json.dumps(CANARY).encode(),
    "a number": b"1e400",
    "not a number": b'{"description": NaN}',
    "a name twice": b'{"description": "a", "description": "b"}',
    "not UTF-8": b'{"description": "\xff\xfe"}',
    "half a surrogate": b'{"raised_by": {"kind": "staff"}, "description": "\\ud800"}',
    "NUL": b'{"raised_by": {"kind": "staff"}, "description": "a\\u0000b"}',
    "a thousand deep": DEEP,
    "a thousand lists": b"[" * 1000 + b"]" * 1000,
    "UTF-16": json.dumps(SAID).encode("utf-16"),
    "two values": json.dumps(SAID).encode() * 2,
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(SAID).encode(),
    "a long number": b'{"wants_reply": ' + b"9" * 5000 + b"}",
}
UNFIT: dict[str, dict[str, Any]] = {
    "an unknown field": {**SAID, CANARY: CANARY},
    "a field of the server": {**SAID, "concern_id": str(uuid4())},
    "a number for text": {**SAID, "description": 7},
    "text for a boolean": {**SAID, "wants_reply": "true"},
    "a number for a boolean": {**SAID, "wants_reply": 1},
    "null": {**SAID, "description": None},
    "blank text": {**SAID, "description": " \n"},
    "a very long text": {**SAID, "description": "x" * 4001},
    "an unknown kind": {**SAID, "raised_by": {"kind": CANARY}},
    "text for an object": {**SAID, "raised_by": CANARY},
    "no id": {**SAID, "raised_by": {"kind": "carer", "person": CANARY}},
    "a list of anything": {**SAID, "wellbeing_indicators": [1, None, {}]},
    "the year 1": {**SAID, "occurred_at": "0001-01-01"},
    "the first instant": {**SAID, "occurred_at": "0001-01-01T00:00:00+14:00"},
    "the last instant": {**SAID, "occurred_at": "9999-12-31T23:59:59.999999-12:00"},
    "the year 9999": {**SAID, "occurred_at": "9999-12-31"},
    "the hour 24": {**SAID, "occurred_at": "2026-01-01T24:00:00Z"},
    "the second 60": {**SAID, "occurred_at": "2026-01-01T23:59:60Z"},
    "a day that is not": {**SAID, "occurred_at": "2026-02-30"},
    "an instant without offset": {**SAID, "occurred_at": "2026-01-01T10:00:00"},
    "seconds since 1970": {**SAID, "occurred_at": 1767225600},
    "a week": {**SAID, "occurred_at": "2026-W01-1"},
    "other digits": {**SAID, "occurred_at": "".join(chr(0xFF10 + int(digit)) for digit in "2026") + "-01-01"},
}


@pytest.fixture(scope="module")
async def family(town: Town) -> Family:
    return await agreed(town.school)


@pytest.fixture
async def nothing_is_stored(town: Town) -> AsyncIterator[None]:
    """The end of the feed does not move while the test runs."""
    auditor, cursor = town.door("auditor"), None
    while (page := await auditor.seen("/v1/events", params=_after(cursor)))["items"]:
        cursor = page["next"]
    yield
    assert (await auditor.seen("/v1/events", params=_after(page["next"])))["items"] == []


def _after(cursor: str | None) -> dict[str, Any]:
    return {"after": cursor, "limit": 500} if cursor else {"limit": 500}


def is_a_problem(answer: httpx.Response, *statuses: int) -> bool:
    """A whole problem document with one of these statuses, and without the canary in any form."""
    assert answer.status_code in statuses, (answer.status_code, answer.text[:500])
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail", "code", "advice"} <= set(problem)
    assert problem["status"] == answer.status_code
    assert CANARY not in answer.text
    assert CANARY not in str(answer.headers)
    return True


async def sent(door: Door, path: str, body: bytes, **headers: str) -> httpx.Response:
    return await door.client.post(path, content=body, headers={**door.headers, **key(), **JSON, **headers})


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
@pytest.mark.usefixtures("nothing_is_stored")
async def test_what_is_no_plain_json_is_refused(town: Town, family: Family, body: bytes):
    for path in (f"{family.path}/concerns", "/v1/cases", family.requests, "/v1/send-permits"):
        assert is_a_problem(await sent(town.school, path, body), 400, 403)


@pytest.mark.owasp("API3")
@pytest.mark.parametrize("body", UNFIT.values(), ids=UNFIT)
@pytest.mark.usefixtures("nothing_is_stored")
async def test_what_does_not_fit_the_schema_is_refused(town: Town, family: Family, body: dict[str, Any]):
    answer = await town.school.post(f"{family.path}/concerns", body)
    assert is_a_problem(answer, 400)
    assert answer.json()["code"] == "invalid-request"
    assert answer.json()["errors"]


@pytest.mark.owasp("API4")
@pytest.mark.usefixtures("nothing_is_stored")
async def test_a_body_of_ten_megabytes_is_not_read(town: Town, family: Family):
    body = json.dumps({**SAID, "description": "x" * 10_000_000}).encode()
    assert is_a_problem(await sent(town.school, f"{family.path}/concerns", body), 413)


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/xml", "application/json; charset=latin-1", ""],
)
@pytest.mark.usefixtures("nothing_is_stored")
async def test_another_media_type_is_refused(town: Town, family: Family, media_type: str):
    said = json.dumps(SAID).encode()
    answer = await sent(town.school, f"{family.path}/concerns", said, **{"Content-Type": media_type})
    assert is_a_problem(answer, 415)


@pytest.mark.usefixtures("nothing_is_stored")
async def test_a_command_without_a_usable_key_is_refused(town: Town, family: Family):
    path, said = f"{family.path}/concerns", json.dumps(SAID).encode()
    bare = {**town.school.headers, **JSON}
    keys = [{}, {"Idempotency-Key": ""}, {"Idempotency-Key": "x" * 129}, {"Idempotency-Key": f"a b {CANARY}"}]
    answers = [await town.one.post(path, content=said, headers={**bare, **one}) for one in keys]
    twice = [*bare.items(), ("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answers.append(await town.one.post(path, content=said, headers=twice))
    assert all(is_a_problem(answer, 400) for answer in answers)
    assert {answer.json()["code"] for answer in answers} <= {
        "idempotency-key-missing", "idempotency-key-unreadable", "invalid-request",
    }  # fmt: skip


@pytest.mark.owasp("API1")
@pytest.mark.usefixtures("nothing_is_stored")
async def test_an_id_that_is_not_of_this_authority_leads_nowhere(town: Town, family: Family):
    strangers = [str(uuid4()), str(told_of(family.uuid)), str(stream_of_authority(AUTHORITY)), "x", quote(CANARY), "0"]
    for stranger in strangers:
        path = f"/v1/cases/{stranger}"
        assert is_a_problem(await town.school.post(f"{path}/concerns", SAID), 404)
        assert is_a_problem(await town.school.post(f"{path}/concerns", SAID, params={"dry_run": "true"}), 404)
        for view in ("", "/stage", "/agreements", "/agencies", "/timeline", "/told"):
            assert is_a_problem(await town.school.get(path + view), 404)
        answered = {"answer": "refused", "willing_to_discuss": True}
        assert is_a_problem(await town.school.post(f"{family.path}/agreements/{stranger}/answer", answered), 404)
        assert is_a_problem(await town.school.get(f"{family.requests}/{stranger}"), 404)


@pytest.mark.usefixtures("nothing_is_stored")
async def test_a_reference_that_leads_nowhere_is_a_refusal(town: Town, family: Family):
    carer = {**SAID, "raised_by": {"kind": "carer", "person": str(uuid4())}}
    assert is_a_problem(await town.school.post(f"{family.path}/concerns", carer), 409)
    elsewhere = {**REQUEST, "service": "nowhere"}
    assert is_a_problem(await town.school.post(family.requests, elsewhere), 409)


@pytest.mark.owasp("API1")
@pytest.mark.usefixtures("nothing_is_stored")
async def test_another_authority_knows_nothing_of_the_case(town: Town, family: Family):
    neighbour = town.door("pupil_support", authority=NEIGHBOUR)
    assert is_a_problem(await neighbour.get(family.path), 404)
    assert is_a_problem(await neighbour.post(f"{family.path}/concerns", SAID), 404)
    assert (await town.door("auditor", authority=NEIGHBOUR).seen("/v1/events"))["items"] == []


@pytest.mark.usefixtures("nothing_is_stored")
async def test_an_authority_that_is_not_served_is_no_authority(town: Town, family: Family):
    unknown = town.door("pupil_support", authority="nowhere")
    assert is_a_problem(await unknown.get(family.path), 401, 403, 404)


@pytest.mark.owasp("API2")
@pytest.mark.usefixtures("nothing_is_stored")
async def test_without_a_token_that_holds_nothing_is_read(town: Town, family: Family):
    good = town.api.token("pupil_support")
    head, claims, signature = good.split(".")
    tokens = {
        "": None,
        "none": f"{head}.{claims}.",
        "other claims": f"{head}.{claims[:-4]}AAAA.{signature}",
        "no token": CANARY.replace(" ", "-"),
        "long": "x" * 20_000,
        "expired": town.api.token("pupil_support", lifetime=timedelta(hours=-1)),
    }
    for token in tokens.values():
        headers = {**key(), **({"Authorization": f"Bearer {token}"} if token else {})}
        answer = await town.one.post(f"{family.path}/concerns", content=DEEP, headers={**headers, **JSON})
        assert is_a_problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.owasp("API5")
@pytest.mark.usefixtures("nothing_is_stored")
async def test_a_role_that_does_not_include_it_is_turned_away(town: Town, family: Family):
    for role in ("agency", "auditor", "notifier", "authority_admin"):
        answer = await town.door(role, services=["slt"]).post("/v1/cases", LEARNER)
        assert is_a_problem(answer, 403)
    own = town.door("carer", person=family.anna, case=family.case_id)
    assert is_a_problem(await own.get(family.path), 403)


@pytest.mark.parametrize(
    "query",
    [
        "known_at=yesterday", "known_at=0001-01-01", "known_at=9999-12-31", "known_at=2026-02-30", "valid_at=",
        "valid_at=2026-01-01T24:00:00Z", "valid_at=2026-01-01T10:00:00", "valid_at=" + "9" * 41,
        "valid_at=%00", "valid_at=%ED%A0%80", f"known_at={quote(CANARY)}",
    ],
)  # fmt: skip
async def test_a_time_that_cannot_be_read_is_refused(town: Town, family: Family, query: str):
    for view in ("", "/stage", "/agencies", "/agreements", "/timeline", "/told"):
        assert is_a_problem(await town.school.get(f"{family.path}{view}?{query}"), 400)


@pytest.mark.owasp("API4")
@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "limit=1e2", "wait=-1", "wait=31", f"wait={'9' * 400}", "after="]
)
async def test_a_page_that_cannot_be_is_refused(town: Town, query: str):
    assert is_a_problem(await town.door("auditor").get(f"/v1/events?{query}"), 400)


@pytest.mark.usefixtures("nothing_is_stored")
async def test_a_condition_that_cannot_be_read_is_refused(town: Town, family: Family):
    for condition in ("x", '"a" "b"', '"', f'"{"x" * 5000}"', "*, *"):
        answer = await town.school.post(f"{family.path}/concerns", SAID, headers={"If-Match": condition})
        assert is_a_problem(answer, 400)
        answer = await town.school.get(family.path, headers={"If-None-Match": condition})
        assert is_a_problem(answer, 400)


@pytest.mark.owasp("API5")
async def test_another_method_or_address_is_refused(town: Town, family: Family):
    for method, path, status in [
        ("DELETE", family.path, 405),
        ("PUT", family.path, 405),
        ("PATCH", f"{family.path}/concerns", 405),
        ("GET", "/v1/nothing", 404),
        ("GET", f"{family.path}/", 404),
        ("POST", "/v1/events", 405),
        ("GET", "/v1//cases", 404),
        ("GET", f"/v1/cases/{quote(CANARY)}/../..", 404),
    ]:
        answer = await town.one.request(method, path, headers=town.school.headers)
        assert is_a_problem(answer, status)


async def test_many_at_once_are_all_refused(town: Town, family: Family):
    answers = await asyncio.gather(
        *(sent(town.school, f"{family.path}/concerns", body) for body in [*BROKEN.values()] * 5)
    )
    assert all(is_a_problem(answer, 400) for answer in answers)


def test_nothing_of_it_is_in_any_file(town: Town):
    assert canaries.found(town.api.log.parent, [CANARY]) == []
    assert b"Traceback" not in town.api.log.read_bytes()
    unforeseen = [line for line in town.api.log.read_bytes().splitlines() if b'"incident"' in line]
    assert [line for line in unforeseen if b'"event":"alert: ' not in line] == []
