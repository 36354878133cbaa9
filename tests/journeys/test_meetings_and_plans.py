"""From the invitation to the plan, over HTTP and on each database: prepared in time, agreed, seen at any time."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.journeys.family import Door, Family, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio

PACK: Mapping[str, Any] = {
    "agenda": ["What Maja says", "What next"],
    "attendees": [{"name": "Mr Hay", "role": "pupil_support", "organisation": "Burnside Primary"}],
    "companion_told": True,
    "access_needs_asked": True,
    "seating": {"seated_first": True},
}
NEED = {
    "need": "speech_sounds",
    "action": "A small group, twice a week",
    "outcome": "Is understood in class",
    "responsible": "hay",
    "by_when": "2199-01-01",
}


async def called(school: Door, family: Family, *, days: int) -> str:
    """The path of a planning meeting so many days from now."""
    at = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    body = {"kind": "planning", "at": at, "purpose": "What comes next."}
    return f"{family.path}/meetings/{(await school.done(f'{family.path}/meetings', body))['id']}"


async def heard(school: Door, family: Family) -> list[str]:
    """The views of everybody, as of now."""
    people = (family.learner, family.anna, family.piotr)
    bodies = ({"party": person, "how_gathered": "talk", "views": "As they said it."} for person in people)
    return [(await school.done(f"{family.path}/views", body))["id"] for body in bodies]


def rules(problem: dict[str, Any]) -> set[str]:
    return {one["rule_id"] for one in problem["refusals"]}


async def test_a_pack_that_says_too_little_goes_nowhere_and_a_whole_one_reaches_the_invited(town: Town):
    family = await register(town.school)
    meeting = await called(town.school, family, days=60)
    refused = await town.school.post(f"{meeting}/pack", {"agenda": ["What next"]})
    assert (refused.status_code, refused.json()["rule_id"], rules(refused.json())) == (409, "I22", {"I22", "I23"})
    await town.school.done(f"{meeting}/pack", PACK)
    async with town.works("okafor"):
        teacher = town.door("teacher", at=town.other, sub="okafor")
        [shown] = (await teacher.seen(f"{family.path}/meetings"))["items"]
    [pack] = shown["packs"]
    assert {one["person"] for one in pack["to"]} == {family.learner, family.anna, family.piotr}
    assert "late_reason" not in pack


async def test_a_service_that_is_invited_hears_that_there_is_a_meeting_and_no_more(town: Town):
    family = await register(town.school)
    meeting = await called(town.school, family, days=60)
    await town.school.done(f"{meeting}/pack", {**PACK, "services": ["slt"]})
    items = (await town.school.seen(f"{family.path}/timeline", params={"limit": 100}))["items"]
    event_id = next(item["event_id"] for item in items if item["type"] == "MeetingPackIssued.v1")
    notifier = town.door("notifier", at=town.other)

    hearers = (await notifier.seen(f"/v1/events/{event_id}/recipients"))["recipients"]
    heard_as = {one["recipient"]: one["role"] for one in hearers}
    assert heard_as["service:slt"] == "service"
    assert heard_as[family.learner] == "learner"

    wanted = {"event_id": event_id, "recipient": "service:slt", "template": "meeting-pack", "channel": "webhook"}
    answer = await notifier.post("/v1/send-permits", {**wanted, "message_id": str(uuid4())})
    said = answer.json()["facts"]["event"]["data"]
    assert said == {"case_id": family.case_id, "meeting_id": meeting.rpartition("/")[2], "links": {}}


async def test_a_carer_says_what_she_needs_and_nobody_says_it_for_her_but_the_school(town: Town):
    family = await register(town.school)
    meeting = await called(town.school, family, days=60)
    anna = town.door("carer", sub="anna", person=family.anna, case=family.case_id)
    needs = {"party": family.anna, "companion": "Her sister", "interpreter": "pl", "needs": ["No stairs"]}
    assert (await anna.post(f"{meeting}/access-needs", needs)).status_code == 201
    assert (await anna.post(f"{meeting}/access-needs", {"party": family.piotr})).status_code == 404
    [shown] = (await town.school.seen(f"{family.path}/meetings"))["items"]
    assert shown["access_needs"] == [needs]


async def test_a_pack_at_short_notice_stands_in_the_record_of_the_meeting(town: Town):
    family = await register(town.school)
    meeting = await called(town.school, family, days=0)
    assert (await town.school.post(f"{meeting}/pack", PACK)).json()["rule_id"] == "I22"
    await town.school.done(f"{meeting}/pack", {**PACK, "to": [family.anna], "late_reason": "At Anna's wish."})
    record = {"present": ["Anna", "Mr Hay"], "decisions": ["Targeted support"]}
    refused = (await town.school.post(f"{meeting}/record", record)).json()
    assert {(one["what"], one["person"]) for one in refused["missing"]} == {
        ("pack_none", family.learner),
        ("pack_none", family.piotr),
    }
    await town.school.done(f"{meeting}/record", {**record, "pack_exception_reason": "A slip of ours."})
    [shown] = (await town.school.seen(f"{family.path}/meetings"))["items"]
    told = {one["person"]: (one["what"], one["reason"]) for one in shown["record"]["pack_exceptions"]}
    assert told == {
        family.anna: ("late", "At Anna's wish."),
        family.learner: ("none", "A slip of ours."),
        family.piotr: ("none", "A slip of ours."),
    }


async def test_targeted_support_waits_for_the_meeting_and_for_somebody_who_coordinates(town: Town):
    family = await register(town.school)
    step = {"to_stage": "targeted", "rationale": "More is needed."}
    before = (await town.school.post(f"{family.path}/stage-changes", step, headers={"If-Match": "*"})).json()
    assert before["rule_id"] == "I16"
    assert {one["rule_id"] for one in before["missing"]} >= {"I16", "I17", "I18"}
    await town.school.done(f"{family.path}/named-person", {"staff": "hay"}, headers={"If-Match": "*"})
    meeting = await called(town.school, family, days=0)
    record = {"present": ["Anna"], "pack_exception_reason": "Everybody was at the gate."}
    await town.school.done(f"{meeting}/record", record)
    after = (await town.school.post(f"{family.path}/stage-changes", step, headers={"If-Match": "*"})).json()
    assert {one["rule_id"] for one in after["missing"]}.isdisjoint({"I17", "I18"})


async def test_a_plan_is_agreed_on_what_one_has_seen_and_can_be_seen_as_it_was(town: Town):
    family = await register(town.school)
    plan: dict[str, Any] = {"needs": [NEED], "parties": [{"role": "mother", "person": family.anna}]}
    plans, view = f"{family.path}/plans", f"{family.path}/plan"
    assert (await town.school.post(plans, plan)).status_code == 428
    unheard = await town.school.post(plans, plan, headers={"If-Match": "*"})
    assert rules(unheard.json()) == {"I19", "I20"}
    plan["views_refs"] = await heard(town.school, family)
    stale = (await town.school.get(view)).headers["ETag"]
    agreed = await town.school.done(plans, plan, headers={"If-Match": stale})
    again = {**plan, "plan_id": agreed["id"]}
    assert (await town.school.post(plans, again, headers={"If-Match": stale})).status_code == 412
    seen = (await town.school.get(view)).headers["ETag"]
    between = datetime.now(UTC).isoformat()
    await town.school.done(plans, again, headers={"If-Match": seen})
    assert (await town.school.seen(view))["plan"]["version"] == 2
    assert (await town.school.seen(view, params={"known_at": between}))["plan"]["version"] == 1
    closed = {"reason": "Both outcomes were met."}
    await town.school.done(f"{plans}/{agreed['id']}/closure", closed, headers={"If-Match": "*"})
    assert "plan" not in await town.school.seen(view)
