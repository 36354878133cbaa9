"""Break-glass over HTTP, on both databases: who must read a sealed matter now, and how it is answered for."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from tests.journeys.api import NEIGHBOUR, key
from tests.journeys.family import register
from tests.journeys.test_matters import BODIES, begun
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
REASON = {"reason": "She did not come home, and nobody of the group answers."}
READABLE = ("", "/timeline", "/clocks", "/told")


async def test_the_glass_opens_the_matter_for_four_hours_and_the_group_reads_who_and_why(town: Town):
    matter = await begun(town)
    moffat = town.door("school_leader", sub="moffat")
    assert (await moffat.get(matter.path)).status_code == 404
    [opened] = (await moffat.done(f"{matter.family.path}/emergency-access", REASON))["items"]
    assert opened["matter_id"] == matter.path.rpartition("/")[2]
    left = datetime.fromisoformat(opened["until"]) - datetime.now(tz=datetime.fromisoformat(opened["until"]).tzinfo)
    assert timedelta(hours=3, minutes=55) < left <= timedelta(hours=4)
    for part in READABLE:
        assert (await moffat.at(town.other).get(f"{matter.path}{part}")).status_code == 200
    [told] = (await matter.sinclair.seen(matter.path))["emergency_access"]
    assert (told["staff"], told["reason"], told["until"]) == ("moffat", REASON["reason"], opened["until"])
    entries = (await matter.sinclair.seen(f"{matter.path}/timeline"))["items"]
    assert entries[-1]["type"] == "EmergencyAccessTaken.v1"


@pytest.mark.owasp("API5")
async def test_every_glass_that_is_broken_raises_an_alert_whether_there_was_anything_behind_it_or_not(town: Town):
    family, matter = await register(town.school), await begun(town)
    for who, path in (("nothing-there", family.path), ("something-there", matter.family.path)):
        await town.door("school_leader", sub=who).done(f"{path}/emergency-access", REASON)
    for role in ("auditor", "child_protection"):
        raised = (await town.door(role, at=town.other).seen("/v1/audit/alerts"))["items"]
        told = {one["subject"]: one for one in raised if one["cause"] == "emergency_access"}
        assert {"nothing-there", "something-there"} <= set(told)
        assert family.case_id not in str(raised)
        assert matter.family.case_id not in str(raised)


async def test_reading_is_all_that_it_opens(town: Town):
    matter = await begun(town)
    moffat = town.door("school_leader", sub="moffat")
    await moffat.done(f"{matter.family.path}/emergency-access", REASON)
    for part, body in BODIES.items():
        refused = await moffat.post(f"{matter.path}{part}", body, headers={"If-Match": "*"})
        assert refused.status_code == 404, part
    assert (await moffat.get(f"{matter.path}/attempts")).status_code == 404


async def test_an_opened_matter_stands_in_the_list_of_whoever_opened_it(town: Town):
    matter = await begun(town)
    office = town.door("child_protection", sub="late")
    [opened] = (await office.done(f"{matter.family.path}/emergency-access", REASON))["items"]
    matter_id = opened["matter_id"]
    [listed] = [one for one in (await office.seen("/v1/matters"))["items"] if one["matter_id"] == matter_id]
    assert listed["matter_id"] == matter_id


async def test_taken_twice_it_is_one_and_who_is_of_the_group_needs_none(town: Town):
    matter = await begun(town)
    path, moffat = f"{matter.family.path}/emergency-access", town.door("school_leader", sub="moffat")
    same = key()
    first, again = [await moffat.post(path, REASON, headers=same) for _ in range(2)]
    later = await moffat.post(path, REASON)
    assert first.json() == again.json() == later.json()
    [sinclairs] = (await matter.sinclair.done(path, REASON))["items"]
    assert "until" not in sinclairs
    assert len((await matter.sinclair.seen(matter.path))["emergency_access"]) == 1


async def test_where_nothing_is_sealed_it_says_so_and_a_dry_run_looks_at_nothing(town: Town):
    family, matter = await register(town.school), await begun(town)
    moffat = town.door("school_leader", sub="moffat")
    assert await moffat.done(f"{family.path}/emergency-access", REASON) == {"items": []}
    asked = await moffat.post(f"{matter.family.path}/emergency-access", REASON, params={"dry_run": "true"})
    assert asked.json() == {"items": []}
    assert (
        "emergency_access" not in (await matter.sinclair.seen(matter.path))
        or not (await matter.sinclair.seen(matter.path))["emergency_access"]
    )


@pytest.mark.owasp("API5")
async def test_what_is_refused_is_refused_alike_whether_anything_is_sealed_or_not(town: Town):
    nothing, matter = await register(town.school), await begun(town)
    later = {**REASON, "occurred_at": (datetime.now(tz=UTC) + timedelta(days=1)).isoformat()}
    other = {"reason": "Another."}
    for who, first, then, status in (
        ("moffat", None, later, 409),
        ("leslie", REASON, REASON, 422),
        ("moffat", REASON, other, 422),
    ):
        answers = []
        for family in (nothing, matter.family):
            path, same = f"{family.path}/emergency-access", key()
            if first:
                assert (
                    await town.door("school_leader", sub="moffat").post(path, first, headers=same)
                ).status_code == 201
            answers.append(await town.door("school_leader", sub=who).post(path, then, headers=same))
        assert {one.status_code for one in answers} == {status}
        assert without_the_request(answers[0]) == without_the_request(answers[1])
    told = (await town.door("auditor").seen("/v1/audit/attempts", params={"limit": 100}))["items"]
    assert "TakeEmergencyAccess" not in {one["command"] for one in told}
    attempts = (await matter.sinclair.seen(f"{matter.path}/attempts"))["items"]
    assert [(one["subject"], one["command"]) for one in attempts] == [("moffat", "TakeEmergencyAccess")]


async def test_the_same_request_is_answered_the_same_where_nothing_is_sealed(town: Town):
    family, same = await register(town.school), key()
    moffat = town.door("school_leader", sub="moffat")
    first, again = [await moffat.post(f"{family.path}/emergency-access", REASON, headers=same) for _ in range(2)]
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert [one.headers.get("Idempotency-Replayed") for one in (first, again)] == [None, "true"]


def without_the_request(answer: httpx.Response) -> str:
    """The body without what names the one request that it answers."""
    return str(
        {name: told for name, told in answer.json().items() if name not in {"instance", "trace_id", "request_id"}}
    )


@pytest.mark.owasp("API5")
async def test_it_is_for_those_who_answer_for_the_school_and_for_learners_of_theirs(town: Town):
    matter = await begun(town)
    path = f"{matter.family.path}/emergency-access"
    for role in ("teacher", "support_assistant", "mis", "auditor", "external"):
        assert (await town.door(role, sub="moffat").post(path, REASON)).status_code == 403
    strangers = (
        town.door("school_leader", sub="moffat", org="burnside-academy"),
        town.door("child_protection", sub="moffat", authority=NEIGHBOUR),
    )
    for stranger in strangers:
        hidden = await stranger.post(path, REASON)
        unknown = await stranger.post(f"/v1/cases/{uuid4()}/emergency-access", REASON)
        assert (hidden.status_code, hidden.content) == (404, unknown.content)
    assert (await town.school.post(path, {})).status_code == 400
