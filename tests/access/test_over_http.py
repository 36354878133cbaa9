"""Who reads what, asked at the doors: as the oracle says; who may not read cannot tell that there is anything."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product
from random import Random
from uuid import UUID, uuid4

import pytest

from case_api.access.principal import Principal
from case_api.access.reach import action_of
from case_api.access.rules import Action
from case_api.http.declared import dependency, operations
from case_api.http.offices import Roles
from tests.access.oracle import answers
from tests.access.village import NEIGHBOUR, TODAY, Village, village
from tests.access.worlds import World
from tests.journeys.family import CONCERN

pytestmark = pytest.mark.anyio

QUESTIONS = int(os.environ.get("STAGEPOST_TEST_HTTP_DECISIONS", "800"))
"""How many reads are asked for on each store; 30,000 in the long run (make matrix)."""
LEARNERS = 12
VOLATILE = ("x-request-id", "ratelimit", "ratelimit-policy")


async def worlds_of(here: Village, asked: Sequence[tuple[Principal, UUID, Action]]) -> list[World]:
    """For each question the raw facts, from the log itself."""
    day = here.app.state.clock.now().date()
    directory, facts = await here.directory(), {case_id: await here.facts(case_id) for case_id in here.cases}
    return [World(case_id, facts[case_id], directory, who, action, None, day=day) for who, case_id, action in asked]


def reads(here: Village) -> dict[str, Roles]:
    """Every read that has no other id than the case's, with whom it is for."""
    found = {}
    for route in operations(here.app):
        roles = dependency(route, Roles)
        if roles and "GET" in (route.methods or ()) and route.path.count("{") == 1 and "{case_id}" in route.path:
            found[route.path] = roles
    return found


def action_at(path: str, who: Principal, roles: Roles) -> Action | None:
    """What *who* does by the read; None where it is for other roles."""
    role = next((one for one in roles.allowed if one in who.roles), None)
    if role is None:
        return None
    if role in {"carer", "learner"}:
        return "read_own"
    return action_of(role, roles.action)  # type: ignore[arg-type]


QUERY = {"/v1/cases/{case_id}/readiness": {"service": "slt", "purpose": "speech"}}


