"""A family hears who looked, in plain words, and nothing that is not theirs to hear; on each database."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.http.at_home import Home, at_home
from tests.journeys.family import REQUEST, SERVICE, Door, Family, agreed

pytestmark = pytest.mark.anyio
HERE = "burnside-primary"
TEAM, TEACHER, AUDITOR = "Somebody of the Pupil Support Team", "A teacher", "An auditor of the authority"
RECORD, SUPPORT, LIST = "The record.", "How support is planned and given.", "A list on which the learner stands."


@pytest.fixture
async def home(url, tmp_path) -> AsyncIterator[Home]:
    async with at_home(url, tmp_path) as home:
        admin = door(home, "authority_admin", sub="admin")
        await admin.done("/v1/directory/services", SERVICE)
        for setting, title in ((HERE, "Burnside Primary School"), ("elsewhere", "A School Elsewhere")):
            await admin.done("/v1/directory/settings", {"setting": setting, "title": title})
        for staff in ("hay", "roy"):
            await admin.done(
                "/v1/directory/staff",
                {"staff": staff, "setting": HERE, "role": "pupil_support", "from_day": "2025-08-18"},
            )
        yield home


def door(home: Home, *roles: str, **claims: Any) -> Door:
    return Door(home.client, home.bearer(*roles, **claims))


def of_family(home: Home, family: Family, person: str, role: str = "carer") -> Door:
    return door(home, role, sub=f"sub-{person}", org="home", person=person, case=family.case_id)


async def told(home: Home, family: Family, person: str, **params: Any) -> list[tuple[str, str | None, str]]:
    """Who, of where, looked at what, as one person of the family hears it."""
    role = "learner" if person == family.learner else "carer"
    view = await of_family(home, family, person, role).seen(f"{family.path}/accesses", params=params)
    return [(one["who"], one.get("organisation"), one["text"]) for one in view["looked"]]


async def test_they_hear_of_roles_schools_and_days_once_however_often(home: Home):
    school = door(home, "pupil_support")
    family = await agreed(school)
    for part in ("/plan", "/stage", "", ""):
        await school.get(f"{family.path}{part}")
    await school.get("/v1/cases")
    await door(home, "auditor", sub="audit", org="council").get(f"{family.path}/timeline")
    for person in (family.anna, family.learner):
        assert sorted(await told(home, family, person), key=str) == sorted(
            [
                (TEAM, "Burnside Primary School", RECORD),
                (TEAM, "Burnside Primary School", SUPPORT),
                (TEAM, "Burnside Primary School", LIST),
                (AUDITOR, None, RECORD),
            ],
            key=str,
        )
    days = (await of_family(home, family, family.anna).seen(f"{family.path}/accesses"))["looked"]
    assert {one["on"] for one in days} == {date.today().isoformat()}


async def test_nobody_who_protects_children_is_told_of_in_whatever_role_they_looked(home: Home):
    school = door(home, "pupil_support")
    family = await agreed(school)
    before = await told(home, family, family.anna)
    await door(home, "child_protection", sub="sinclair").seen(f"{family.path}/stage")
    await door(home, "child_protection", "pupil_support", sub="hay").seen(f"{family.path}/stage")
    assert await told(home, family, family.anna) == before


async def test_the_others_of_the_family_and_messages_on_their_way_are_not_told_of(home: Home):
    family = await agreed(door(home, "pupil_support"))
    before = await told(home, family, family.anna)
    await of_family(home, family, family.piotr).get(f"{family.path}/family-view")
    await of_family(home, family, family.learner, "learner").get(f"{family.path}/family-view")
    events = await door(home, "auditor", sub="audit").seen("/v1/events", params={"limit": 500})
    [event] = [one for one in events["items"] if one["type"] == "LearnerRegistered.v1"]
    await door(home, "notifier", sub="notifier").seen(f"/v1/events/{event['id']}/recipients")
    assert await told(home, family, family.anna) == before


async def test_what_was_refused_is_not_told_of(home: Home):
    family = await agreed(door(home, "pupil_support"))
    before = await told(home, family, family.anna)
    assert (await door(home, "external", sub="prying").get(family.path)).status_code == 403
    assert (await door(home, "teacher", sub="okafor").get(family.path)).status_code == 404
    assert await told(home, family, family.anna) == before


async def test_a_service_is_told_of_to_whom_may_know_that_it_was_asked(home: Home):
    school = door(home, "pupil_support")
    family = await agreed(school)
    until = (date.today() + timedelta(days=30)).isoformat()
    kept = {"extent": "everything", "reason": "It may raise risk.", "authoriser": "hay", "review_on": until}
    await school.done(f"{family.path}/withholdings", {"person_id": family.piotr, **kept})
    request = await school.done(family.requests, REQUEST)
    service = door(home, "agency", sub="rao", org="health", services=["slt"])
    await service.seen(f"{family.requests}/{request['id']}")
    named = ("Somebody of a service that was asked", SERVICE["title"], RECORD)
    assert named in await told(home, family, family.anna)
    heard = await told(home, family, family.piotr)
    assert named not in heard
    assert not any("service" in who for who, _, _ in heard)


async def test_of_their_own_request_they_hear_no_more_than_they_may(home: Home):
    school, family = door(home, "pupil_support"), await agreed(door(home, "pupil_support"))
    await door(home, "authority_admin", sub="admin").done(
        "/v1/directory/services", {**SERVICE, "service": "play", "title": "Play Therapy", "direct_requests": True}
    )
    asked = {"route": "direct", "service": "play", "purpose": "speech", "categories": ["learning_profile"]}
    father = of_family(home, family, family.piotr)
    request = await father.done(family.requests, {**asked, "asked_by": family.piotr})
    until = (date.today() + timedelta(days=30)).isoformat()
    kept = {"extent": "everything", "reason": "It may raise risk.", "authoriser": "hay", "review_on": until}
    service = door(home, "agency", sub="rao", org="health", services=["play"])
    await service.seen(f"{family.requests}/{request['id']}")
    named = ("Somebody of a service that was asked", "Play Therapy", RECORD)
    assert named in await told(home, family, family.piotr)
    await school.done(f"{family.path}/withholdings", {"person_id": family.piotr, **kept})
    assert named not in await told(home, family, family.piotr)


async def test_where_else_somebody_works_is_not_told(home: Home):
    """The name of another school would tell where the learner goes, or is."""
    family = await agreed(door(home, "pupil_support"))
    await door(home, "auditor", sub="receiving", org="elsewhere").get(family.path)
    assert (AUDITOR, None, RECORD) in await told(home, family, family.anna)


async def test_they_ask_for_the_month_up_to_a_day(home: Home):
    family = await agreed(door(home, "pupil_support"))
    assert await told(home, family, family.anna) != []
    assert await told(home, family, family.anna, until="2020-01-31") == []


async def test_it_is_theirs_alone_and_staff_say_whose_they_want_to_see(home: Home):
    school = door(home, "pupil_support")
    family, others = await agreed(school), await agreed(school)
    stranger = of_family(home, others, others.anna)
    unknown = await stranger.get(f"/v1/cases/{family.anna}/accesses")
    assert (await stranger.get(f"{family.path}/accesses")).content == unknown.content
    assert unknown.status_code == 404
    assert (
        await of_family(home, family, family.anna).get(f"{family.path}/accesses?person={family.piotr}")
    ).status_code == 404
    assert (await school.get(f"{family.path}/accesses")).status_code == 400
    assert (await school.seen(f"{family.path}/accesses", params={"person": family.anna}))["looked"] != []


async def test_it_has_not_changed_while_nobody_else_looked(home: Home):
    school = door(home, "pupil_support")
    family = await agreed(school)
    anna, path = of_family(home, family, family.anna), f"{family.path}/accesses"
    etag = (await anna.get(path)).headers["etag"]
    assert (await anna.get(path, headers={"If-None-Match": etag})).status_code == 304
    await door(home, "pupil_support", sub="roy").get(f"{family.path}/stage")
    assert (await anna.get(path, headers={"If-None-Match": etag})).status_code == 200
