"""What is counted for the collaboration report, and where."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from case_api.boards.collaboration import COLLABORATION, within
from case_api.domain.facts.assessments import ViewsRecorded
from case_api.domain.facts.meetings import Addressee, Attendee, MeetingCalled, MeetingPackIssued, Seating
from case_api.domain.facts.people import ContactPreferenceSet
from case_api.domain.facts.placements import LearnerPlaced
from case_api.domain.facts.postcards import PostcardReplied, PostcardSent
from case_api.domain.facts.recommendations import (
    RecommendationAcknowledged,
    RecommendationMade,
    RecommendationShared,
)
from case_api.domain.facts.requests import AssistanceAccepted
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.facts.stages import StageChanged
from case_api.domain.facts.told import DisclosureMade
from tests.boards.log import beside, write
from tests.story import POLICY, Story

pytestmark = pytest.mark.anyio
SCHOOL = "burnside-primary"
FIRST, LAST = date(2025, 8, 1), date(2026, 7, 31)


def told_line(to, language=None, delivery="sent"):
    return DisclosureMade(
        message_id=uuid4(), about=uuid4(), to=to, channel="email", template="x", delivery=delivery, language=language
    )


def a_year_together() -> tuple[Story, Story]:
    """One of each occasion."""
    story, card = Story().registered(), uuid4()
    views = uuid4()
    sent = PostcardSent(thread=card, direction="try_at_home", carer=story.anna, text="Try.", language="pl")
    story.then("2025-09-26", sent)
    story.then("2025-10-06", PostcardReplied(thread=card, carer=story.anna, text="Yes.", language="pl"))
    said = ViewsRecorded(views_id=views, party=story.learner, how_gathered="talk", views="Pictures.")
    story.then("2025-11-03", said)
    held = ReviewHeld(
        review_id=uuid4(), of_refs=(uuid4(),), held_on=date(2025, 11, 4), decision="adjust", views_refs=(views,)
    )
    story.then("2025-11-04", held)
    step = StageChanged(
        from_stage="universal",
        to_stage="universal_augmented",
        ladder_version=POLICY.ref,
        direction="up",
        on=date(2025, 11, 4),
        rationale="As decided.",
    )
    story.then("2025-11-04", step)
    request_id = story.asked("2025-11-14")
    taken = AssistanceAccepted(request_id=request_id, service="slt", input_kind="assessment", practitioner="Ms Rao")
    story.then("2025-12-03", taken)
    advice = {"request_id": request_id, "service": "slt", "recommendation_id": uuid4()}
    story.then("2026-01-21", RecommendationMade(**advice, strategies=("Pictures",), audience_roles=("teacher",)))
    story.then("2026-01-21", RecommendationShared(**advice, staff=("okafor", "hay")))
    story.then("2026-01-27", RecommendationAcknowledged(**advice, staff="hay"))
    meeting = uuid4()
    called = MeetingCalled(
        meeting_id=meeting,
        kind="planning",
        at=datetime(2026, 2, 10, 14, tzinfo=UTC),
        purpose="Plan.",
        organiser="hay",
        invited=(story.anna,),
    )
    story.then("2026-02-02", called)
    pack = MeetingPackIssued(
        meeting_id=meeting,
        to=(Addressee(person=story.anna, language="pl"),),
        agenda=("What next",),
        attendees=(Attendee(name="Mr Hay", role="teacher", organisation="Burnside"),),
        companion_told=True,
        access_needs_asked=True,
        seating=Seating(seated_first=True),
        sent_at=date(2026, 2, 3),
        school_days_ahead=5,
    )
    story.then("2026-02-03", pack)
    story.then("2026-02-04", ContactPreferenceSet(person_id=story.anna, channels=(), language="pl", set_by="self"))
    told = beside(story)
    told.then("2026-02-05", told_line(str(story.anna), "pl"))
    told.then("2026-02-05", told_line(str(story.anna), "en"))
    told.then("2026-02-05", told_line(str(story.anna), "pl", "failed"))
    told.then("2026-02-05", told_line("staff:okafor"))
    told.then("2026-02-05", told_line("service:slt"))
    return story, told


async def test_each_occasion_is_one_row_with_how_it_went(journal, desk):
    story, told = a_year_together()
    await write(journal, story)
    await write(journal, told)
    rows = await desk.boards.rows(COLLABORATION, within(FIRST, LAST, SCHOOL))
    assert {row.setting for row in rows} == {SCHOOL}
    assert [(row.what, row.day.isoformat(), row.good, row.days, row.staff) for row in rows] == [
        ("learner", "2025-08-19", 1, None, None),
        ("from_school", "2025-09-26", 1, None, None),
        ("from_home", "2025-10-06", 1, None, None),
        ("thread", "2025-09-26", 1, 6, None),
        ("decision", "2025-11-04", 0, None, None),
        ("decision", "2025-11-04", 1, None, None),
        ("pack", "2026-02-03", 1, None, None),
        ("recommendation", "2026-01-21", 0, None, "okafor"),
        ("recommendation", "2026-01-21", 1, 4, "hay"),
        ("wait", "2025-12-03", 1, 12, None),
        ("note", "2026-02-05", 1, None, None),
        ("note", "2026-02-05", 0, None, None),
        ("staff_told", "2026-02-05", 1, None, "okafor"),
    ]


async def test_an_occasion_counts_where_and_when_it_was(journal, desk):
    story, _ = a_year_together()
    story.then("2026-02-20", LearnerPlaced(setting="burnside-academy", from_day=date(2026, 1, 25)))
    await write(journal, story)

    async def what(first, last, setting):
        rows = await desk.boards.rows(COLLABORATION, within(first, last, setting))
        return [row.what for row in rows]

    assert await what(date(2026, 2, 1), LAST, SCHOOL) == []
    assert await what(date(2026, 2, 1), LAST, "burnside-academy") == ["learner", "pack"]
    assert await what(FIRST, date(2025, 9, 30), SCHOOL) == ["learner", "from_school", "thread"]
    assert await what(FIRST, date(2025, 9, 30), None) == ["learner", "from_school", "thread"]


async def test_nothing_is_left_of_a_learner_who_was_erased(journal, desk):
    story, _ = a_year_together()
    await write(journal, story)
    await desk.follower.catch_up()
    await journal.eraser.destroy([story.case_id])
    await desk.follower.refold(story.case_id)
    assert await desk.boards.rows(COLLABORATION) == []
