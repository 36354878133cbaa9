"""What is still needed before a service can be asked: the rules of the request itself, over each database (D20)."""

from typing import Any

import pytest

from tests.journeys.family import Door, Family, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
SLT = {"service": "slt", "purpose": "speech"}


async def ready(door: Door, family: Family, **more: str) -> dict[str, Any]:
    return await door.seen(f"{family.path}/readiness", params={**SLT, **more})


def rules(shown: dict[str, Any]) -> list[str]:
    return [one["rule_id"] for one in shown.get("obstacles", [])]


async def test_it_names_every_obstacle_and_whom_to_ask_until_none_is_left(town: Town):
    school, family = town.school, await register(town.school)
    shown = await ready(school, family)
    assert (shown["ready"], rules(shown)) == (False, ["I1", "I2", "I10", "I12"])
    assert {(one["person_id"], one["status"]) for one in shown["parties"]} == {
        (person, "not_asked") for person in (family.learner, family.anna, family.piotr)
    }
    assert all(one["advice"] for one in shown["obstacles"])
    await family.asked(school)
    await family.agree(school)
    assert rules(await ready(school, family)) == ["I10", "I12"]
    for staff in ("okafor", "roy"):
        await supported(town, family, staff)
    shown = await ready(school, family)
    assert (shown["ready"], shown["together"]["status"]) == (True, "satisfied")
    draft = {name: content for name, content in shown["draft"].items() if content}
    await school.done(family.requests, draft)


async def supported(town: Town, family: Family, staff: str) -> None:
    """One member of staff tries a support, and sees its effect."""
    work = {"setting": "burnside-primary", "role": "teacher" if staff == "okafor" else "pupil_support"}
    await town.door("authority_admin").done("/v1/directory/staff", {"staff": staff, "from_day": "2025-08-18", **work})
    support = {"strategy_code": "visual_timetable", "need_refs": ["speech_sounds"], "by": staff}
    made = await town.school.done(f"{family.path}/supports", support)
    effect = {"score": 1, "place": "school", "evidence": "Starts alone.", "by": staff}
    await town.school.done(f"{family.path}/supports/{made['id']}/effects", effect)


async def test_it_says_what_the_dry_run_says(town: Town):
    family = await register(town.school)
    await family.asked(town.school)
    shown = await ready(town.school, family, categories="learning_profile")
    tried = await town.school.post(family.requests, shown["draft"], params={"dry_run": "true"})
    refusals = tried.json()["refusals"]
    assert [one["code"] for one in shown["obstacles"]] == [one["code"] for one in refusals]
    assert [one.get("missing", []) for one in shown["obstacles"]] == [one.get("missing", []) for one in refusals]


async def test_a_teacher_learns_that_the_team_asks(town: Town):
    family = await register(town.school)
    async with town.works("new-here"):
        assert "I11" in rules(await ready(town.door("teacher", sub="new-here", at=town.other), family))


async def test_asking_leaves_no_trace(town: Town):
    family = await register(town.school)
    before = (await town.school.seen(f"{family.path}/timeline"))["items"]
    await ready(town.school, family)
    assert (await town.school.seen(f"{family.path}/timeline"))["items"] == before
    auditor = town.door("auditor")
    attempts = (await auditor.seen("/v1/audit/attempts", params={"case_id": family.case_id}))["items"]
    assert attempts == []


async def test_of_a_service_that_is_not_listed_it_says_so(town: Town):
    family = await register(town.school)
    shown = await town.school.seen(f"{family.path}/readiness", params={"service": "osteopathy", "purpose": "backs"})
    assert (shown["ready"], shown["obstacles"][0]["code"]) == (False, "reference-unknown")
    assert (await town.school.get(f"{family.path}/readiness", params={"service": "slt"})).status_code == 400
    assert (await town.school.get(f"{family.path}/readiness", params={**SLT, "categories": ","})).status_code == 400


@pytest.mark.owasp("API6")
async def test_a_dry_run_that_is_refused_leaves_nothing_at_all(town: Town):
    family, auditor = await register(town.school), town.door("auditor")
    shown = await ready(town.school, family, categories="learning_profile")
    refused = await town.school.post(family.requests, shown["draft"], params={"dry_run": "true"})
    seen = await auditor.seen("/v1/audit/attempts", params={"case_id": family.case_id})
    assert (refused.status_code, seen["items"]) == (409, [])
    await town.school.post(family.requests, shown["draft"])
    [attempt] = (await auditor.seen("/v1/audit/attempts", params={"case_id": family.case_id}))["items"]
    assert attempt["command"] == "SchoolRequest"
