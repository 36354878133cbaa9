"""What is kept from whom, when a message asks, and what the ledger says of it (R92, I25)."""

from datetime import date
from typing import Any

import pytest

from case_api.domain.decisions.told import RecordDisclosure
from case_api.domain.event import Event
from case_api.domain.facts.concerns import ConcernClosed, ConcernRaised, RaisedBy
from case_api.domain.facts.postcards import PostcardSent
from case_api.domain.facts.told import DisclosureMade, DisclosureWithheld, Withheld
from case_api.domain.questions.withheld import extent_of, withheld_from, withholdings_due
from tests.domain.dsl import a, given
from tests.domain.running import NOON, Running, event_id, told_after
from tests.domain.situations import (
    ANNA,
    APPLIED,
    CONCERN,
    DIRECTORY,
    FAMILY,
    NEED_ASSESSED,
    REQUESTED,
    TOM,
    agreed,
    asked,
    refused,
    the,
    withdrew,
)
from tests.domain.test_meetings import SENT as CALLED_TO
from tests.domain.test_withholdings import LIFTED, REVIEW, WITHHOLDING, kept, renewed

RAISED = ConcernRaised(
    concern_id=CONCERN, raised_by=RaisedBy(kind="staff", staff="okafor"), received_by="hay", description="Quiet."
)
CLOSED = ConcernClosed(concern_id=CONCERN, outcome="supported", reason="It helps.", fed_back_to=RAISED.raised_by)
POSTCARD = PostcardSent.model_validate(PostcardSent.examples[0])


def extent(fact: Event, *ledger: DisclosureWithheld, person: str = str(TOM)) -> str | None:
    """How much of a fact is kept from somebody."""
    running = Running(DIRECTORY)
    running.record((*FAMILY, NEED_ASSESSED, RAISED, REQUESTED, fact), running.now)
    event = running.history[-1]
    found = withheld_from(told_after(ledger).in_force(), running.case, person, event)
    return extent_of(found, event) if found else None


def test_the_whole_case_is_kept_from_the_person_named_and_from_nobody_else():
    assert extent(APPLIED, kept()) == "detail"
    assert extent(APPLIED, kept(extent="everything")) == "everything"
    assert extent(APPLIED, kept(), person=str(ANNA)) is None
    assert extent(APPLIED, kept(), person="staff:hay") is None


def test_where_several_decisions_meet_the_one_that_keeps_most_counts():
    assert extent(APPLIED, kept(), kept(withholding_id=the("other"), extent="everything")) == "everything"


@pytest.mark.parametrize(
    ("about", "fact", "wanted"),
    [
        (Withheld(service="slt"), REQUESTED, "detail"),
        (Withheld(service="eps"), REQUESTED, None),
        (Withheld(service="slt"), APPLIED, None),
        (Withheld(concern_id=CONCERN), CLOSED, "detail"),
        (Withheld(concern_id=the("another")), CLOSED, None),
        (Withheld(concern_id=CONCERN), APPLIED, None),
        (Withheld(events=(event_id(7),)), APPLIED, "detail"),
        (Withheld(events=(event_id(6),)), APPLIED, None),
        (Withheld(), APPLIED, None),
    ],
)
def test_what_is_about_something_keeps_that_alone(about: Withheld, fact: Event, wanted: str | None):
    assert extent(fact, kept(about=about)) == wanted


def test_of_a_postcard_nothing_is_left_without_its_detail():
    assert extent(POSTCARD, kept()) == "everything"


@pytest.mark.parametrize("question", [asked(TOM), CALLED_TO], ids=["an agreement", "a meeting"])
def test_what_is_put_to_somebody_is_theirs_whole_unless_everything_is_kept_from_them(question: Event):
    assert extent(question, kept()) is None
    assert extent(question, kept(about=Withheld(service="slt"))) is None
    assert extent(question, kept(extent="everything")) == "everything"


