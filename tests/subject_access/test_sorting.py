"""What of each kind of fact waits for a decision, and what is never told."""

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from case_api.domain.case import fold
from case_api.domain.catalogue import CATALOGUE
from case_api.domain.event import Actor, Event, Recorded, Source, Unreadable
from case_api.domain.facts.assessments import ViewsRecorded
from case_api.domain.facts.concerns import ConcernRaised, RaisedBy
from case_api.domain.facts.evaluations import CarerRating, EvaluationRecorded, FourOutcomes, Period
from case_api.domain.facts.involvement import AssistanceInputRecorded
from case_api.domain.facts.people import CapacityAssessed, CarerLinked, Rights
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.facts.retention import RetentionHoldPlaced
from case_api.domain.facts.told import DisclosureMade, DisclosureWithheld, WithholdingLifted
from case_api.streams import told_of
from case_api.subject_access.decisions import Item, items_of
from case_api.subject_access.known import known
from case_api.subject_access.record import Record, Told, as_decided
from case_api.subject_access.sorting import Sorter
from case_api.views.known import ledger_as_known
from tests import canaries
from tests.story import AUTHORITY, POLICY, Story

DAY = "2025-11-03"
EXAMPLES = [
    pytest.param(event, example, id=f"{name}-{number}")
    for name, event in CATALOGUE.items()
    if event.stream in ("case", "told")
    for number, example in enumerate(event.examples)
]
LONG = 30
"""Characters from which on a text in an example is a sentence and no name or code."""


class Life(Story):
    """A case with its ledger, and what a person's access to it comes to."""

    def __init__(self) -> None:
        super().__init__()
        self.registered()
        self.ledger = Story(self.case_id, stream=told_of(self.case_id))

    def access(self, whose: UUID, answers: Any = None) -> tuple[list[Told], list[Item]]:
        case, told = fold(self.case_id, self.events), ledger_as_known(self.ledger.events, None)
        everybody = known(case, self.events, whose)
        found = list(Sorter(case, told, everybody).sort([*self.events, *self.ledger.events]))
        return [as_decided(one, answers, everybody) for one in found], list(items_of(found))

    def shown(self, whose: UUID) -> str:
        """All that is handed over before anybody decides."""
        facts, _ = self.access(whose)
        everybody = known(fold(self.case_id, self.events), self.events, whose)
        record = Record("moray", self.case_id, everybody, date(2025, 12, 1), facts, POLICY, AUTHORITY)
        return (record.as_json() + record.in_words()).decode()

    def whys(self, whose: UUID, event: Recorded) -> set[str]:
        """Why something of one fact waits for a decision."""
        return {item.why for item in self.access(whose)[1] if item.of.event is event}


def sentences(value: Any) -> list[str]:
    """Every sentence in an example."""
    if isinstance(value, dict | list | tuple):
        inner = value.values() if isinstance(value, dict) else value
        return [text for one in inner for text in sentences(one)]
    return [value] if isinstance(value, str) and (value.endswith(".") or len(value) > LONG) and " " in value else []


def about(person: UUID, event: type[Event], example: dict[str, Any]) -> Event:
    """The example with everybody in it replaced by one person."""
    text = json.dumps(example)
    for start in ("6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11", "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b12"):
        text = text.replace(start, str(person))
    return event.model_validate_json(text)


@pytest.mark.parametrize(("event", "example"), EXAMPLES)
def test_no_sentence_about_somebody_else_is_handed_over_before_it_is_decided(
    event: type[Event], example: dict[str, Any]
):
    life = Life()
    tom = uuid4()
    life.then(DAY, link(tom, "Tom"))
    story = life.ledger if event.stream == "told" else life
    story.then(DAY, about(tom, event, example))
    for whose in (life.learner, life.anna):
        assert [text for text in sentences(example) if text in life.shown(whose)] == []


def link(person: UUID, name: str, **more: Any) -> CarerLinked:
    rights = Rights(held=True)
    return CarerLinked(
        person_id=person, name=name, relationship="father", parental_responsibilities_and_rights=rights, **more
    )


def labelled(event: Recorded, sensitivity: Any) -> Recorded:
    assert event.envelope is not None
    return event.but(envelope=event.envelope.but(sensitivity=sensitivity))


