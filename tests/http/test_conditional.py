"""Nobody overwrites what they have not seen, and an ETag tells its holder nothing."""

from contextlib import suppress
from datetime import date
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from case_api.http.conditional import (
    EntityTags,
    IfMatchRequired,
    IfNoneMatch,
    entity_tags,
    etag,
    require_version,
    version_of,
)
from case_api.http.problems import Problem
from case_api.store.keys import Keyring
from tests.http.desk import Watch, calling, small_api
from tests.http.idp import Idp

KEYRING = Keyring("burgh", b"k" * 32)
CASE = uuid4()
DAY = date(2026, 2, 3)


def tag(version: int = 7, viewer: str = "staff-1", view: str = "case", day: date = DAY) -> str:
    return etag(KEYRING, CASE, version, viewer=viewer, view=view, day=day)


def read(*values: str) -> EntityTags:
    found = entity_tags(list(values))
    assert found is not None
    return found


def test_the_same_sight_has_the_same_tag():
    assert tag() == tag()


@pytest.mark.parametrize("changed", [{"version": 8}, {"viewer": "b"}, {"view": "b"}, {"day": date(2026, 2, 4)}])
def test_another_version_viewer_view_or_day_has_another(changed):
    assert tag(**changed) != tag()


def test_a_tag_is_as_long_for_any_version():
    assert len(tag(1)) == len(tag(2**40)) == len(tag(viewer="x" * 90))


def test_viewer_and_view_do_not_run_together():
    assert tag(viewer="ab", view="c") != tag(viewer="a", view="bc")


@given(st.integers(0, 2**63))
def test_a_tag_leads_back_to_its_version_whoever_looked_and_when(version: int):
    assert version_of(KEYRING, tag(version, "x", "y", date(2020, 1, 1)), CASE) == version


@pytest.mark.parametrize(
    "foreign",
    [
        *('"x"', '""', '"é"', '"' + "A" * 75 + '"'),
        etag(Keyring("other", b"k" * 32), CASE, 7, viewer="a", view="b", day=DAY),
        etag(Keyring("burgh", b"l" * 32), CASE, 7, viewer="a", view="b", day=DAY),
        etag(KEYRING, uuid4(), 7, viewer="a", view="b", day=DAY),
        f'"{KEYRING.tag("cursor", b"x" * 40)}"',
        f'"{KEYRING.tag("etag", b"x")}"',
    ],
    ids=range(9),
)
def test_a_foreign_tag_just_does_not_match(foreign: str):
    assert version_of(KEYRING, foreign, CASE) is None
    assert read(foreign).versions(KEYRING, CASE) == frozenset()


def test_if_match_looks_at_the_version_alone():
    assert read(f"{tag(3)}, {tag(4, viewer='b')}", tag(5)).versions(KEYRING, CASE) == frozenset({3, 4, 5})


def test_if_match_passes_over_weak_tags():
    assert read(f"W/{tag(3)}").versions(KEYRING, CASE) == frozenset()


def test_a_star_allows_any_version():
    assert read(" * ").versions(KEYRING, CASE) is None


def test_if_none_match_looks_at_the_whole_and_takes_weak_tags():
    assert read(tag()).names(tag())
    assert read(f'"x", W/{tag()}').names(tag())
    assert read("*").names(tag())
    assert not read(tag(day=date(2026, 2, 4))).names(tag())


@pytest.mark.parametrize(
    "text", ["", ",", "x", '"x', 'x"', '"a" "b"', '"a",', ',"a"', '"a",,"b"', "*, *", '*, "a"', 'w/"a"', '"a\x7f"']
)
def test_what_is_no_list_of_tags_is_refused(text: str):
    with pytest.raises(Problem, match="condition-unreadable"):
        read(text)


def test_a_list_beyond_all_length_is_refused():
    with pytest.raises(Problem):
        read(", ".join(['"abcdefgh"'] * 1000))


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str):
    with suppress(Problem):
        read(text)


def test_a_version_that_was_not_seen_is_refused():
    require_version(None, 7)
    require_version(frozenset({6, 7}), 7)
    with pytest.raises(Problem, match="precondition-failed"):
        require_version(frozenset({6}), 7)


@pytest.mark.anyio
async def test_a_route_can_ask_for_what_was_seen(idp: Idp, watch: Watch, token: str):
    app = small_api(idp.tokens(watch))

    @app.put("/v1/plan")
    async def plan(seen: IfMatchRequired) -> str:
        require_version(seen.versions(KEYRING, CASE), 7)
        return "changed"

    @app.get("/v1/plan")
    async def look(have: IfNoneMatch) -> bool:
        return have is not None and have.names(tag())

    async def put(**headers: str) -> httpx.Response:
        return await client.put("/v1/plan", headers=headers)

    async with calling(app, token) as client:
        nothing, stale, foreign = await put(), await put(**{"If-Match": tag(6)}), await put(**{"If-Match": '"x"'})
        assert (nothing.status_code, nothing.json()["code"]) == (428, "if-match-missing")
        assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
        assert foreign.status_code == 412
        assert (await put(**{"If-Match": "nonsense"})).json()["code"] == "condition-unreadable"
        assert (await put(**{"If-Match": tag(7)})).json() == "changed"
        assert (await client.get("/v1/plan", headers={"If-None-Match": tag()})).json() is True
        assert (await client.get("/v1/plan")).json() is False
