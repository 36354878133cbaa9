"""Meetings as they stood at any time."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from case_api.domain.facts.meetings import (
    AccessNeedsStated,
    Addressee,
    Attendee,
    MeetingCalled,
    MeetingHeld,
    MeetingPackIssued,
    PackException,
    Seating,
)
from case_api.views.answer import NothingKnown
from case_api.views.meetings_view import MeetingShown, MeetingsView, meetings_view
from tests import canaries
from tests.story import AUTHORITY, POLICY, Story, at


def shown(story: Story, valid: str, known: str | None = None) -> tuple[MeetingShown, ...]:
    return meetings_view(story.events, at(valid, known), POLICY, AUTHORITY).items


@pytest.fixture
def story() -> Story:
    """Called on 2 February, packs on the 3rd, needs on the 5th, held on the 10th and written down on the 12th."""
    story, meeting = Story().registered(), uuid4()
    story.then("2026-02-02", called(meeting, story))
    story.then("2026-02-03", sent(meeting, story))
    for day, bringing in (("2026-02-05", "Her sister"), ("2026-02-06", "Her brother")):
        story.then(day, AccessNeedsStated(meeting_id=meeting, party=story.anna, companion=bringing))
    late = (PackException(person=story.learner, what="none", reason="A slip."),)
    held = MeetingHeld(
        meeting_id=meeting, held_on=date(2026, 2, 10), present=(canaries.CARER,), pack_exceptions=late
    )  # fmt: skip
    story.then("2026-02-10", held, recorded="2026-02-12")
    return story


def called(meeting: UUID, story: Story) -> MeetingCalled:
    return MeetingCalled(
        meeting_id=meeting,
        kind="planning",
        at=datetime(2026, 2, 10, 14, tzinfo=UTC),
        purpose=canaries.FREE_TEXT,
        organiser="hay",
        invited=(story.anna, story.learner),
    )


def sent(meeting: UUID, story: Story) -> MeetingPackIssued:
    return MeetingPackIssued(
        meeting_id=meeting,
        to=(Addressee(person=story.anna, language="pl"),),
        agenda=("What next",),
        attendees=(Attendee(name="Mr Hay", role="pupil_support", organisation="Burnside Primary"),),
        companion_told=True,
        access_needs_asked=True,
        seating=Seating(seated_first=True),
        sent_at=date(2026, 2, 3),
        school_days_ahead=5,
    )


def test_a_meeting_is_called_then_prepared_then_held(story):
    assert not shown(story, "2026-02-01")
    days = ("2026-02-02", "2026-02-03", "2026-02-05", "2026-02-10")
    stood = [shown(story, day)[0] for day in days]
    steps = [(len(one.packs), len(one.access_needs), one.record is not None) for one in stood]
    assert steps == [(0, 0, False), (1, 0, False), (1, 1, False), (1, 1, True)]


def test_the_record_is_known_once_it_is_written_down(story):
    [before] = shown(story, "2026-02-11", known="2026-02-11")
    [after] = shown(story, "2026-02-11", known="2026-02-12")
    assert before.record is None
    assert after.record
    assert [(one.what, one.person) for one in after.record.pack_exceptions] == [("none", story.learner)]


def test_the_newest_word_of_a_person_counts(story):
    [meeting] = shown(story, "2026-02-07")
    assert [one.companion for one in meeting.access_needs] == ["Her brother"]


def test_a_pack_shows_to_whom_it_went_and_what_it_said(story):
    [meeting] = shown(story, "2026-02-03")
    [pack] = meeting.packs
    assert [(one.person, one.language) for one in pack.to] == [(story.anna, "pl")]
    assert (pack.seated_first, pack.school_days_ahead, pack.agenda) == (True, 5, ("What next",))


def test_of_a_case_that_is_not_there_nothing_is_known(story):
    with pytest.raises(NothingKnown):
        shown(story, "2026-02-03", known="2025-08-18")


def test_the_schema_of_an_answer_knows_no_null():
    assert '"null"' not in str(MeetingsView.model_json_schema(mode="serialization")).replace("'", '"')
