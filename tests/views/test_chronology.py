"""The chronology: key events when they happened, strengths beside concerns, each as corrected."""

from datetime import date
from uuid import uuid4

import pytest

from case_api.domain.catalogue import CATALOGUE
from case_api.domain.facts.assessments import Need, NeedsAssessed, ViewsRecorded
from case_api.domain.facts.concerns import ConcernRaised, RaisedBy
from case_api.domain.facts.evaluations import EvaluationRecorded, FourOutcomes, Period
from case_api.domain.facts.involvement import InvolvementEnded
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.facts.stages import StageChanged
from case_api.domain.facts.supports import SupportEffectObserved
from case_api.domain.words import OutcomeStatus
from case_api.views.answer import NothingKnown
from case_api.views.chronology import SIGNIFICANT, chronology
from tests.story import AUTHORITY, POLICY, Story, at

CONCERN, REVIEW = uuid4(), uuid4()
RAISED = ConcernRaised(
    concern_id=CONCERN,
    raised_by=RaisedBy(kind="staff", staff="hay"),
    received_by="hay",
    wellbeing_indicators=("achieving",),
    description="Long instructions get lost.",
)
STEP = StageChanged(
    from_stage="universal",
    to_stage="universal_augmented",
    ladder_version="scotland-generic@1",
    direction="up",
    on=date(2025, 11, 4),
    rationale="Pictures help.",
)


def told(story, valid="2026-06-01", known=None):
    return chronology(story.events, at(valid, known), POLICY, AUTHORITY).items


def types(items):
    return [item.type.partition(".")[0] for item in items]


def effect(score, evidence="Starts alone."):
    return SupportEffectObserved(measure_id=uuid4(), score=score, place="school", evidence=evidence, by="okafor")


def test_key_events_stand_in_the_order_in_which_they_happened_with_how_late_they_were_recorded():
    story = Story().registered()
    story.then("2025-11-04", STEP, recorded="2025-11-06")
    story.then("2025-09-08", RAISED, recorded="2025-11-10")
    items = told(story)
    assert types(items) == ["LearnerRegistered", "ConcernRaised", "StageChanged"]
    assert [item.late_by_days for item in items] == [None, 63, 2]
    assert types(told(story, known="2025-11-07")) == ["LearnerRegistered", "StageChanged"]
    assert types(told(story, valid="2025-11-03")) == ["LearnerRegistered", "ConcernRaised"]


def test_what_marks_no_turn_is_left_to_the_timeline():
    story = Story().registered()
    story.then("2025-09-12", ViewsRecorded(views_id=uuid4(), party=story.anna, how_gathered="talk", views="Hm."))
    story.then("2025-10-01", effect(1))
    story.then("2025-10-01", effect(-1))
    assert types(told(story)) == ["LearnerRegistered"]


def test_strengths_stand_beside_concerns():
    story = Story().registered()
    needs = NeedsAssessed(
        assessment_id=uuid4(),
        tool="cps",
        needs=(Need(code="receptive_language"),),
        strengths=("Drawing", "Friends"),
        challenges=("Noise",),
    )
    progress = (OutcomeStatus(outcome="Starts alone", status="met"), OutcomeStatus(outcome="Asks", status="not_met"))
    story.then("2025-09-08", RAISED)
    story.then("2025-09-16", needs)
    story.then("2025-10-01", effect(2, "Reads to others."))
    story.then("2025-10-02", effect(-2, "Hides."))
    held = ReviewHeld(
        review_id=REVIEW, of_refs=(uuid4(),), held_on=date(2025, 11, 4), decision="continue", progress=progress
    )
    story.then("2025-11-04", held)
    better = FourOutcomes(present="improved", participating="same", achieving="worse", supported="improved")
    period = Period(from_day=date(2025, 9, 16), until=date(2026, 5, 1))
    evaluated = EvaluationRecorded(evaluation_id=uuid4(), period=period, four_outcomes=better, learning="Pictures.")
    story.then("2026-05-01", evaluated)
    for outcome in ("met", "not_met", "moved"):
        ended = InvolvementEnded(request_id=uuid4(), service="slt", outcome=outcome, summary=f"It was {outcome}.")
        story.then("2026-05-02", ended)
    assert [(item.strengths, item.concerns) for item in told(story)[1:]] == [
        ((), ("achieving",)),
        (("Drawing", "Friends"), ("receptive language", "Noise")),
        (("Reads to others.",), ()),
        ((), ("Hides.",)),
        (("Starts alone",), ("Asks",)),
        (("present", "supported"), ("achieving",)),
        (("It was met.",), ()),
        ((), ("It was not_met.",)),
        ((), ()),
    ]


def test_a_corrected_event_stands_once_as_corrected_and_says_so():
    story = Story().registered()
    raised = story.then("2025-11-04", STEP)
    right = STEP.model_copy(update={"on": date(2025, 10, 28)})
    correction = RecordCorrected(
        supersedes=raised.event_id, reason="A week earlier.", replacement=right.model_dump(mode="json")
    )
    mended = story.then("2026-03-17", correction)
    [_, item] = told(story)
    assert (item.happened, item.corrected_by) == (date(2025, 10, 28), mended.event_id)
    [_, before] = told(story, known="2026-01-01")
    assert (before.happened, before.corrected_by) == (date(2025, 11, 4), None)


def test_an_event_that_a_correction_took_back_is_gone():
    story = Story().registered()
    raised = story.then("2025-09-08", RAISED)
    story.then("2025-09-09", RecordCorrected(supersedes=raised.event_id, reason="Another learner."))
    assert types(told(story)) == ["LearnerRegistered"]


def test_what_is_labelled_protection_is_not_in_it():
    story = Story().registered()
    raised = story.then("2025-09-08", RAISED)
    assert raised.envelope is not None
    story.events[-1] = raised.but(envelope=raised.envelope.but(sensitivity="protection"))
    assert types(told(story)) == ["LearnerRegistered"]


def test_there_is_none_before_anything_was_known():
    with pytest.raises(NothingKnown):
        told(Story().registered(), known="2025-01-01")


def test_every_key_event_is_one_that_there_is():
    assert set(CATALOGUE) >= SIGNIFICANT
