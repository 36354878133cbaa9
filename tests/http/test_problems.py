"""Every answer that is not a success is a problem document, and none repeats what the client wrote."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import ANY
from urllib.parse import quote

import httpx
import pytest
import structlog
from starlette.responses import StreamingResponse

from case_api import logs
from case_api.http import problem_kinds
from case_api.http.incidents import AnswerBroken
from case_api.http.problem_kinds import KINDS, kind
from tests.http.desk import BASE, PERSON, NotAsked, Watch, calling, small_api
from tests.http.idp import Idp

pytestmark = pytest.mark.anyio

CASE = "4b0f4b64-6b0b-4a53-8d3e-31c2a9a2e111"
CONCERNS = f"/v1/cases/{CASE}/concerns"
CANARY = "Zaphod-Ailsa-McTavish"


@pytest.fixture
def logged():
    lines = io.StringIO()
    logs.configure(lines)
    yield lines
    structlog.reset_defaults()


def post(body: Any, **headers: str) -> dict[str, Any]:
    return {"json": body, "headers": {"Idempotency-Key": "k-1", **headers}}


async def test_a_problem_says_what_is_the_matter_and_what_to_do(client: httpx.AsyncClient):
    answer = await client.post(CONCERNS, **post({"note": "", "count": "many"}))
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json() == {
        "type": f"{BASE}/problems/invalid-request",
        "title": "The request does not fit the published schema.",
        "status": 400,
        "detail": "The request does not fit the published schema.",
        "code": "invalid-request",
        "advice": ANY,
        "errors": [
            {"pointer": "/note", "detail": "This text is too short. Its least length is 1."},
            {"pointer": "/count", "detail": "This must be a whole number."},
        ],
    }


BAD_FIELDS: dict[str, Any] = {
    "text too long": {"note": CANARY * 9},
    "not text": {"note": [CANARY]},
    "an object for text": {"note": {CANARY: CANARY}},
    "not a choice": {"note": "x", "category": CANARY},
    "not a number": {"note": "x", "count": CANARY},
    "not a share": {"note": "x", "share": CANARY},
    "not a date": {"note": "x", "on": CANARY},
    "not an instant": {"note": "x", "at": CANARY},
    "not an id": {"note": "x", "ref": CANARY},
    "not yes or no": {"note": "x", "yes": CANARY},
    "not a list": {"note": "x", "seen": CANARY},
    "a list of text": {"note": "x", "seen": [CANARY]},
    "a choice in a list": {"note": "x", "seen": [{"place": CANARY, "on": "2026-01-01"}]},
    "a union in a list": {"note": "x", "seen": [{"place": "classroom", "on": CANARY}]},
    "an unknown field in a list": {"note": "x", "seen": [{"place": "classroom", "on": "2026-01-01", CANARY: 1}]},
    "an unknown field": {"note": "x", CANARY: CANARY},
    "a key of their own": {"note": "x", "about": {CANARY: CANARY}},
    "not the form": {"note": "x", "code": CANARY},
    "a list for the body": [CANARY],
    "text for the body": CANARY,
    "nothing required": {CANARY: {CANARY: [CANARY]}},
}


@pytest.mark.parametrize("body", BAD_FIELDS.values(), ids=BAD_FIELDS)
async def test_no_problem_repeats_the_body(body: Any, client: httpx.AsyncClient, logged: io.StringIO):
    answer = await client.post(CONCERNS, **post(body))
    assert answer.status_code == 400
    assert answer.json()["errors"]
    assert CANARY not in answer.text + str(answer.headers) + logged.getvalue()


RAW: dict[str, dict[str, Any]] = {
    "broken JSON": {"content": f'{{"note": "{CANARY}'},
    "a bare word": {"content": CANARY},
    "twice the same name": {"content": f'{{"{CANARY}": 1, "{CANARY}": 2}}'},
    "another type": {"content": CANARY, "headers": {"Content-Type": f"text/{CANARY}"}},
    "a form": {"content": f"note={CANARY}", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    "another charset": {"content": "{}", "headers": {"Content-Type": f"application/json; charset={CANARY}"}},
    "an encoding": {"content": "{}", "headers": {"Content-Encoding": CANARY}},
    "a long key": {"content": '{"note":"x"}', "headers": {"Idempotency-Key": CANARY * 20}},
    "a key with a blank": {"content": '{"note":"x"}', "headers": {"Idempotency-Key": f"{CANARY} {CANARY}"}},
}


@pytest.mark.parametrize("sent", RAW.values(), ids=RAW)
async def test_no_problem_repeats_what_cannot_be_read(
    sent: dict[str, Any], client: httpx.AsyncClient, logged: io.StringIO
):
    headers = {"Content-Type": "application/json", "Idempotency-Key": "k", **sent.get("headers", {})}
    answer = await client.post(CONCERNS, content=sent["content"], headers=headers)
    assert answer.status_code in {400, 415}
    assert CANARY not in answer.text + str(answer.headers) + logged.getvalue()


PATHS = {
    "an id that is none": ("POST", f"/v1/cases/{CANARY}/concerns", 404),
    "a path": ("GET", f"/v1/{CANARY}", 404),
    "a query": ("GET", f"/v1/list?limit={CANARY}", 400),
    "a time": ("GET", f"/v1/as-of?known_at={CANARY}", 400),
    "a long time": ("GET", f"/v1/as-of?known_at={CANARY * 9}", 400),
    "a page of a problem": ("GET", f"/problems/{CANARY}", 404),
    "a method": ("DELETE", f"/v1/me?name={CANARY}", 405),
    "a program's fault": ("GET", f"/v1/broken?text={CANARY}", 500),
    "a trace": ("GET", f"/v1/nothing?{quote(CANARY)}", 404),
}


@pytest.mark.owasp("API8")
@pytest.mark.parametrize(("method", "path", "status"), PATHS.values(), ids=PATHS)
async def test_no_problem_repeats_the_address(
    method: str, path: str, status: int, client: httpx.AsyncClient, logged: io.StringIO
):
    answer = await client.request(method, path, headers={"X-Count": CANARY, "Idempotency-Key": "k"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert CANARY not in answer.text + str(answer.headers) + logged.getvalue()


async def test_a_mistake_is_placed_by_the_names_of_the_schema_alone(client: httpx.AsyncClient):
    body = {
        "note": "x",
        "seen": [{"place": "classroom", "on": "never", "extra": 1}, {}],
        "about": {"Ailsa": "x", "note": "y"},
        "extra": 1,
    }
    errors = (await client.post(CONCERNS, **post(body))).json()["errors"]
    assert [mistake["pointer"] for mistake in errors] == [
        *("/seen/0/on", "/seen/0", "/seen/1/place", "/seen/1/on", "/about", "/about/note", ""),
    ]


async def test_an_unknown_id_and_a_senseless_one_look_the_same(client: httpx.AsyncClient):
    senseless = await client.post("/v1/cases/none/concerns", **post({"note": "x"}))
    nowhere = await client.post("/v1/nowhere", **post({"note": "x"}))
    assert senseless.status_code == nowhere.status_code == 404
    assert senseless.content == nowhere.content


async def test_a_parameter_is_named_where_it_is_wrong(client: httpx.AsyncClient):
    answer = await client.get("/v1/list?limit=0")
    assert answer.json()["errors"] == [{"parameter": "limit", "detail": "This number is too small. The least is 1."}]


async def test_a_wrong_method_learns_the_right_one(client: httpx.AsyncClient):
    answer = await client.delete("/v1/me")
    assert (answer.status_code, answer.headers["Allow"], answer.json()["code"]) == (405, "GET", "method-not-allowed")


@pytest.mark.owasp("API8")
async def test_what_nobody_foresaw_gets_a_number_and_a_line_without_values(
    client: httpx.AsyncClient, logged: io.StringIO
):
    answer = await client.get(f"/v1/broken?text={CANARY}")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    incident = next(line for line in lines if line["event"] == "incident")
    assert incident["incident"] == answer.json()["incident"]
    assert incident["error"] == "KeyError"
    assert incident["frames"][-1].startswith("tests.http.desk:broken:")
    assert lines[-1]["status"] == 500
    assert lines[-1]["problem"] == "internal-error"


async def test_an_answer_that_breaks_off_says_nothing_more(idp: Idp, watch: Watch, token: str, logged: io.StringIO):
    app = small_api(idp.tokens(watch))

    @app.get("/v1/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[str]:
            yield "begun"
            raise KeyError(CANARY)

        return StreamingResponse(parts())

    async with calling(app, token) as client:
        with pytest.raises(AnswerBroken) as broken:
            await client.get("/v1/stream")
    assert broken.value.__context__ is None
    assert CANARY not in logged.getvalue()
    assert json.loads(logged.getvalue().splitlines()[0])["incident"] == str(broken.value)


async def test_a_refusal_names_every_rule_that_stands_in_the_way(client: httpx.AsyncClient, logged: io.StringIO):
    answer = await client.post("/v1/refused")
    assert answer.status_code == 409
    missing = {"rule_id": "I1", "what": "not_asked", "person": str(PERSON)}
    assert answer.json() == {
        "type": f"{BASE}/problems/test-not-asked",
        "title": "Not everyone was asked.",
        "status": 409,
        "code": "test-not-asked",
        "detail": "Rule I1 (6.3 Requesting assistance) does not allow it under policy pack@1. "
        "2 rules stand in the way; see 'refusals'.",
        "rule_id": "I1",
        "guidance_ref": "6.3 Requesting assistance",
        "policy_version": "pack@1",
        "advice": "Ask each person named under 'missing'.",
        "missing": [missing],
        "errors": [{"pointer": "/service", "detail": "Not everyone was asked."}],
        "refusals": [
            {
                "type": f"{BASE}/problems/test-not-asked",
                "title": "Not everyone was asked.",
                "status": 409,
                "code": "test-not-asked",
                "rule_id": "I1",
                "guidance_ref": "6.3 Requesting assistance",
                "advice": "Ask each person named under 'missing'.",
                "missing": [missing],
                "pointer": "/service",
                "service": "slt",
            },
            {
                "type": f"{BASE}/problems/test-nothing-tried",
                "title": "Nothing was tried first.",
                "status": 409,
                "code": "test-nothing-tried",
                "rule_id": "I3",
                "guidance_ref": "5.2",
                "advice": "Try a strategy.",
            },
        ],
    }
    line = json.loads(logged.getvalue().splitlines()[-1])
    assert (line["problem"], line["rule_ids"]) == ("test-not-asked", ["I1", "I3"])


@pytest.mark.parametrize("slug", [*KINDS, "test-not-asked"])
async def test_every_type_of_problem_leads_to_a_page(slug: str, idp: Idp, watch: Watch, monkeypatch):
    monkeypatch.setattr(problem_kinds, "REFUSALS", [NotAsked])
    async with calling(small_api(idp.tokens(watch))) as client:
        page = await client.get(f"/problems/{slug}", headers={"Accept": "text/html"})
        document = await client.get(f"/problems/{slug}")
    assert page.status_code == document.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert document.json()["code"] == slug
    assert document.json()["advice"]


def test_a_kind_is_declared_once():
    with pytest.raises(ValueError):
        kind(problem_kinds.NOT_FOUND.slug, 404, "x", "y")
