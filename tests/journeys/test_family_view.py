"""What a family sees of its case, by their own tokens and beside staff, over HTTP on both databases."""

from datetime import datetime, timedelta

import pytest

from tests.journeys.family import Door, Family, agreed, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
SUPPORT = {"strategy_code": "visual_timetable", "need_refs": ["speech_sounds"], "started_on": "2025-09-16"}


def at_home(town: Town, family: Family, person: str, role: str = "carer") -> Door:
    return town.door(role, at=town.other, sub=person, person=person, case=family.case_id)


async def test_each_of_the_family_sees_their_own_and_staff_see_what_they_see(town: Town):
    family = await agreed(town.school)
    await town.school.done(f"{family.path}/supports", SUPPORT)
    path = f"{family.path}/family-view"
    seen = {}
    for person, role in ((family.anna, "carer"), (family.piotr, "carer"), (family.learner, "learner")):
        seen[person] = await at_home(town, family, person, role).seen(path)
        by_staff = await town.school.seen(path, params={"person": person})
        assert {**by_staff, "valid_at": ""} == {**seen[person], "valid_at": ""}
    assert seen[family.anna]["supports"][0]["what"] == "A timetable in pictures"
    assert [one["status"] for one in seen[family.anna]["agreements"]] == ["granted"]
    await family.withdraw(town.school, family.piotr)
    after = await at_home(town, family, family.piotr).seen(path)
    assert [one["status"] for one in after["agreements"]] == ["withdrawn"]
    hers = await at_home(town, family, family.anna).seen(path)
    assert hers["agreements"] == seen[family.anna]["agreements"]


@pytest.mark.owasp("API1")
async def test_nobody_sees_anothers(town: Town):
    family, others = await register(town.school), await register(town.school, "Somebody else")
    path = f"{family.path}/family-view"
    anna = at_home(town, family, family.anna)
    assert (await anna.get(path, params={"person": family.piotr})).status_code == 404
    assert (await anna.get(f"{others.path}/family-view")).status_code == 404
    assert (await at_home(town, family, others.anna).get(path)).status_code == 404
    assert (await at_home(town, family, family.anna, "learner").get(path)).status_code == 200, "by person, not by role"
    agency = town.door("agency", sub="slt", services=["slt"])
    assert (await agency.get(path)).status_code == 403
    nameless = await town.school.get(path)
    assert (nameless.status_code, nameless.json()["errors"][0]["parameter"]) == (400, "person")


async def test_a_carer_who_must_not_be_contacted_or_holds_no_rights_sees_nothing(town: Town):
    family = await register(town.school)
    for more in (
        {"may_contact": False, "restriction_reason": "A court order.", "held": True},
        {"held": False},
    ):
        rights = {"parental_responsibilities_and_rights": {"held": more.pop("held")}}
        linked = {"name": "Dean", "relationship": "father", **rights, **more}
        person = (await town.school.done(f"{family.path}/carers", linked))["id"]
        answer = await at_home(town, family, person).get(f"{family.path}/family-view")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.owasp("API3")
async def test_what_is_withheld_from_one_is_not_told_to_them_at_once(town: Town):
    family = await register(town.school)
    await town.school.done(f"{family.path}/supports", SUPPORT)
    kept = {
        "person_id": family.piotr,
        "extent": "everything",
        "reason": "It may put her at risk.",
        "authoriser": "hay",
        "review_on": (await review_day(town, family)),
    }
    before = await at_home(town, family, family.piotr).seen(f"{family.path}/family-view")
    await town.school.done(f"{family.path}/withholdings", kept)
    after = await at_home(town, family, family.piotr).seen(f"{family.path}/family-view")
    assert (len(before["supports"]), after.get("supports", [])) == (1, [])
    assert len((await at_home(town, family, family.anna).seen(f"{family.path}/family-view"))["supports"]) == 1


async def review_day(town: Town, family: Family) -> str:
    """Some weeks from now, by the service's own clock."""
    shown = await town.school.seen(family.path)
    return str((datetime.fromisoformat(shown["valid_at"]) + timedelta(weeks=6)).date())
