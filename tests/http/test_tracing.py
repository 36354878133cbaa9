"""One thread runs through a request, its events and its log line; and every answer has its fixed fields."""

import io
import json
import logging

import httpx
import pytest
import structlog
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from case_api import logs
from case_api.http.access_log import AccessLog
from case_api.http.tracing import Tracing, trace_of
from tests.http.desk import Watch, calling, small_api
from tests.http.idp import Idp

pytestmark = pytest.mark.anyio

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def logged():
    lines = io.StringIO()
    logs.configure(lines)
    yield lines
    structlog.reset_defaults()


async def traced(client: httpx.AsyncClient, *given: str) -> tuple[str, str]:
    answer = (await client.get("/v1/me", headers=[("traceparent", it) for it in given])).json()
    return answer["correlation_id"].replace("-", ""), answer["traceparent"]


async def test_a_trace_goes_on_with_a_span_of_ours(client: httpx.AsyncClient):
    correlation, parent = await traced(client, f"00-{TRACE}-{SPAN}-01")
    assert correlation == TRACE
    assert parent.startswith(f"00-{TRACE}-")
    assert parent.endswith("-01")
    assert SPAN not in parent


async def test_a_later_version_of_the_standard_is_read_as_far_as_it_is_known(client: httpx.AsyncClient):
    assert (await traced(client, f"cc-{TRACE}-{SPAN}-01-what-comes"))[0] == TRACE


@pytest.mark.parametrize(
    "bad",
    [
        *("", "x", f"ff-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-01-more", f"00-{TRACE.upper()}-{SPAN}-01"),
        *(f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE}-{SPAN}", f"00-{TRACE}-{SPAN}-1"),
    ],
)
async def test_a_bad_trace_is_ignored_and_a_new_one_begun(bad: str, client: httpx.AsyncClient):
    correlation, parent = await traced(client, bad)
    assert correlation not in {TRACE, "0" * 32}
    assert parent.startswith(f"00-{correlation}-")


async def test_two_traces_are_none(client: httpx.AsyncClient):
    assert (await traced(client, f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-01"))[0] != TRACE


@pytest.mark.parametrize("path", ["/v1/me", "/v1/nowhere", "/livez", "/v1/broken?text=x", "/problems/x"])
async def test_every_answer_has_a_number_of_its_own(path: str, client: httpx.AsyncClient):
    one, other = await client.get(path), await client.get(path)
    assert one.headers["X-Request-Id"] != other.headers["X-Request-Id"]
    assert one.headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in one.headers


@pytest.mark.owasp("API8")
@pytest.mark.parametrize("path", ["/v1/me", "/v1/nowhere", "/v1/broken?text=x"])
async def test_nothing_of_a_case_is_kept_on_the_way(path: str, client: httpx.AsyncClient):
    assert (await client.get(path)).headers.get_list("Cache-Control") == ["no-store"]


async def test_a_request_leaves_one_line(client: httpx.AsyncClient, logged: io.StringIO):
    answer = await client.post("/v1/cases/4b0f4b64-6b0b-4a53-8d3e-31c2a9a2e111/concerns?q=Ailsa", json={"note": "x"})
    [line] = [json.loads(text) for text in logged.getvalue().splitlines()]
    assert line.pop("duration_ms") >= 0
    assert line.pop("timestamp")
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": answer.headers["X-Request-Id"],
        "method": "POST",
        "route": "/v1/cases/{case_id}/concerns",
        "status": 400,
        "authority": "burgh",
        "problem": "idempotency-key-missing",
    }


async def test_who_is_not_let_in_leaves_one_too(idp: Idp, watch: Watch, logged: io.StringIO):
    async with calling(small_api(idp.tokens(watch))) as client:
        await client.get("/v1/Ailsa")
    [line] = [json.loads(text) for text in logged.getvalue().splitlines()]
    assert (line["route"], line["status"], line["problem"]) == ("unmatched", 401, "unauthenticated")


@pytest.mark.parametrize("path", ["/v1/matters", "/v1/matters/{matter_id}/overrides", "/v1/matters/{matter_id}"])
async def test_lines_on_matters_are_all_of_one_kind_and_nobody_counts_matters_by_them(path: str, logged: io.StringIO):
    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = Route(path, endpoint=lambda _: None)
        trace_of(scope).problem, trace_of(scope).rule_ids = "override-not-authorised", ("I7",)
        await JSONResponse({}, 409)(scope, receive, send)

    through = httpx.ASGITransport(Tracing(AccessLog(refusing)))
    async with httpx.AsyncClient(transport=through, base_url="http://desk") as client:
        await client.post("/v1/matters/x")
    [line] = [json.loads(text) for text in logged.getvalue().splitlines()]
    assert (line["route"], line["status"]) == ("/v1/matters", 409)
    assert line.keys().isdisjoint({"problem", "rule_ids"})


def test_the_log_takes_known_fields_of_known_forms_alone(logged: io.StringIO):
    structlog.get_logger().info(
        "request", name="Ailsa", route="/v1/x\n", authority="Ailsa McTavish", status=200, problem=b"x", rule_ids=["I1"]
    )
    assert set(json.loads(logged.getvalue())) == {"event", "level", "timestamp", "status", "rule_ids"}


@pytest.mark.parametrize("event", ["Ailsa\n{}", "\x1b[31mred", "ü", "x" * 121, None])
def test_the_log_takes_no_event_that_is_not_a_plain_line(event, logged: io.StringIO):
    structlog.get_logger().info(event)
    assert json.loads(logged.getvalue())["event"] == "unnamed"


def test_of_other_peoples_lines_the_log_takes_who_and_how_grave(logged: io.StringIO):
    try:
        dict[str, str]()["Ailsa"]
    except KeyError:
        logging.getLogger("uvicorn.error").exception("fault at %s", "Ailsa")
    line = json.loads(logged.getvalue())
    assert (line["logger"], line["error"], line["level"]) == ("uvicorn.error", "KeyError", "error")
    assert "Ailsa" not in logged.getvalue()