def raised(text: str, *by: UUID) -> ConcernRaised:
    who = RaisedBy(kind="carer", person=by[0]) if by else RaisedBy(kind="staff", staff="hay")
    return ConcernRaised(concern_id=uuid4(), raised_by=who, received_by="hay", description=text)


def worked(sensitivity: Any) -> AssistanceInputRecorded:
    return AssistanceInputRecorded(
        request_id=uuid4(),
        service="slt",
        kind="advice",
        on=date(2025, 11, 3),
        place="school",
        summary="A story.",
        sensitivity=sensitivity,
    )


def told(life: Life, event: Recorded, to: str) -> Recorded:
    made = DisclosureMade(
        message_id=uuid4(), about=event.event_id, to=to, channel="email", template="x", delivery="sent"
    )
    return life.ledger.then(DAY, made)


@pytest.mark.parametrize("by_envelope", [True, False], ids=["labelled", "by-itself"])
def test_what_is_labelled_protection_is_neither_told_nor_listed_nor_that_somebody_was_told_of_it(by_envelope: bool):
    life = Life()
    event = life.then(DAY, worked("routine" if by_envelope else "protection"))
    if by_envelope:
        life.events[-1] = event = labelled(event, "protection")
    told(life, event, "service:slt")
    facts, items = life.access(life.learner)
    assert [one.way for one in facts[-2:]] == ["veiled", "veiled"]
    assert {item.of.event.event_id for item in items}.isdisjoint({event.event_id, life.ledger.events[-1].event_id})


def test_what_is_restricted_is_listed_and_kept_unless_a_person_releases_it():
    life = Life()
    event = life.then(DAY, worked("restricted"))
    assert life.whys(life.learner, event) == {"restricted"}
    facts, _ = life.access(life.learner, {str(event.event_id): "release"})
    assert facts[-1].way == "whole"


def test_what_was_erased_is_told_by_its_place_alone():
    life = Life()
    erased = life.then(DAY, raised("Gone."))
    life.events[-1] = erased.but(fact=Unreadable(why="erased", stored_name=erased.name), envelope=None)
    facts, items = life.access(life.learner)
    assert facts[-1].way == "veiled"
    assert erased.event_id not in {item.of.event.event_id for item in items}


def test_of_what_may_do_serious_harm_or_tells_of_a_restriction_a_person_is_asked():
    life, tom = Life(), uuid4()
    assessed = CapacityAssessed(
        matter="requests",
        outcome="has",
        wellbeing_impact="It weighs on her.",
        assessor="Mrs Lennox",
        basis="She said so.",
        valid_until=date(2026, 8, 31),
    )
    capacity = life.then(DAY, assessed)
    barred = life.then(DAY, link(tom, "Tom", may_contact=False, restriction_reason="An order."))
    assert life.whys(life.learner, capacity) == {"serious_harm", "free_words"}
    assert life.whys(tom, barred) == {"restriction"}
    assert "may contact: ▇" in life.shown(tom)


def withheld(life: Life, person: UUID) -> UUID:
    decision = uuid4()
    fact = DisclosureWithheld(
        withholding_id=decision,
        person_id=person,
        extent="everything",
        reason="A wish.",
        authoriser="hay",
        review_on=date(2026, 1, 10),
    )
    life.ledger.then(DAY, fact)
    return decision


def test_what_is_kept_from_a_person_now_is_kept_back_but_for_their_own_words():
    life = Life()
    assessed = life.then(DAY, raised("A story of the class."))
    own = life.then(DAY, ViewsRecorded(views_id=uuid4(), party=life.learner, how_gathered="talk", views="I like it."))
    message = told(life, assessed, str(life.learner))
    decision = withheld(life, life.learner)
    assert life.whys(life.learner, assessed) == life.whys(life.learner, message) == {"withheld"}
    assert life.whys(life.learner, own) == set()
    lifted = life.ledger.then(DAY, WithholdingLifted(withholding_id=decision, reason="Over."))
    assert life.whys(life.learner, assessed) == {"free_words"}
    assert life.whys(life.learner, lifted) == {"withheld"}, "that something was withheld"