@pytest.mark.parametrize("answer", [agreed(TOM), refused(TOM), withdrew(TOM, NOON)], ids=lambda fact: fact.topic)
def test_nobodys_own_answer_is_kept_from_them(answer: Event):
    assert extent(answer, kept()) is None
    assert extent(answer, kept(extent="everything")) is None


def test_what_others_were_asked_and_said_is_kept_like_anything_else():
    to_others = CALLED_TO.model_copy(update={"to": CALLED_TO.to[:2]})
    assert [extent(one, kept()) for one in (asked(ANNA), agreed(ANNA), to_others)] == ["detail"] * 3


def test_a_withholding_is_due_from_its_day_of_review_until_somebody_renews_or_lifts_it():
    eve = date(2025, 11, 30)
    assert [len(withholdings_due(told_after([kept()]), day)) for day in (eve, REVIEW, date(2026, 1, 1))] == [0, 1, 1]
    assert withholdings_due(told_after([kept(), renewed()]), REVIEW) == ()
    assert withholdings_due(told_after([kept(), LIFTED]), REVIEW) == ()


def report(outcome: str, **more: Any) -> RecordDisclosure:
    said = {"message_id": the("message"), "event_id": event_id(5), "recipient": str(TOM), "channel": "email"}
    return RecordDisclosure(**said, template="support-started", outcome=outcome, **more)


def test_the_ledger_says_by_which_decision_somebody_was_not_told():
    given(*FAMILY, NEED_ASSESSED, APPLIED, kept(extent="everything")).when(
        report("suppressed", reason="withheld")
    ).then(a(DisclosureMade, delivery="suppressed", withholding_id=WITHHOLDING, lawful_basis=None))


def test_the_ledger_says_by_which_decision_a_letter_went_without_detail():
    given(*FAMILY, NEED_ASSESSED, APPLIED, kept()).when(report("sent")).then(
        a(DisclosureMade, delivery="sent", withholding_id=WITHHOLDING)
    )


def test_a_message_that_was_stopped_for_another_reason_names_no_withholding():
    given(*FAMILY, NEED_ASSESSED, APPLIED, kept()).when(report("suppressed", reason="superseded")).then(
        a(DisclosureMade, withholding_id=None)
    )


def test_what_is_sent_once_it_was_lifted_is_sent_whole():
    given(*FAMILY, NEED_ASSESSED, APPLIED, kept(), LIFTED).when(report("sent")).then(
        a(DisclosureMade, withholding_id=None)
    )


def unreachable(**more: Any) -> DisclosureMade:
    said = {"message_id": the("message"), "about": event_id(5), "to": str(TOM), "channel": "none"}
    return DisclosureMade(**said, template="support-started", delivery="unreachable", **more)


def test_nobody_is_asked_to_tell_by_hand_what_is_kept_from_somebody_until_it_is_lifted():
    task, all_of_it = unreachable(), kept(extent="everything")
    assert len(told_after([task]).still_to_tell()) == 1
    assert told_after([task, all_of_it]).still_to_tell() == ()
    assert len(told_after([task, all_of_it, LIFTED]).still_to_tell()) == 1
    assert len(told_after([task, kept()]).still_to_tell()) == 1, "that it happened is still to be told"
    assert told_after([kept(), unreachable(withholding_id=WITHHOLDING)]).still_to_tell() == ()
    elsewhere = kept(extent="everything", about=Withheld(events=(event_id(4),)))
    assert len(told_after([task, elsewhere]).still_to_tell()) == 1


@pytest.mark.parametrize(("how_much", "named"), [("everything", WITHHOLDING), ("detail", None)])
def test_whoever_cannot_be_reached_and_hears_nothing_is_no_task(how_much: str, named: Any):
    facts = (*FAMILY, NEED_ASSESSED, APPLIED, kept(extent=how_much))
    given(*facts).when(report("unreachable")).then(a(DisclosureMade, delivery="unreachable", withholding_id=named))