@pytest.mark.owasp("API1")
@pytest.mark.owasp("API5")
async def test_every_read_is_answered_as_the_oracle_says_and_a_denied_one_as_if_there_were_nothing(url, tmp_path):
    chance, seen = Random(5), Counter[int]()
    async with village(url, tmp_path, LEARNERS) as here:
        callers, paths = list(here.callers()), reads(here)
        for days in range(2):
            await here.move_to(TODAY + timedelta(days=days, hours=1))
            asked = []
            for _ in range(QUESTIONS // 2):
                who, case_id, path = chance.choice(callers), chance.choice(here.cases), chance.choice(sorted(paths))
                asked.append((who, case_id, path, action_at(path, who, paths[path])))
            for_rules = [(who, case_id, action) for who, case_id, _, action in asked if action]
            expected = iter(answers(await worlds_of(here, for_rules)))
            for who, case_id, path, action in asked:
                door, params = here.door(who), {**QUERY.get(path, {}), **_whose(here, path, who, case_id)}
                answer = await door.get(path.format(case_id=case_id), params=params)
                seen[answer.status_code] += 1
                may = action is not None and next(expected).permitted and who.authority != NEIGHBOUR
                assert answer.status_code == (200 if may else 403 if action is None else 404), (who, case_id, path)
                if answer.status_code == 404:
                    unknown = await door.get(path.format(case_id=uuid4()), params=params)
                    assert unknown.content == answer.content
                    assert _steady(unknown.headers) == _steady(answer.headers)
    assert seen[200] > QUESTIONS / 20, seen
    assert seen[404] > QUESTIONS / 10, seen


def _whose(here: Village, path: str, who: Principal, case_id: UUID) -> dict[str, str]:
    of_staff = who.person is None and path.endswith(("/family-view", "/accesses"))
    return {"person": str(here.families[case_id][0])} if of_staff else {}


def _steady(headers: object) -> dict[str, str]:
    return {name: value for name, value in dict(headers).items() if name not in VOLATILE}  # type: ignore[call-overload]


@pytest.mark.owasp("API1")
async def test_a_list_holds_the_learners_whom_the_caller_could_read_one_by_one(url, tmp_path):
    async with village(url, tmp_path, LEARNERS) as here:
        callers = [one for one in here.callers() if one.authority != NEIGHBOUR and not one.person]
        for days in range(2):
            await here.move_to(TODAY + timedelta(days=days, hours=1))
            asked = [(who, case_id, "read") for who in callers for case_id in here.cases]
            ruled = iter(answers(await worlds_of(here, asked)))  # type: ignore[arg-type]
            for who in callers:
                readable = {str(case_id) for case_id in here.cases if next(ruled).permitted}
                answer = await here.door(who).get("/v1/cases", params={"limit": 100})
                if answer.status_code == 403:
                    continue
                assert {one["case_id"] for one in answer.json()["items"]} == readable, who


@pytest.mark.owasp("API3")
async def test_who_teaches_sees_no_addresses_numbers_restrictions_or_what_is_withheld(url, tmp_path):
    async with village(url, tmp_path, 4) as here:
        path = f"/v1/cases/{here.cases[3]}"  # in p2 of elm
        team = Principal("zoe", "elm", "moray", "app", frozenset({"pupil_support"}))
        teacher = replace(team, subject="tess", roles=frozenset({"teacher"}))
        admin = here.door(replace(team, subject="root", organisation="moray", roles=frozenset({"authority_admin"})))
        work = {"staff": "tess", "setting": "elm", "setting_class": "p2", "role": "teacher", "from_day": "2026-03-02"}
        assert (await here.door(teacher).get(path)).status_code == 404
        await admin.done("/v1/directory/staff", work)
        person = here.families[here.cases[3]][1]
        reached = {"person_id": str(person), "channels": [{"channel": "email", "address": "anna@home.example"}]}
        await here.door(team).done(
            f"{path}/contact-preferences", {**reached, "set_by": "carer"}, headers={"If-Match": "*"}
        )

        whole, in_class = await here.door(team).seen(path), await here.door(teacher).seen(path)
        assert whole["contact_preferences"]
        assert whole["carers"][1]["restriction_reason"] == "A court order."
        assert "contact_preferences" not in in_class
        assert "identifiers" not in in_class["learner"]
        assert "restriction_reason" not in in_class["carers"][1]
        assert "withheld" not in await here.door(teacher).seen(f"{path}/told")
        told = (await here.door(teacher).seen(f"{path}/timeline"))["items"]
        assert {one["type"] for one in told if "data" not in one} == {
            "LearnerRegistered.v1", "CarerLinked.v1", "ContactPreferenceSet.v1",
        }  # fmt: skip
        assert "anna@home.example" not in str(told)
        assert "A court order." not in str(told)


@pytest.mark.owasp("API3")
async def test_who_is_not_shown_how_a_family_is_reached_does_not_replace_it(url, tmp_path):
    async with village(url, tmp_path, 4) as here:
        case_id = here.cases[3]  # in p2 of elm
        path, mother = f"/v1/cases/{case_id}", str(here.families[case_id][1])
        team = here.door(Principal("zoe", "elm", "moray", "app", frozenset({"pupil_support"})))
        admin = here.door(Principal("root", "moray", "moray", "app", frozenset({"authority_admin"})))
        work = {"staff": "tess", "setting": "elm", "setting_class": "p2", "role": "teacher", "from_day": "2026-03-02"}
        await admin.done("/v1/directory/staff", work)
        tess = Principal("tess", "x", "moray", "app", frozenset({"teacher", "pupil_support"}))
        teacher = here.door(replace(tess, roles=frozenset({"teacher"})))
        reached = {"person_id": mother, "channels": [{"channel": "email", "address": "anna@home.example"}]}
        theirs = {"person_id": mother, "channels": [{"channel": "email", "address": "tess@elsewhere.example"}]}
        any_version, preferences = {"If-Match": "*"}, f"{path}/contact-preferences"
        await team.done(preferences, reached, headers=any_version)
        before = (await team.seen(path))["contact_preferences"]
        for params in ({}, {"dry_run": "true"}):
            refused = await teacher.post(preferences, theirs, headers=any_version, params=params)
            assert (refused.status_code, refused.json()["code"]) == (403, "part-not-shown")
        stated = next(
            one for one in (await team.seen(f"{path}/timeline"))["items"] if one["type"] == "ContactPreferenceSet.v1"
        )
        wrong = {"supersedes": stated["event_id"], "reason": "x", "replacement": {**stated["data"], **theirs}}
        assert (await here.door(tess).post(f"{path}/corrections", wrong)).status_code == 404, (
            "nobody's who teaches them"
        )
        assert (await team.seen(path))["contact_preferences"] == before
        await team.done(f"{path}/named-person", {"staff": "tess"}, headers=any_version)
        assert (await teacher.post(preferences, theirs, headers=any_version)).status_code == 201
        hidden = await teacher.post(f"/v1/cases/{here.cases[1]}/contact-preferences", theirs, headers=any_version)
        assert hidden.status_code == 404, "what is not theirs at all is not there"


@pytest.mark.owasp("API5")
async def test_a_role_that_an_operation_is_not_for_opens_no_learner_to_it(url, tmp_path):
    """Who leads support in one school and teaches in another does in the one alone what only leads may."""
    async with village(url, tmp_path, 4) as here:
        path = f"/v1/cases/{here.cases[3]}"  # in p2 of elm
        admin = here.door(Principal("root", "moray", "moray", "app", frozenset({"authority_admin"})))
        work = {"staff": "tess", "setting": "elm", "setting_class": "p2", "role": "teacher", "from_day": "2026-03-02"}
        await admin.done("/v1/directory/staff", work)
        tess = here.door(Principal("tess", "oak", "moray", "app", frozenset({"teacher", "pupil_support"})))
        named = {"staff": "tess"}, {"If-Match": "*"}
        unknown = await tess.post(f"/v1/cases/{uuid4()}/named-person", named[0], headers=named[1])
        hidden = await tess.post(f"{path}/named-person", named[0], headers=named[1])
        assert (hidden.status_code, hidden.content) == (404, unknown.content)
        assert "contact_preferences" not in await tess.seen(path), "as one who teaches them, and no more"
        assert (await tess.post(f"{path}/concerns", CONCERN)).status_code == 201
        assert (await tess.get(f"/v1/cases/{here.cases[1]}")).status_code == 200, "of their own school"
        own = await tess.post(f"/v1/cases/{here.cases[1]}/named-person", named[0], headers=named[1])
        assert own.status_code == 201
        followed = {one["data"].get("case_id") for one in (await tess.seen("/v1/events?limit=500"))["items"]}
        assert str(here.cases[3]) not in followed
        assert str(here.cases[1]) in followed


async def test_the_feed_tells_of_the_learners_whom_the_caller_may_follow_and_of_no_others(url, tmp_path):
    async with village(url, tmp_path, 6) as here:
        kinds = (("pupil_support",), ("mis",), ("auditor",), ("pupil_support", "agency"), ("mis", "agency"))
        for roles, place in product(kinds, ("elm", "oak", "moray")):
            services = frozenset({"slt"} if "agency" in roles else ())
            who = Principal("zoe", place, "moray", "app", frozenset(roles), services)
            asked: list[tuple[Principal, UUID, Action]] = [(who, case_id, "follow") for case_id in here.cases]
            ruled = answers(await worlds_of(here, asked))
            followed = {str(case_id) for case_id, one in zip(here.cases, ruled, strict=True) if one.permitted}
            told = (await here.door(who).seen("/v1/events", params={"limit": 500}))["items"]
            assert {one["data"]["case_id"] for one in told if "case_id" in one["data"]} == followed, who


@pytest.mark.owasp("API1")
async def test_who_coordinates_sees_a_learner_who_moved_no_more_until_they_are_named_where_the_learner_is(
    url, tmp_path
):
    async with village(url, tmp_path, 1) as here:
        path, moves = f"/v1/cases/{here.cases[0]}", TODAY.date() + timedelta(days=1)
        mother = str(here.families[here.cases[0]][1])
        team = here.door(Principal("zoe", "elm", "moray", "app", frozenset({"pupil_support"})))
        there = here.door(Principal("yan", "oak", "moray", "app", frozenset({"pupil_support"})))
        nora, lea = (here.door(Principal(one, "x", "moray", "app", frozenset({"teacher"}))) for one in ("nora", "lea"))
        admin = here.door(Principal("root", "moray", "moray", "app", frozenset({"authority_admin"})))
        for staff in ("nora", "lea"):
            work = {"setting": "ash", "from_day": "2026-03-02", "role": "pupil_support"}
            await admin.done("/v1/directory/staff", {**work, "staff": staff})
        lead = {"staff": "lea", "organisation": "Work", "reason": "Leads.", "agreed_with": [mother]}
        await team.done(f"{path}/named-person", {"staff": "nora"}, headers={"If-Match": "*"})
        await team.done(f"{path}/lead-professional", lead, headers={"If-Match": "*"})
        await team.done(f"{path}/placements", {"setting": "oak", "from_day": moves.isoformat()})
        for door in (nora, lea):
            assert (await door.get(path)).status_code == 200
            assert [one["case_id"] for one in (await door.seen("/v1/cases"))["items"]] == [str(here.cases[0])]
        assert (await team.seen(path))["to_be_handed_over"] == []
        await here.move_to(TODAY + timedelta(days=1))
        for door in (nora, lea):
            assert (await door.get(path)).status_code == 404
            assert (await door.post(f"{path}/concerns", CONCERN)).status_code == 404
            assert (await door.seen("/v1/cases"))["items"] == []
        seen = await there.seen(path)
        assert (seen["named_person"], seen["lead_professional"]["staff"]) == ("nora", "lea"), (
            "the record names them still"
        )
        assert seen["to_be_handed_over"] == ["named_person", "lead_professional"]
        await there.done(f"{path}/named-person", {"staff": "nora"}, headers={"If-Match": "*"})
        await there.done(f"{path}/lead-professional", lead, headers={"If-Match": "*"})
        assert [(await door.get(path)).status_code for door in (nora, lea)] == [200, 200]
        assert (await there.seen(path))["to_be_handed_over"] == []


async def test_who_has_left_coordinates_and_receives_no_more_and_a_class_is_no_school(url, tmp_path):
    async with village(url, tmp_path, 12) as here:
        admin = here.door(Principal("root", "moray", "moray", "app", frozenset({"authority_admin"})))
        team = here.door(Principal("zoe", "elm", "moray", "app", frozenset({"pupil_support"})))
        path = f"/v1/cases/{here.cases[0]}"  # of elm
        last = TODAY.date() + timedelta(days=1)
        work = {"setting": "oak", "from_day": "2026-03-02", "until": last.isoformat()}
        for staff in ("nora", "rex"):
            await admin.done("/v1/directory/staff", {**work, "staff": staff, "role": "pupil_support"})
        await team.done(f"{path}/named-person", {"staff": "nora"}, headers={"If-Match": "*"})
        gone = {"to_setting": "oak", "to_staff": "rex", "from_day": "2026-08-18"}
        sent = f"{path}/transfers/{(await team.done(f'{path}/transfers', gone))['id']}"
        nora, rex = (
            here.door(Principal(one, "elsewhere", "moray", "app", frozenset({"teacher"}))) for one in ("nora", "rex")
        )
        assert [(await nora.get(path)).status_code, (await rex.get(sent)).status_code] == [200, 200]
        await here.move_to(TODAY + timedelta(days=3))
        assert [(await nora.get(path)).status_code, (await rex.get(sent)).status_code] == [404, 404]
        assert (await nora.seen("/v1/cases"))["items"] == []
        ada = here.door(Principal("ada", "elsewhere", "moray", "app", frozenset({"pupil_support"})))
        led = {one["setting"] for one in (await ada.seen("/v1/cases"))["items"]}
        assert "elm" not in led, "to teach one class is not to lead its school"
