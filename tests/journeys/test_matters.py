"""A child-protection matter over HTTP, on each database: whole for its group, nowhere for anybody else (I30)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.journeys.api import NEIGHBOUR
from tests.journeys.family import REQUEST, Door, Family, register
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
CONCERN = {"concern": "What she said after the break.", "coordinator": "sinclair", "others": ["hay"]}
EMERGENCY = {"asked_by": "bain", "emergency": True, "guidance_consulted": "National guidance, part 3"}
SOCIAL_WORK = {
    "service": "social_work",
    "title": "Social Work",
    "agency": "Strathlorne",
    "sector": "social_work",
    "role": "protects",
    "purposes": [{"code": "child_protection"}],
}
PUBLIC_TASK = {"art6": "public_task", "art9": "substantial_public_interest"}
BY_PHONE = {"channel": "call", "lawful_basis": PUBLIC_TASK, "categories": ["identity_contact"]}
ASK = {"service": "social_work", "purpose": "child_protection", "override_ref": str(uuid4()), **BY_PHONE}
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
WITHHOLD = {"extent": "everything", "reason": "May raise the risk.", "authoriser": "sinclair", "review_on": TOMORROW}
PACK = {
    "agenda": ["What we worry about"],
    "attendees": [{"name": "Ms Sinclair", "role": "coordinator", "organisation": "Burnside Primary"}],
    "companion_told": True,
    "access_needs_asked": True,
    "seating": {"seated_first": True},
}
PARTS = (
    "", "/stage", "/agencies", "/timeline", "/chronology", "/agreements", "/told", "/meetings", "/plan", "/supports",
    "/recommendations", "/evaluations",
)  # fmt: skip
LISTS = ("/v1/cases", "/v1/watches", "/v1/reviews-due", "/v1/unsupported-concerns", "/v1/contact-tasks")
READS = ("", "/timeline", "/clocks", "/told", "/attempts", f"/transfers/{uuid4()}")
BODIES: Mapping[str, Any] = {
    "/group": {"staff": "adair", "change": "joins", "reason": "The learner moves."},
    "/overrides": EMERGENCY,
    f"/overrides/{uuid4()}/reasons": {"reasons": "No time."},
    "/decisions": {"forum": "ird", "decision": "Joint.", "decided_by": ["Social Work"]},
    "/assistance-requests": ASK,
    "/disclosures": {"to": str(uuid4()), **BY_PHONE},
    "/withholdings": {"person_id": str(uuid4()), **WITHHOLD},
    f"/withholdings/{uuid4()}/renewal": {"reason": "Goes on.", "review_on": TOMORROW},
    f"/withholdings/{uuid4()}/lifting": {"reason": "Over."},
    "/lead-professional": {"name": "Ruth Imrie", "organisation": "Social Work", "reason": "Leads."},
    "/transfers": {
        "to_setting": "burnside-academy",
        "to_staff": "adair",
        "from_day": "2026-08-18",
        "reason": "She moves.",
    },
    f"/transfers/{uuid4()}/receipt": {"content_hash": "0" * 64},
    "/meetings": {"kind": "cppm", "at": "2199-01-10T10:00:00Z", "purpose": "Plan."},
    f"/meetings/{uuid4()}/pack": {},
    f"/meetings/{uuid4()}/record": {"present": ["Ms Sinclair"]},
}


SINCLAIR = {
    "staff": "sinclair",
    "setting": "burnside-primary",
    "role": "child_protection_coordinator",
    "from_day": "2025-08-18",
}


@dataclass
class Matter:
    """A matter of Bain, Sinclair and Hay."""

    town: Town
    family: Family
    path: str
    bain: Door
    sinclair: Door


async def begun(town: Town) -> Matter:
    admin = town.door("authority_admin")
    await admin.done("/v1/directory/services", SOCIAL_WORK)
    await admin.done("/v1/directory/staff", SINCLAIR)
    family = await register(town.school, name="Isla")
    bain = town.door("teacher", sub="bain")
    matter_id = (await bain.done("/v1/matters", {"case_id": family.case_id, **CONCERN}))["id"]
    sinclair = town.door("child_protection", sub="sinclair", at=town.other)
    return Matter(town, family, f"/v1/matters/{matter_id}", bain, sinclair)


def outsiders(town: Town) -> list[Door]:
    """Everybody whose role may be of a group, and who is not of this one; and whose role never is."""
    staff = [
        town.door(role, sub="okafor") for role in ("teacher", "pupil_support", "school_leader", "child_protection")
    ]
    elsewhere = town.door("child_protection", sub="sinclair", authority=NEIGHBOUR)
    return [*staff, town.door("auditor", sub="audit"), elsewhere]


def answer_of(response: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    passing = {"date", "request-id", "x-request-id", "ratelimit", "ratelimit-policy", "traceparent"}
    return response.status_code, response.content, {k: v for k, v in response.headers.items() if k not in passing}


async def test_the_group_sees_the_matter_and_its_list(town: Town):
    matter = await begun(town)
    seen = await matter.sinclair.seen(matter.path)
    assert seen["group"] == ["bain", "hay", "sinclair"]
    assert (seen["case_id"], seen["recorder"]) == (matter.family.case_id, "bain")
    for door in (matter.bain, matter.sinclair, town.door("pupil_support", sub="hay")):
        listed = (await door.seen("/v1/matters", params={"limit": 100}))["items"]
        assert matter.path.rpartition("/")[2] in [one["matter_id"] for one in listed]


@pytest.mark.owasp("API1")
async def test_for_anybody_else_it_is_an_id_that_nobody_has(town: Town):
    matter = await begun(town)
    for door in outsiders(town):
        for part in READS:
            answers = [await door.get(f"{path}{part}") for path in (matter.path, f"/v1/matters/{uuid4()}")]
            assert answer_of(answers[0]) == answer_of(answers[1])
            assert answers[0].status_code == 404
        assert (await door.seen("/v1/matters"))["items"] == []


async def test_nobody_else_can_do_anything_in_it_nor_tell_it_from_nothing(town: Town):
    matter = await begun(town)
    for door in outsiders(town):
        for part, body in BODIES.items():
            for options in ({}, {"params": {"dry_run": "true"}}):
                paths = (f"{matter.path}{part}", f"/v1/matters/{uuid4()}{part}")
                answers = [answer_of(await door.post(path, body, **options)) for path in paths]
                assert answers[0] == answers[1]
                assert answers[0][0] in {403, 404}
    assert len((await matter.bain.seen(f"{matter.path}/timeline"))["items"]) == 1


@pytest.mark.owasp("API5")
@pytest.mark.parametrize("role", ["agency", "external", "mis", "notifier", "authority_admin"])
async def test_a_role_that_is_never_of_a_group_reads_no_matter(town: Town, role: str):
    matter = await begun(town)
    door = town.door(role, sub="bain", services=["slt"])
    assert {(await door.get(f"{matter.path}{part}")).status_code for part in READS} == {403}
    assert (await door.get("/v1/matters")).status_code == 403


async def everything_about(town: Town, family: Family) -> list[Any]:
    """What ordinary readers see of a case: every view, the feed after it, the lists, who tried what."""
    auditor, notifier = town.door("auditor"), town.door("notifier")
    views = [await auditor.get(f"{family.path}{part}") for part in PARTS]
    kirsty = town.door("carer", sub="kirsty", person=family.anna, case=family.case_id)
    isla = town.door("learner", sub="isla", person=family.learner, case=family.case_id)
    views += [await door.get(f"{family.path}/family-view") for door in (kirsty, isla)]
    assert {one.status_code for one in views} == {200}
    shown = [{k: v for k, v in one.json().items() if k not in {"valid_at", "next"}} for one in views]
    feed = [await door.seen("/v1/events", params={"limit": 500}) for door in (auditor, notifier)]
    attempts = await auditor.seen("/v1/audit/attempts", params={"limit": 500})
    lists = [await town.school.seen(path, params={"limit": 100}) for path in LISTS]
    return [
        shown,
        [one.headers["etag"] for one in views],
        [len(one["next"]) for one in feed],
        [one["items"] for one in feed],
        attempts,
        lists,
    ]


async def test_nothing_that_is_not_sealed_moves_for_it(town: Town):
    family = (await begun(town)).family
    before = await everything_about(town, family)
    bain, sinclair = town.door("teacher", sub="bain"), town.door("child_protection", sub="sinclair")
    matter_id = (await bain.done("/v1/matters", {"case_id": family.case_id, **CONCERN}))["id"]
    assert (await bain.post(f"/v1/matters/{matter_id}/overrides", EMERGENCY)).status_code == 409
    override = await sinclair.done(f"/v1/matters/{matter_id}/overrides", EMERGENCY)
    await sinclair.done(f"/v1/matters/{matter_id}/overrides/{override['id']}/reasons", {"reasons": "No time."})
    await bain.done(f"/v1/matters/{matter_id}/meetings", BODIES["/meetings"])
    asked = {**ASK, "override_ref": override["id"]}
    await bain.done(f"/v1/matters/{matter_id}/assistance-requests", asked)
    await sinclair.done(f"/v1/matters/{matter_id}/withholdings", {"person_id": family.anna, **WITHHOLD})
    assert await everything_about(town, family) == before


@pytest.mark.owasp("API1")
async def test_its_facts_cannot_be_asked_for_by_id_nor_the_matter_as_a_case(town: Town):
    matter = await begun(town)
    [entry] = (await matter.bain.seen(f"{matter.path}/timeline"))["items"]
    assert (entry["type"], entry["sensitivity"]) == ("ProtectionConcernRecorded.v1", "protection")
    notifier = town.door("notifier")
    hearers = [await notifier.get(f"/v1/events/{one}/recipients") for one in (entry["event_id"], uuid4())]
    assert answer_of(hearers[0]) == answer_of(hearers[1])
    permit = {"recipient": matter.family.anna, "template": "x", "channel": "email", "message_id": str(uuid4())}
    asked = [
        await notifier.post("/v1/send-permits", {**permit, "event_id": str(one)})
        for one in (entry["event_id"], uuid4())
    ]
    assert answer_of(asked[0]) == answer_of(asked[1])
    as_case = matter.path.replace("matters", "cases")
    assert (await town.door("auditor").get(as_case)).status_code == 404
    assert (
        await town.school.post(
            f"{as_case}/concerns", {"raised_by": {"kind": "staff", "staff": "hay"}, "description": "x"}
        )
    ).status_code == 404
    assert (await matter.bain.get(matter.family.path.replace("cases", "matters"))).status_code == 404
    assert (
        await town.door("auditor").get("/v1/events", params={"types": "ProtectionConcernRecorded"})
    ).status_code == 400


async def test_a_teacher_does_not_override_consent_himself_and_only_the_group_learns_that_he_tried(town: Town):
    matter = await begun(town)
    refused = await matter.bain.post(f"{matter.path}/overrides", EMERGENCY)
    assert (refused.status_code, refused.json()["rule_id"]) == (409, "I7")
    assert {one["what"] for one in refused.json()["missing"]} == {"not_an_authoriser", "requester_alone"}
    [attempt] = (await matter.sinclair.seen(f"{matter.path}/attempts"))["items"]
    assert (attempt["subject"], attempt["rule_ids"], attempt["command"]) == ("bain", ["I7"], "OverrideConsent")
    known = (await town.door("auditor").seen("/v1/audit/attempts", params={"limit": 500}))["items"]
    assert [one for one in known if "I7" in one["rule_ids"] or one["command"] == "OverrideConsent"] == []


async def test_an_override_serves_no_ordinary_request_whether_there_is_one_or_not(town: Town):
    matter = await begun(town)
    override = (await matter.sinclair.done(f"{matter.path}/overrides", EMERGENCY))["id"]
    problems = []
    for cited in (override, str(uuid4())):
        refused = await town.school.post(matter.family.requests, {**REQUEST, "override_ref": cited})
        assert (refused.status_code, refused.json()["rule_id"]) == (409, "I8")
        problems.append(refused.content)
    assert problems[0] == problems[1]
    of_case = await town.door("auditor").seen("/v1/audit/attempts", params={"case_id": matter.family.case_id})
    assert of_case["items"] == []
    found = (await matter.sinclair.seen(f"{matter.path}/attempts"))["items"]
    assert [(one["rule_ids"][0], one["command"]) for one in found] == [("I8", "SchoolRequest")] * 2


async def test_who_joins_the_group_reads_all_of_it_and_who_leaves_it_nothing_more(town: Town):
    matter = await begun(town)
    adair, hay = town.door("child_protection", sub="adair"), town.door("pupil_support", sub="hay")
    assert (await adair.get(matter.path)).status_code == 404
    await matter.sinclair.done(f"{matter.path}/group", BODIES["/group"])
    entries = (await adair.seen(f"{matter.path}/timeline"))["items"]
    assert [one["type"] for one in entries] == ["ProtectionConcernRecorded.v1", "GroupJoined.v1"]
    await matter.sinclair.done(f"{matter.path}/group", {"staff": "hay", "change": "leaves", "reason": "Moves."})
    assert (await hay.get(matter.path)).status_code == 404
    assert (await hay.get(matter.path, params={"known_at": entries[0]["recorded_at"]})).status_code == 404


async def test_what_was_known_earlier_can_be_asked_for(town: Town):
    matter = await begun(town)
    [entry] = (await matter.bain.seen(f"{matter.path}/timeline"))["items"]
    override = (await matter.sinclair.done(f"{matter.path}/overrides", EMERGENCY))["id"]
    now = await matter.bain.seen(matter.path)
    assert [(one["override_id"], one["reasons_are"]) for one in now["overrides"]] == [(override, "awaited")]
    then = await matter.bain.seen(matter.path, params={"known_at": entry["recorded_at"]})
    assert "overrides" not in then or then["overrides"] == []


async def test_the_same_concern_sent_twice_is_one_matter(town: Town):
    matter = await begun(town)
    family, bain = matter.family, matter.bain
    body, headers = {"case_id": family.case_id, **CONCERN}, {"Idempotency-Key": str(uuid4())}
    first, again = [await bain.post("/v1/matters", body, headers=headers) for _ in range(2)]
    assert (first.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert first.headers["location"] == f"/v1/matters/{first.json()['id']}"
    unknown = await bain.post("/v1/matters", {**body, "case_id": str(uuid4())})
    assert (unknown.status_code, unknown.json()["code"]) == (409, "reference-unknown")


async def test_a_concern_that_began_no_matter_is_known_to_those_whom_it_tells_nothing_new(town: Town):
    matter = await begun(town)
    bain, auditor = matter.bain, town.door("auditor")
    nowhere = await bain.post("/v1/matters", {"case_id": str(uuid4()), **CONCERN})
    assert nowhere.json()["code"] == "reference-unknown"
    newest = (await auditor.seen("/v1/audit/attempts", params={"limit": 1}))["items"][0]
    assert (newest["subject"], newest["command"], "case_id" in newest) == ("bain", "RecordProtectionConcern", False)
    before = await auditor.seen("/v1/audit/attempts", params={"limit": 500})
    body = {"case_id": matter.family.case_id, **CONCERN, "coordinator": "bain"}
    for options in ({"params": {"dry_run": "true"}}, {}):
        refused = await bain.post("/v1/matters", body, **options)
        assert (refused.status_code, refused.json()["code"]) == (409, "coordinator-may-not-authorise")
    assert await auditor.seen("/v1/audit/attempts", params={"limit": 500}) == before
    known = (await matter.sinclair.seen(f"{matter.path}/attempts"))["items"]
    assert [(one["command"], one["reason"]) for one in known] == [
        ("RecordProtectionConcern", "coordinator-may-not-authorise")
    ]


async def test_the_coordinator_does_not_leave_before_somebody_has_taken_the_matter_over(town: Town):
    matter = await begun(town)
    leaves = {"staff": "sinclair", "change": "leaves", "reason": "Moves."}
    for body in (leaves, {**leaves, "coordinator": "hay"}):
        refused = await matter.sinclair.post(f"{matter.path}/group", body)
        assert (refused.status_code, refused.json()["rule_id"]) == (409, "I30")
    await town.door("authority_admin").done("/v1/directory/staff", {**SINCLAIR, "staff": "adair"})
    await matter.sinclair.done(f"{matter.path}/group", {**BODIES["/group"], "coordinator": "adair"})
    await matter.sinclair.done(f"{matter.path}/group", leaves)
    assert (await matter.sinclair.get(matter.path)).status_code == 404
    seen = await town.door("child_protection", sub="adair").seen(matter.path)
    assert (seen["coordinator"], seen["group"]) == ("adair", ["adair", "bain", "hay"])


async def test_a_colleague_asks_under_the_override_once_and_the_ledger_says_on_what_basis(town: Town):
    matter = await begun(town)
    override = (await matter.sinclair.done(f"{matter.path}/overrides", EMERGENCY))["id"]
    asked = await matter.bain.done(f"{matter.path}/assistance-requests", {**ASK, "override_ref": override})
    again = await matter.bain.post(f"{matter.path}/assistance-requests", {**ASK, "override_ref": override})
    assert (again.status_code, again.json()["rule_id"], again.json()["missing"][0]["what"]) == (409, "I8", "used")
    [line] = (await matter.sinclair.seen(f"{matter.path}/told"))["items"]
    assert (line["to"], line["by_hand"], line["override_ref"]) == ("service:social_work", "bain", override)
    assert line["lawful_basis"] == PUBLIC_TASK
    assert line["about_type"] == "ProtectionConcernRecorded.v1"
    seen = await matter.sinclair.seen(matter.path)
    assert [one["request_id"] for one in seen["requests"]] == [asked["id"]]
    assert [one["used"] for one in seen["overrides"]] == [True]
    social_work = town.door("agency", sub="duty", services=["social_work"])
    case_path = f"{matter.family.requests}/{asked['id']}"
    assert (await social_work.get(case_path)).status_code == 404
    update = {"kind": "acknowledge", "received_by": "Duty"}
    assert (await social_work.post(f"{case_path}/updates", update)).status_code == 404
    sealed_path = f"{matter.path.replace('matters', 'cases')}/assistance-requests/{asked['id']}"
    assert (await social_work.get(sealed_path)).status_code == 404
    assert (await social_work.post(f"{sealed_path}/updates", update)).status_code == 404


async def test_a_mother_is_told_once_it_is_no_longer_withheld_from_her(town: Town):
    matter = await begun(town)
    mother = matter.family.anna
    withheld = await matter.sinclair.done(f"{matter.path}/withholdings", {"person_id": mother, **WITHHOLD})
    letter = {"to": mother, "channel": "letter", "lawful_basis": {"art6": "public_task"}, "categories": ["views"]}
    refused = await matter.bain.post(f"{matter.path}/disclosures", letter)
    assert (refused.status_code, refused.json()["rule_id"]) == (409, "I25")
    lifting = f"{matter.path}/withholdings/{withheld['id']}/lifting"
    await matter.sinclair.done(lifting, {"reason": "Social Work told her."})
    await matter.bain.done(f"{matter.path}/disclosures", letter)
    told = await matter.sinclair.seen(f"{matter.path}/told")
    assert [one["to"] for one in told["items"]] == [mother]
    assert [(one["person_id"], "lifted_at" in one) for one in told["withheld"]] == [(mother, True)]
    ordinary = await town.door("auditor").seen(f"{matter.family.path}/told")
    assert (ordinary["items"], ordinary["withheld"]) == ([], [])


async def test_a_planning_meeting_is_prepared_and_held_in_the_matter(town: Town):
    matter = await begun(town)
    soon = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    call = {"kind": "cppm", "at": soon, "purpose": "Plan for her safety."}
    meeting = (await matter.sinclair.done(f"{matter.path}/meetings", call))["id"]
    await matter.sinclair.done(f"{matter.path}/meetings/{meeting}/pack", PACK)
    await matter.sinclair.done(
        f"{matter.path}/meetings/{meeting}/record",
        {
            "present": ["Ms Sinclair"],
            "pack_exception_reason": "It was brought forward to today.",
        },
    )
    clocks = {one["clock"]: one for one in (await matter.bain.seen(f"{matter.path}/clocks"))["items"]}
    assert set(clocks) == {"cppm", "cppm_pack", "core_group"}
    assert (clocks["cppm"]["kept"], "kept" in clocks["core_group"]) == (True, False)
    await matter.sinclair.done(f"{matter.path}/lead-professional", BODIES["/lead-professional"])
    seen = await matter.bain.seen(matter.path)
    assert (seen["meetings"][0]["kind"], seen["lead_professional"]["name"]) == ("cppm", "Ruth Imrie")
    assert (await town.door("auditor").seen(f"{matter.family.path}/meetings"))["items"] == []
    refused = await town.school.post(f"{matter.family.path}/meetings", call)
    assert (refused.status_code, refused.json()["code"]) == (409, "reference-unknown")


async def test_the_matter_is_passed_on_to_the_coordinator_where_the_learner_goes(town: Town):
    matter = await begun(town)
    admin, adair = town.door("authority_admin"), town.door("child_protection", sub="adair", at=town.other)
    assigned = {"staff": "adair", "setting": "burnside-academy", "role": "child_protection", "from_day": "2025-08-01"}
    await admin.post("/v1/directory/staff", assigned)
    sent = await matter.sinclair.done(f"{matter.path}/transfers", BODIES["/transfers"])
    shown = await adair.seen(f"{matter.path}/transfers/{sent['id']}")
    assert sha256(shown["content"].encode()).hexdigest() == shown["content_hash"]
    assert "ProtectionConcernRecorded.v1" in shown["content"]
    receipt = f"{matter.path}/transfers/{sent['id']}/receipt"
    assert (await adair.post(receipt, {"content_hash": "0" * 64})).json()["rule_id"] == "I33"
    await adair.done(receipt, {"content_hash": shown["content_hash"]})
    assert (await adair.seen(f"{matter.path}/transfers/{sent['id']}"))["state"] == "received"
    assert "adair" in (await matter.bain.seen(matter.path))["group"]


async def test_the_list_is_turned_page_by_page_past_the_matters_of_others(town: Town):
    mine = []
    await begun(town)
    for number in range(3):
        family = await register(town.school, name="Isla")
        for sub in ("murray", f"other-{number}"):
            body = {"case_id": family.case_id, "concern": "What she said.", "coordinator": "sinclair"}
            made = await town.door("teacher", sub=sub).done("/v1/matters", body)
            mine += [made["id"]] if sub == "murray" else []
    murray, found = town.door("teacher", sub="murray", at=town.other), []
    after: dict[str, str] = {}
    while True:
        page = await murray.seen("/v1/matters", params={"limit": 2, **after})
        found += [one["matter_id"] for one in page["items"]]
        if "next" not in page:
            break
        after = {"after": page["next"]}
    assert found == sorted(mine)