def test_what_a_fact_says_of_another_person_beside_the_learner_is_kept_together():
    life = Life()
    outcomes = FourOutcomes(present="same", participating="same", achieving="improved", supported="same")
    evaluated = EvaluationRecorded(
        evaluation_id=uuid4(),
        period=Period(from_day=date(2025, 8, 20), until=date(2025, 11, 1)),
        four_outcomes=outcomes,
        carer_rating=CarerRating(carer=life.anna, rating=2),
        learning="A story.",
    )
    event = life.then(DAY, evaluated)
    pointers = {item.item.removeprefix(str(event.event_id)): item.why for item in life.access(life.learner)[1]}
    assert pointers["/data/carer_rating"] == "another_person"
    assert "carer rating: ▇" in life.shown(life.learner)


def test_a_withholding_from_a_carer_is_not_the_learners_to_see():
    life = Life()
    withheld(life, life.anna)
    assert life.whys(life.learner, life.ledger.events[-1]) == {"another_person"}


def test_a_hold_is_the_authoritys_own_matter_until_somebody_decides():
    life = Life()
    hold = life.then(DAY, RetentionHoldPlaced(hold_id=uuid4(), reason="legal_claim"))
    assert life.whys(life.learner, hold) == {"legal_matter"}


@pytest.mark.parametrize(
    "text",
    [
        f"{canaries.CARER.split()[0].upper()} came.",
        "Her mum came.",
        f"Write to {canaries.EMAIL}.",
        "Call 07700 900 987 first.",
    ],
    ids=["name", "kin", "address", "number"],
)
def test_words_that_name_somebody_else_are_proposed_to_be_kept(text: str):
    life = Life()
    address = {
        "channels": [{"channel": "email", "address": canaries.EMAIL}, {"channel": "sms", "address": "+447700900987"}]
    }
    preference = {"person_id": str(life.anna), "set_by": "themselves", **address}
    life.then(DAY, CATALOGUE["ContactPreferenceSet"].model_validate_json(json.dumps(preference)))
    event = life.then(DAY, raised(text))
    [item] = [one for one in life.access(life.learner)[1] if one.of.event is event]
    assert (item.why, item.proposed) == ("names_another_person", "keep")


def test_words_that_name_nobody_are_proposed_to_be_released_to_the_learner():
    life = Life()
    event = life.then(DAY, raised("Needs more time."))
    [item] = [one for one in life.access(life.learner)[1] if one.of.event is event]
    assert (item.item, item.why, item.proposed) == (f"{event.event_id}/data/description", "free_words", "release")


def test_what_staff_wrote_is_not_taken_for_the_learners_words_when_it_was_corrected():
    life = Life()
    wrong = life.then(DAY, raised("Needs time."))
    content = raised("Needs more time.").model_dump(mode="json") | {
        "concern_id": str(wrong.fact.model_dump()["concern_id"])
    }
    life.then(DAY, RecordCorrected(supersedes=wrong.event_id, reason="A slip.", replacement=content))
    assert "Needs more time." not in life.shown(life.learner)


def test_what_a_carer_recorded_about_the_learner_does_not_say_who_did():
    life = Life()
    event = life.then(DAY, raised("Needs more time."))
    assert event.envelope is not None
    carer = Actor(subject="wilhelmina", role="carer", organisation="home")
    life.events[-1] = event.but(envelope=event.envelope.but(actor=carer))
    facts, _ = life.access(life.learner, {f"{event.event_id}/data/description": "release"})
    assert facts[-1].way == "header"
    assert "wilhelmina" not in life.shown(life.learner)


def test_a_fact_is_not_proved_word_by_word_where_what_stands_around_it_names_somebody_else():
    life = Life()
    event = life.then(DAY, ViewsRecorded(views_id=uuid4(), party=life.learner, how_gathered="talk", views="I like it."))
    assert life.access(life.learner)[0][-1].way == "whole"
    assert event.envelope is not None
    source = Source(system="mis", idempotency_key=f"mail-{canaries.EMAIL}-{life.anna}")
    life.events[-1] = event.but(envelope=event.envelope.but(source=source))
    life.then(
        DAY,
        CATALOGUE["ContactPreferenceSet"].model_validate({
            "person_id": life.anna, "set_by": "themselves",
            "channels": ({"channel": "email", "address": canaries.EMAIL},),
        }),
    )  # fmt: skip
    assert life.access(life.learner)[0][-2].way == "header"
