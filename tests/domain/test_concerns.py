"""Concerns: heard, answered, closed."""

from datetime import date

from case_api.domain.decisions.concerns import (
    AcknowledgeConcern,
    CloseConcern,
    ConcernAlreadyClosed,
    RaiseConcern,
    RaiserNotNamed,
)
from case_api.domain.facts.concerns import ConcernAcknowledged, ConcernClosed, ConcernRaised, RaisedBy
from case_api.domain.questions.references import NotOnThisCase, ReferenceUnknown
from tests.domain.dsl import a, given
from tests.domain.running import new
from tests.domain.situations import ANNA, CONCERN, FAMILY, the

BY_ANNA = RaisedBy(kind="carer", person=ANNA)
HEARD = AcknowledgeConcern(summary="Instructions get lost.", next_step="We look together.", by_when=date(2025, 9, 19))
RAISED = ConcernRaised(
    concern_id=CONCERN, raised_by=BY_ANNA, received_by="okafor", description="Instructions get lost."
)
ANSWERED = ConcernAcknowledged(concern_id=CONCERN, to=BY_ANNA, **HEARD.model_dump(exclude={"occurred_at"}))
DONE = CloseConcern(outcome="supported", reason="A timetable in pictures.")
CLOSED = ConcernClosed(concern_id=CONCERN, fed_back_to=BY_ANNA, **DONE.model_dump(exclude={"occurred_at"}))


def test_a_carer_raises_a_concern_at_the_gate():
    command = RaiseConcern(raised_by=BY_ANNA, received_by="okafor", description="Instructions get lost.")
    given(FAMILY).when(command).then(RAISED.model_copy(update={"concern_id": new(1)}))


def test_whoever_records_a_concern_received_it_unless_said_otherwise():
    command = RaiseConcern(raised_by=RaisedBy(kind="staff", staff="lennox"), description="Low mood.")
    given(FAMILY).by("lennox").when(command).then(a(ConcernRaised, received_by="lennox"))


def test_a_concern_is_raised_by_somebody_of_the_case():
    command = RaiseConcern(raised_by=RaisedBy(kind="carer", person=the("stranger")), description="Low mood.")
    given(FAMILY).when(command).then_refused(ReferenceUnknown, missing=[("unknown", the("stranger"))])


def test_a_carer_who_raises_a_concern_is_named_so_that_they_can_be_answered():
    command = RaiseConcern(raised_by=RaisedBy(kind="carer"), description="Low mood.")
    given(FAMILY).when(command).then_refused(RaiserNotNamed, pointer="/raised_by/person")
    outside = RaiseConcern(raised_by=RaisedBy(kind="professional"), description="Low mood.")
    given(FAMILY).when(outside).then(ConcernRaised)


def test_whoever_raised_a_concern_hears_that_it_was_heard():
    given(FAMILY, RAISED).when(HEARD, CONCERN).then(ANSWERED)


def test_a_concern_is_acknowledged_once():
    given(FAMILY, RAISED, ANSWERED).when(HEARD, CONCERN).then_nothing()


def test_there_is_nothing_to_acknowledge_without_a_concern():
    given(FAMILY).when(HEARD, CONCERN).then_refused(NotOnThisCase)


def test_a_concern_is_closed_and_fed_back():
    given(FAMILY, RAISED).when(DONE, CONCERN).then(CLOSED)


def test_a_closed_concern_stays_closed():
    given(FAMILY, RAISED, CLOSED).when(DONE, CONCERN).then_refused(ConcernAlreadyClosed)
    given(FAMILY, RAISED, CLOSED).when(HEARD, CONCERN).then_refused(ConcernAlreadyClosed)
