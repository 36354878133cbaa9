"""A learner or a carer is given what a case holds about them, and nothing of anybody else, on both databases."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests import sinks
from tests.journeys.family import SCOPE, Door, register
from tests.journeys.house import SINCLAIR, House

pytestmark = pytest.mark.anyio


LEARNER, MOTHER, FATHER = "learner", "mother", "father"
NAMES = {LEARNER: "Xanthe Quillfeather", MOTHER: "Wilhelmina Thistlewood", FATHER: "Barnaby Ottershaw"}
ADDRESSES = {MOTHER: "thistle@canary.example", FATHER: "+447700900987"}
WORDS = {
    LEARNER: ("counts marmalade stairs", "pictures of herons", "likes the violet bench", "220000028"),
    MOTHER: ("sleeps in the lighthouse", "after the ferry docks", "worries about herrings", "owns a blue canoe"),
    FATHER: ("shouts at pigeons", "bans the trombone", "must not meet the ferry", "collects thunder"),
}
"""By person: what only their own access may show."""
UNKNOWN = "Ottoline next door juggles teacups"
"""Of somebody who is on no record: no program can tell, so a person decides."""
SEALED = "hides beneath the orangery"
RIGHTS = {"parental_responsibilities_and_rights": {"held": True}}


@pytest.fixture(autouse=True)
def what_is_to_be_read(tmp_path: Path) -> None:
    """What these tests write is for somebody to read."""
    sinks.SPARED.add(tmp_path)


@dataclass
class Case:
    """One case in which everybody said something."""

    house: House
    id: str
    people: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/v1/cases/{self.id}"

    async def access(self, whose: str, out: Path, *more: object) -> Any:
        return await self.house.stagepost(
            "subject-access", self.id, "--for", self.people.get(whose, whose), "--out", out, *more
        )

    def others_of(self, whose: str) -> list[str]:
        """What belongs to the other people: names, addresses, words, and the parts of names that are not shared."""
        return [
            text
            for other in NAMES
            if other != whose
            for text in (*NAMES[other].split(), *WORDS[other], *([ADDRESSES[other]] if other in ADDRESSES else []))
        ]


@pytest.fixture(scope="module")
async def case(house: House) -> Case:
    school = house.school
    learner = {
        "name": NAMES[LEARNER],
        "date_of_birth": "2016-05-11",
        "setting": "burnside-primary",
        "communication_needs": [WORDS[LEARNER][1]],
        "identifiers": [{"system": "scn", "value": WORDS[LEARNER][3]}],
    }
    case = Case(house, (await school.done("/v1/cases", learner))["id"])
    case.people[LEARNER] = (await school.seen(case.path))["learner"]["person_id"]
    barred = {"may_contact": False, "restriction_reason": f"He {WORDS[FATHER][2]}."}
    for who, more in ((MOTHER, {}), (FATHER, barred)):
        body = {"name": NAMES[who], "relationship": who, **RIGHTS, **more}
        case.people[who] = (await school.done(f"{case.path}/carers", body))["id"]
    await _everybody_speaks(case, school)
    await _the_school_writes(case, school)
    await house.door("authority_admin").done("/v1/directory/staff", SINCLAIR)
    concern = {"case_id": case.id, "concern": f"She {SEALED}.", "coordinator": "sinclair"}
    await house.door("teacher", sub="bain").done("/v1/matters", concern)
    return case


async def _everybody_speaks(case: Case, school: Door) -> None:
    for who in (MOTHER, FATHER):
        channel = {"channel": "email" if who == MOTHER else "sms", "address": ADDRESSES[who]}
        preference = {"person_id": case.people[who], "channels": [channel], "times": WORDS[who][1]}
        await school.done(f"{case.path}/contact-preferences", preference, headers={"If-Match": "*"})
    for who, person in case.people.items():
        views = {"party": person, "how_gathered": "talk", "views": f"I say: {WORDS[who][0]}."}
        await school.done(f"{case.path}/views", views)
    raised = {"raised_by": {"kind": "carer", "person": case.people[MOTHER]}, "description": WORDS[MOTHER][2]}
    concern = await school.done(f"{case.path}/concerns", raised)
    heard = {"summary": f"You told us: {WORDS[MOTHER][2]}.", "next_step": "We look.", "by_when": "2027-01-10"}
    await school.done(f"{case.path}/concerns/{concern['id']}/acknowledgement", heard)
    card = {"direction": "tried_at_home", "carer": case.people[MOTHER], "text": WORDS[MOTHER][3], "language": "en"}
    await school.done(f"{case.path}/postcards", card)
    explained = {"how": "talked about", "language": "en"}
    for who in (LEARNER, MOTHER):
        asked = {"party": case.people[who], "scope": SCOPE, "explained": explained, "alternatives_explained": True}
        agreement = (await school.done(f"{case.path}/agreements", asked))["id"]
        answer = {"answer": "refused", "reason": f"No: {WORDS[who][0]}.", "willing_to_discuss": True}
        await school.done(f"{case.path}/agreements/{agreement}/answer", answer)


async def _the_school_writes(case: Case, school: Door) -> None:
    wrote = {"raised_by": {"kind": "staff", "staff": "hay"}, "description": f"{NAMES[MOTHER]} {WORDS[MOTHER][0]}."}
    await school.done(f"{case.path}/concerns", wrote)
    seen = {"raised_by": {"kind": "staff", "staff": "hay"}, "description": f"{WORDS[LEARNER][2]}; {UNKNOWN}."}
    await school.done(f"{case.path}/concerns", seen)
    assessed = {"tool": "observation", "needs": [{"code": "speech_sounds"}], "strengths": [WORDS[LEARNER][2]]}
    await school.done(f"{case.path}/assessments", assessed)
    meeting = {"kind": "planning", "at": "2027-01-10T10:00:00Z", "purpose": f"Why {NAMES[FATHER]} {WORDS[FATHER][3]}."}
    invited = [case.people[LEARNER], case.people[MOTHER]]
    await school.done(f"{case.path}/meetings", {**meeting, "invited": invited})
    kept = {"person_id": case.people[FATHER], "extent": "everything", "reason": f"He {WORDS[FATHER][0]}."}
    await school.done(f"{case.path}/withholdings", {**kept, "authoriser": "hay", "review_on": "2027-01-10"})
    linked = next(
        item
        for item in (await school.seen(f"{case.path}/timeline"))["items"]
        if item.get("data", {}).get("name") == NAMES[MOTHER]
    )
    right = {"supersedes": linked["event_id"], "reason": f"{NAMES[MOTHER]} it is.", "replacement": linked["data"]}
    await school.done(f"{case.path}/corrections", right)


def released(out: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((out / "released").iterdir()))


def decided(listed: Path, folder: Path, **answers: str) -> Path:
    """The list with every proposal taken over, but for the items whose id begins as said."""
    document = json.loads(listed.read_text())
    document["decided_by"] = "reid"
    for item in document["items"]:
        given = [answer for item_id, answer in answers.items() if item["item"] == item_id]
        item["decision"] = given[0] if given else item["proposed"]
    folder.mkdir(exist_ok=True)
    (folder / "filled.json").write_text(json.dumps(document))
    return folder / "filled.json"


@pytest.mark.parametrize("whose", NAMES)
async def test_before_anybody_decides_nothing_of_another_person_is_in_what_is_released(
    whose: str, case: Case, tmp_path
):
    done = await case.access(whose, tmp_path / "out")
    assert done.exit_code == 0, done.output
    found = released(tmp_path / "out")
    assert [text for text in case.others_of(whose) if text.casefold() in found.casefold()] == []
    assert UNKNOWN not in found
    assert NAMES[whose] in found
    assert WORDS[whose][0] in found, "their own views"
    assert (tmp_path / "out" / "decisions.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("whose", NAMES)
async def test_when_every_proposal_is_taken_over_nothing_of_another_person_is_released(
    whose: str, case: Case, tmp_path
):
    await case.access(whose, tmp_path / "first")
    filled = decided(tmp_path / "first" / "decisions.json", tmp_path)
    done = await case.access(whose, tmp_path / "out", "--decisions", filled)
    assert done.exit_code == 0, done.output
    found = released(tmp_path / "out")
    assert [text for text in case.others_of(whose) if text.casefold() in found.casefold()] == []
    assert not (tmp_path / "out" / "decisions.json").exists()


@pytest.mark.parametrize("whose", NAMES)
async def test_a_child_protection_matter_leaves_no_trace(whose: str, case: Case, tmp_path):
    await case.access(whose, tmp_path)
    everything = released(tmp_path) + (tmp_path / "decisions.json").read_text()
    for trace in (SEALED, "sinclair", "Sealed", "matter", "rotection"):
        assert trace not in everything


async def test_what_waits_for_a_decision_is_listed_with_why_and_what_is_proposed(case: Case, tmp_path):
    await case.access(LEARNER, tmp_path)
    items = json.loads((tmp_path / "decisions.json").read_text())["items"]
    said = {(item["type"], item["why"], item["proposed"]) for item in items}
    assert {
        ("CarerLinked.v1", "another_person", "keep"),
        ("ViewsRecorded.v1", "another_person", "keep"),
        ("ConcernRaised.v1", "names_another_person", "keep"),
        ("ConcernRaised.v1", "free_words", "release"),
        ("DisclosureWithheld.v1", "another_person", "keep"),
        ("MeetingCalled.v1", "another_person", "keep"),
    } <= said
    assert all(item["decision"] == "" and item["says"] for item in items)


async def test_what_is_kept_from_somebody_is_not_released_to_them_and_they_are_not_told_of_it(case: Case, tmp_path):
    await case.access(FATHER, tmp_path)
    items = json.loads((tmp_path / "decisions.json").read_text())["items"]
    assert "withheld" in {item["why"] for item in items if item["type"] == "DisclosureWithheld.v1"}
    assert "ithh" not in released(tmp_path)


async def test_a_person_decides_and_what_they_release_is_released_with_its_proof(case: Case, tmp_path):
    await case.access(LEARNER, tmp_path / "first")
    items = json.loads((tmp_path / "first" / "decisions.json").read_text())["items"]
    words = f"{NAMES[MOTHER]} {WORDS[MOTHER][0]}."
    [wanted] = [one for one in items if isinstance(one["says"], str) and words in one["says"]]
    filled = decided(tmp_path / "first" / "decisions.json", tmp_path, **{wanted["item"]: "release"})
    await case.access(LEARNER, tmp_path / "out", "--decisions", filled)
    for name in ("record.txt", "record.json", "proofs.json"):
        assert wanted["says"] in (tmp_path / "out" / "released" / name).read_text()
    seen = (await case.house.school.seen(f"{case.path}/timeline"))["items"]
    answered = [one for one in seen if one["type"] == "SubjectAccessAnswered.v1"][-1]
    assert (answered["data"]["decided_by"], answered["actor"]["subject"]) == ("reid", "reid")
    again = await case.access(LEARNER, tmp_path / "again", "--decisions", filled)
    assert again.exit_code == 0
    last = (await case.house.school.seen(f"{case.path}/timeline"))["items"][-1]
    assert last["event_id"] == answered["event_id"], "the same decisions are noted once"


async def test_a_person_may_blacken_some_words_and_add_none(case: Case, tmp_path):
    await case.access(LEARNER, tmp_path / "first")
    filled = decided(tmp_path / "first" / "decisions.json", tmp_path)
    document = json.loads(filled.read_text())
    [item] = [one for one in document["items"] if isinstance(one["says"], str) and UNKNOWN in one["says"]]
    item["says"] = item["says"].replace("Ottoline next door", "▇▇")
    filled.write_text(json.dumps(document))
    assert (await case.access(LEARNER, tmp_path / "out", "--decisions", filled)).exit_code == 0
    assert f"description: {WORDS[LEARNER][2]}; ▇▇ juggles teacups." in released(tmp_path / "out")
    assert "Ottoline" not in released(tmp_path / "out")

    item["says"] = item["says"].replace("juggles", "drops")
    filled.write_text(json.dumps(document))
    refused = await case.access(LEARNER, tmp_path / "other", "--decisions", filled)
    assert (refused.exit_code, "says something else than the record" in refused.stderr) == (5, True)


async def test_the_answer_says_how_long_the_record_is_kept(case: Case, tmp_path):
    await case.access(MOTHER, tmp_path)
    assert "Kept for 5 years from leaving (scotland-generic@1: SCARRS 10.002.014" in released(tmp_path)


async def test_the_proofs_pass_the_verifier_and_no_byte_of_them_can_be_altered(case: Case, tmp_path):
    await case.access(MOTHER, tmp_path)
    proofs = tmp_path / "released" / "proofs.json"
    key = (await case.house.door("auditor").seen("/v1/audit/checkpoint"))["key"]
    whole = await case.house.stagepost("verify", proofs, "--key", key)
    assert whole.exit_code == 0, whole.output
    proofs.write_text(proofs.read_text().replace("an entry that is not shown", "an entry that was not shown", 1))
    altered = await case.house.stagepost("verify", proofs, "--key", key)
    assert (altered.exit_code, altered.stderr.startswith("stagepost: ALTERED: ")) == (1, True)


async def test_decisions_that_do_not_fit_release_nothing(case: Case, tmp_path):
    await case.access(LEARNER, tmp_path / "first")
    listed = tmp_path / "first" / "decisions.json"
    open_list = await case.access(LEARNER, tmp_path / "open", "--decisions", listed)
    assert (open_list.exit_code, open_list.stderr.count("\n")) == (5, 1)
    filled = decided(listed, tmp_path)
    document = json.loads(filled.read_text())
    short = {**document, "items": document["items"][1:]}
    filled.write_text(json.dumps(short))
    lacking = await case.access(LEARNER, tmp_path / "lacking", "--decisions", filled)
    assert (lacking.exit_code, "1 items are not in it" in lacking.stderr) == (5, True)
    filled.write_text(json.dumps(document))
    other = await case.access(MOTHER, tmp_path / "other", "--decisions", filled)
    assert other.exit_code == 5
    assert not any(list((tmp_path / one).iterdir()) for one in ("open", "lacking", "other"))
    assert NAMES[MOTHER] not in open_list.stderr + lacking.stderr + other.stderr


async def test_decisions_fit_the_facts_that_were_listed_and_not_what_is_kept_from_them_since(house: House, tmp_path):
    family = await register(house.school)
    case = Case(house, family.case_id)
    meeting = {"kind": "planning", "at": "2027-01-10T10:00:00Z", "purpose": "To plan.", "invited": [family.anna]}
    await house.school.done(f"{family.path}/meetings", meeting)
    await case.access(family.anna, tmp_path / "first")
    filled = decided(tmp_path / "first" / "decisions.json", tmp_path)
    await house.school.done(f"{family.path}/views", {"party": family.anna, "how_gathered": "talk", "views": "Later."})
    assert (await case.access(family.anna, tmp_path / "out", "--decisions", filled)).exit_code == 0
    assert "Later." not in released(tmp_path / "out")

    kept = {"person_id": family.anna, "extent": "everything", "reason": "A wish.", "authoriser": "hay"}
    await house.school.done(f"{family.path}/withholdings", {**kept, "review_on": "2027-01-10"})
    refused = await case.access(family.anna, tmp_path / "late", "--decisions", filled)
    assert (refused.exit_code, "begin anew" in refused.stderr) == (5, True)


async def test_nobody_but_the_people_of_the_case_has_access_and_a_full_folder_is_left_alone(case: Case, tmp_path):
    stranger = await case.access("7f3b3c52-6f0c-4d7e-9a56-0c4a43c2d1aa", tmp_path / "out")
    assert (stranger.exit_code, stranger.stderr) == (
        4,
        "stagepost: there is no such case, or nobody of this id in it\n",
    )
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter").write_text("mine")
    assert (await case.access(LEARNER, tmp_path / "full")).exit_code == 2
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["letter"]
