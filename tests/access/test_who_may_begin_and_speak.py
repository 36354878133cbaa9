"""Who brings a learner onto the record, and who speaks as of a family: the record decides, not what a token says."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from case_api.access.principal import Principal
from tests.access.village import NEIGHBOUR, RIGHTS, Village, village
from tests.journeys.family import Door

pytestmark = pytest.mark.anyio
BORN = {"name": "Learner", "date_of_birth": "2012-05-11"}
AT_WORK = {"setting": "ash", "role": "pupil_support", "from_day": "2026-03-02"}


def staff(here: Village, role: str, place: str, subject: str = "zoe", authority: str = "moray") -> Door:
    return here.door(Principal(subject, place, authority, "app", frozenset({role})))


async def registers(door: Door, setting: str, **options: Any) -> httpx.Response:
    return await door.post("/v1/cases", {**BORN, "setting": setting}, **options)


@pytest.mark.owasp("API5")
async def test_a_school_registers_its_own_learners_and_the_authority_those_of_any(url, tmp_path):
    async with village(url, tmp_path, 0) as here:
        for role in ("pupil_support", "school_leader", "mis"):
            of_school, of_authority = staff(here, role, "elm"), staff(here, role, "moray")
            statuses = [(await registers(of_school, one)).status_code for one in ("elm", "oak", "nowhere")]
            assert statuses == [201, 403, 403], role
            assert [(await registers(of_authority, one)).status_code for one in ("elm", "oak")] == [201, 201], role
            refused = await registers(of_school, "oak", params={"dry_run": "true"})
            assert (refused.status_code, refused.json()["code"]) == (403, "learner-of-another-school")
            assert refused.content == (await registers(of_school, "oak")).content
            assert (await registers(staff(here, role, "elm", authority=NEIGHBOUR), "elm")).status_code == 201
        auditor = staff(here, "auditor", "moray")
        rows = (await auditor.seen("/v1/audit/accesses", params={"decision": "refused"}))["items"]
        assert {(one["subject"], one["operation"], one.get("case_id")) for one in rows} == {
            ("zoe", "register_learner", None)
        }


async def test_whom_the_directory_has_lead_a_school_registers_its_learners_while_it_does(url, tmp_path):
    async with village(url, tmp_path, 0) as here:
        lead, admin = staff(here, "pupil_support", "elsewhere", "lou"), staff(here, "authority_admin", "moray")
        assert (await registers(lead, "ash")).status_code == 403
        await admin.done("/v1/directory/staff", {**AT_WORK, "staff": "lou"})
        assert (await registers(lead, "ash")).status_code == 201
        await admin.done("/v1/directory/staff", {**AT_WORK, "staff": "lou", "until": "2026-03-03"})
        assert (await registers(lead, "ash")).status_code == 403
        await admin.done("/v1/directory/staff", {**AT_WORK, "staff": "lou", "setting_class": "p1"})
        assert (await registers(lead, "ash")).status_code == 403, "one class is no school"


def family(here: Village, role: str, person: UUID, case_id: UUID) -> Door:
    return here.door(Principal("family", "family", "moray", "app", frozenset({role}), person=person, case=case_id))


@pytest.mark.owasp("API1")
async def test_whose_family_somebody_is_the_record_says_whatever_the_token_claims(url, tmp_path):
    async with village(url, tmp_path, 2) as here:
        mine, other = here.cases
        learner, mother, father = here.families[mine]
        stranger = here.families[other][1]
        words = {"how_gathered": "talked", "views": "She likes it here."}
        unknown = await family(here, "carer", mother, mine).get(f"/v1/cases/{uuid4()}/family-view")
        claimed = [
            ("carer", stranger, mine), ("carer", uuid4(), mine), ("carer", father, mine),
            ("learner", stranger, mine), ("carer", mother, other),
            ("learner", learner, other),
        ]  # fmt: skip
        for role, person, case_id in claimed:
            door = family(here, role, person, case_id)
            for one in {mine, case_id}:
                told = await door.get(f"/v1/cases/{one}/family-view")
                assert (told.status_code, told.content) == (404, unknown.content), (role, person)
                said = await door.post(f"/v1/cases/{one}/views", {**words, "party": str(person)})
                assert said.status_code == 404, (role, person)
        for role, person in (("carer", mother), ("learner", learner)):
            assert (await family(here, role, person, mine).get(f"/v1/cases/{mine}/family-view")).status_code == 200


@pytest.mark.owasp("API1")
async def test_a_carer_whose_link_the_record_corrects_is_kept_apart_from_then_on(url, tmp_path):
    restricted: dict[str, Any] = {"may_contact": False, "restriction_reason": "A court order."}
    without_rights: dict[str, Any] = {"parental_responsibilities_and_rights": {"held": False}}
    async with village(url, tmp_path, 2) as here:
        for case_id, now in zip(here.cases, (restricted, without_rights), strict=True):
            path, mother = f"/v1/cases/{case_id}", here.families[case_id][1]
            anna, team = family(here, "carer", mother, case_id), staff(here, "mis", "moray")
            said = {"party": str(mother), "how_gathered": "talked", "views": "She likes it here."}
            assert (await anna.get(f"{path}/family-view")).status_code == 200
            assert (await anna.post(f"{path}/views", said)).status_code == 201
            linked = next(
                one
                for one in (await team.seen(f"{path}/timeline"))["items"]
                if one["type"] == "CarerLinked.v1" and one["data"]["person_id"] == str(mother)
            )
            replacement = {**linked["data"], **RIGHTS, **now}
            correction = {"supersedes": linked["event_id"], "reason": "It was wrong.", "replacement": replacement}
            await team.done(f"{path}/corrections", correction)
            assert (await anna.get(f"{path}/family-view")).status_code == 404
            assert (await anna.post(f"{path}/views", said)).status_code == 404
