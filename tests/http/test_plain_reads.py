"""A read of one case that asks for nothing beside goes the short way in; whichever way it goes, the answer is one."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from inspect import Parameter, signature

import httpx
import pytest

from case_api.http import plain_reads
from case_api.http.app import create_app, local_issuers
from case_api.http.declared import operations
from case_api.http.plain_reads import GIVEN, plain_read
from case_api.settings import Settings
from tests.http.at_home import Home, at_home

pytestmark = pytest.mark.anyio

CONCERN = {"raised_by": {"kind": "staff", "staff": "hay"}, "description": "Long instructions get lost."}
STRANGER = "7c1f0d0e-5a3b-4a52-9d53-0f6f4e1c2b3a"
VIEWS = (
    "", "/stage", "/agencies", "/agreements", "/evaluations", "/entitlement-information", "/chronology", "/meetings",
    "/recommendations", "/supports", "/plan", "/told", "/timeline", "/family-view", "/postcards", "/retention-holds",
    f"/assistance-requests/{STRANGER}", f"/transfers/{STRANGER}",
)  # fmt: skip
NEW_EACH_TIME = {"ratelimit", "x-request-id", "content-length"}


@dataclass(frozen=True)
class Asked:
    """What is asked for, but for what nobody could take amiss."""

    case_id: str | None = None
    more: str = ""
    tag: str | None = None
    role: str = "pupil_support"


@pytest.fixture
async def home(tmp_path) -> AsyncIterator[Home]:
    async with at_home("sqlite", tmp_path, background="beside") as home:
        yield home


@pytest.fixture
def ways(monkeypatch) -> list[bool]:
    """Of each read, whether it went the short way."""
    seen: list[bool] = []
    is_plain = plain_reads.is_plain

    def noting(request):
        seen.append(is_plain(request))
        return seen[-1]

    monkeypatch.setattr(plain_reads, "is_plain", noting)
    return seen


async def both(home: Home, monkeypatch, path: str, role: str = "pupil_support", **sent: str) -> httpx.Response:
    """The answer, which is the same whichever way the request goes."""
    headers = home.bearer(role) | sent
    short = await home.client.get(path, headers=headers)
    with monkeypatch.context() as patched:
        patched.setattr(plain_reads, "is_plain", lambda _: False)
        long = await home.client.get(path, headers=headers)
    assert (long.status_code, told(long)) == (short.status_code, told(short))
    assert shown(long) == shown(short)
    return short


@pytest.mark.parametrize("view", VIEWS)
async def test_both_ways_give_the_same_answer(view: str, home: Home, ways, monkeypatch):
    case_id = await home.learner()
    await home.done(f"/v1/cases/{case_id}/concerns", CONCERN, "teacher")
    read = await both(home, monkeypatch, f"/v1/cases/{case_id}{view}")
    assert ways == [True]
    if read.status_code == 200:
        again = await both(home, monkeypatch, f"/v1/cases/{case_id}{view}", **{"If-None-Match": read.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "is_plain", "status"),
    [
        (Asked(more="?valid_at=2026-01-23"), [False], 200),
        (Asked(more="?strange=1"), [False], 400),
        (Asked(more="?"), [True], 200),
        (Asked(tag="nonsense"), [True], 400),
        (Asked(tag='"another"'), [True], 200),
        (Asked(role="notifier"), [True], 403),
        (Asked(role="notifier", tag="nonsense"), [True], 403),
        (Asked(STRANGER), [True], 404),
        (Asked(STRANGER.upper()), [], 404),
        (Asked("no-id"), [], 404),
    ],
)
async def test_what_is_wrong_is_told_alike(asked: Asked, is_plain, status, home: Home, ways, monkeypatch):
    path = f"/v1/cases/{asked.case_id or await home.learner()}/stage{asked.more}"
    sent = {"If-None-Match": asked.tag} if asked.tag else {}
    assert (await both(home, monkeypatch, path, asked.role, **sent)).status_code == status
    assert ways == is_plain


async def test_without_a_token_nothing_is_told_either_way(home: Home, ways):
    refused = await home.client.get(f"/v1/cases/{await home.learner()}/stage")
    assert (refused.status_code, ways) == (401, [])


async def test_an_id_in_capitals_names_the_same_case(home: Home, ways):
    case_id = await home.learner()
    assert (await home.get(f"/v1/cases/{case_id.upper()}/stage", "pupil_support")).status_code == 200
    assert ways == []


def test_every_read_that_can_go_the_short_way_does(tmp_path):
    settings = Settings(mode="test", var=tmp_path, authorities=("moray",))
    reads = [one for one in operations(create_app(settings, local_issuers(settings))) if one.methods == {"GET"}]
    can = {one.path for one in reads if set(takes(one)) >= GIVEN and not missing(takes(one))}
    assert {one.path for one in reads if hasattr(one.endpoint, "plainly")} == can
    assert {re.sub("{[^}]*}", STRANGER, path) for path in can} >= {f"/v1/cases/{STRANGER}{view}" for view in VIEWS}


def takes(route) -> Mapping[str, Parameter]:
    return signature(route.endpoint).parameters


def missing(wanted) -> set[str]:
    """What such an endpoint wants of the query."""
    needed = {name for name, one in wanted.items() if one.default is Parameter.empty and not name.endswith("_id")}
    return needed - GIVEN


def test_a_read_that_wants_something_of_the_query_has_no_short_way():
    async def read(request, acting, office, times, if_none_match, service):
        raise NotImplementedError

    with pytest.raises(TypeError, match="takes is not that of a plain read"):
        plain_read(read)


def told(answer: httpx.Response) -> object:
    """The document, but for what is new in every answer."""
    document = answer.json() if answer.content else {}
    return {name: value for name, value in document.items() if name not in {"instance", "request_id", "valid_at"}}


def shown(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in NEW_EACH_TIME}
