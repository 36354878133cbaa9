"""The collaboration report: what is counted, and what nobody can tell from it."""

from datetime import UTC, date, datetime
from itertools import count
from uuid import UUID, uuid4

import pytest

from case_api.boards.collaboration import COLLABORATION, OccasionRow, within
from case_api.boards.collaboration_report import report, share_of
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
        ("thread", "2025-09-26", 1, 10, None),
        ("decision", "2025-11-04", 0, None, None),
        ("decision", "2025-11-04", 1, None, None),
        ("pack", "2026-02-03", 1, None, None),
        ("recommendation", "2026-01-21", 0, None, "okafor"),
        ("recommendation", "2026-01-21", 1, 6, "hay"),
        ("wait", "2025-12-03", 1, 19, None),
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
    await journal.destroy_key(story.case_id)
    await desk.follower.refold(story.case_id)
    assert await desk.boards.rows(COLLABORATION) == []


def occasions(what, learners, each=1, day=date(2025, 11, 4), **more) -> list[OccasionRow]:
    numbers = count()
    return [
        OccasionRow(UUID(int=n), next(numbers), what, day, day, SCHOOL, more.get("good", 1), more.get("days"), None)
        for n in range(learners)
        for _ in range(each)
    ]


def report_on(*rows: OccasionRow, staff=()):
    return report(rows, staff, POLICY.calendar, SCHOOL, FIRST, LAST)


def test_fewer_than_ten_learners_give_no_figure_however_much_they_did():
    nine, ten = report_on(*occasions("decision", 9, each=40)), report_on(*occasions("decision", 10))
    assert nine.learners_views.model_dump(exclude_none=True) == {"left_out": "too_few"}
    assert ten.learners_views.learners == 10
    assert report_on(*occasions("learner", 9)).learners is None
    assert report_on(*occasions("learner", 14)).learners == 10


@pytest.mark.parametrize(
    ("good", "total", "said"),
    [
        (100, 100, {"at_least": 95}),
        (96, 100, {"at_least": 95}),
        (95, 100, {"about": 95}),
        (63, 100, {"about": 65}),
        (4, 100, {"at_most": 5}),
        (0, 100, {"at_most": 5}),
        (10, 10, {"at_least": 50}),
        (9, 10, {"at_least": 50}),
        (5, 10, {"about": 50}),
        (9, 9, {"left_out": "too_few"}),
    ],
)
def test_a_share_tells_nobody_who_the_few_are(good, total, said):
    assert share_of(good, total, total).model_dump(exclude_none=True, exclude={"learners"}) == said


def test_all_and_all_but_four_look_alike_whatever_their_number():
    for total in range(10, 300):
        assert len({share_of(total - missing, total, 10).model_dump_json() for missing in range(5)}) == 1
        assert len({share_of(some, total, 10).model_dump_json() for some in range(5)}) == 1


def test_a_bound_is_true():
    for total in range(10, 300):
        for good in range(total + 1):
            share = share_of(good, total, 10)
            if share.at_least is not None:
                assert share.at_least <= 100 * good / total
            if share.at_most is not None:
                assert share.at_most >= 100 * good / total


def test_reciprocity_is_the_middle_of_learners_terms():
    autumn, winter = date(2025, 9, 1), date(2025, 11, 10)
    even = [*occasions("from_home", 6, day=autumn), *occasions("from_school", 6, day=autumn)]
    uneven = [*occasions("from_home", 12, day=winter), *occasions("from_school", 12, each=4, day=winter)]
    assert report_on(*even).reciprocity.left_out == "too_few"
    assert report_on(*even, *uneven).reciprocity.about == 0.2
    assert report_on(*occasions("from_school", 12, day=autumn)).reciprocity.about == 0


def test_days_are_the_middle_of_those_that_were_answered():
    rows = [*occasions("thread", 12, days=7), *occasions("thread", 12, good=0)]
    figures = report_on(*rows)
    assert (figures.reply_days.about, figures.replies.about) == (7, 50)
    assert report_on(*occasions("wait", 11, days=21)).wait_days.about == 21


def test_staff_beyond_management_who_hear_of_something_are_a_share_of_them_all():
    told = [row for n in range(8) for row in occasions("staff_told", 12, day=date(2025, 9, n + 1))]
    heard = [OccasionRow(*(*_plain(row)[:-1], f"staff-{place % 8}")) for place, row in enumerate(told)]
    staff = [f"staff-{n}" for n in range(16)]
    figures = report_on(*occasions("learner", 12), *heard, staff=staff)
    assert figures.staff_informed.about == 50
    assert report_on(*heard, staff=staff).staff_informed.left_out == "too_few", "without a cohort"


def _plain(row: OccasionRow):
    return tuple(getattr(row, name) for name in OccasionRow.__dataclass_fields__)


def test_a_term_is_what_lies_between_breaks():
    term_of = POLICY.calendar.term_of
    assert term_of(date(2025, 8, 18)) == term_of(date(2025, 10, 15)) == date(2025, 8, 18)
    assert term_of(date(2025, 10, 18)) == term_of(date(2025, 12, 25)) == date(2025, 10, 18)
    assert term_of(date(2026, 6, 26)) == date(2026, 4, 18)
    assert term_of(date(2026, 7, 10)) == date(2026, 7, 1)
