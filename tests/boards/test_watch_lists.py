"""What the lists of what stands out and of what is due answer (I21, I28, R25)."""

from datetime import date
from uuid import uuid4

import pytest

from case_api.boards.diary import DIARY, ORDER, due_by
from case_api.boards.reviews_due import ORDER as BY_DAY
from case_api.boards.reviews_due import REVIEWS_DUE
from case_api.boards.selection import EVERYTHING
from case_api.boards.stage_board import in_setting
from case_api.boards.unsupported_concerns import UNSUPPORTED_CONCERNS
from case_api.boards.watch_list import WATCHES
from case_api.domain.facts.concerns import ConcernRaised, RaisedBy
from case_api.domain.facts.coordination import NamedPersonAssigned
from case_api.domain.facts.placements import LearnerPlaced
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.facts.supports import UniversalSupportApplied
from case_api.domain.facts.watches import WatchCleared, WatchEscalated, WatchRaised
from tests import canaries
from tests.boards.log import write
from tests.story import POLICY, Story

pytestmark = pytest.mark.anyio
STANDS_FROM = date(2025, 9, 22)


def concerned(story):
    concern = uuid4()
    story.then("2025-08-20", NamedPersonAssigned(staff="hay", from_day=date(2025, 8, 20)))
    story.then(
        "2025-09-08",
        ConcernRaised(
            concern_id=concern,
            raised_by=RaisedBy(kind="staff", staff="okafor"),
            received_by="okafor",
            description=canaries.FREE_TEXT,
        ),
    )
    return concern


def supported(story, day):
    applied = UniversalSupportApplied(
        measure_id=uuid4(),
        strategy_code="visual_timetable",
        catalogue_version=POLICY.ref,
        area="physical",
        started_on=date.fromisoformat(day),
        by="okafor",
    )
    story.then(day, applied)


async def test_a_concern_is_listed_from_its_day_until_support_begins(journal, desk):
    story = Story().registered()
    concern = concerned(story)
    await write(journal, story)
    assert await desk.boards.rows(UNSUPPORTED_CONCERNS, EVERYTHING.upto(stands_from=date(2025, 9, 21))) == []
    [row] = await desk.boards.rows(UNSUPPORTED_CONCERNS, EVERYTHING.upto(stands_from=STANDS_FROM))
    assert (row.concern_id, row.raised_on, row.waits_for) == (concern, date(2025, 9, 8), "hay")
    supported(story, "2025-09-23")
    await write(journal, story)
    assert await desk.boards.rows(UNSUPPORTED_CONCERNS) == []


async def test_the_diary_says_when_a_watch_stands_goes_further_up_and_is_over(journal, desk):
    story = Story().registered()
    watch = {"watch": "unsupported_concern", "ref": concerned(story), "due": STANDS_FROM}

    async def entries():
        await write(journal, story)
        due = await desk.boards.rows(DIARY, due_by(date(2030, 1, 1)), order=ORDER)
        return [(row.what, row.day) for row in due]

    assert await entries() == [("watch_stands", STANDS_FROM)]
    story.then("2025-09-22", WatchRaised(**watch, since=date(2025, 9, 8)))
    assert await entries() == [("watch_unheeded", date(2025, 9, 29))]
    story.then("2025-09-29", WatchEscalated(**watch))
    assert await entries() == []
    supported(story, "2025-09-30")
    assert await entries() == [("watch_over", STANDS_FROM)]
    story.then("2025-09-30", WatchCleared(**watch, because="settled"))
    assert await entries() == []


async def test_watches_are_listed_while_they_stand_and_counted_on_the_caseload(journal, desk):
    story = Story().registered()
    watch = {"watch": "unsupported_concern", "ref": concerned(story), "due": STANDS_FROM}
    story.then("2025-09-22", WatchRaised(**watch, since=date(2025, 9, 8), waits_for="hay"))
    story.then("2025-09-22", WatchRaised(watch="step_down_proposed", since=date(2025, 9, 22)))
    story.then("2025-09-29", WatchEscalated(**watch))
    await write(journal, story)
    [row] = await desk.boards.rows(WATCHES, EVERYTHING.having(watch="unsupported_concern"))
    assert (row.ref, row.raised_on, row.escalated, row.waits_for) == (watch["ref"], STANDS_FROM, 1, "hay")
    [learner] = await desk.caseload(date(2025, 9, 30))
    assert learner.open_watches == 2
    story.then("2025-09-30", WatchCleared(**watch, because="settled"))
    await write(journal, story)
    [left] = await desk.boards.rows(WATCHES)
    assert (left.watch, left.ref) == ("step_down_proposed", story.case_id)


async def test_a_list_of_a_setting_follows_the_learners_who_move(journal, desk):
    story = Story().registered()
    story.then("2025-09-01", WatchRaised(watch="step_down_proposed", since=date(2025, 9, 1)))
    story.then("2025-09-01", LearnerPlaced(setting="burnside-academy", from_day=date(2026, 8, 17)))
    await write(journal, story)

    async def there(setting, today):
        return len(await desk.boards.rows(WATCHES, in_setting(EVERYTHING, setting, today)))

    before, after = date(2026, 8, 16), date(2026, 8, 17)
    assert [await there("burnside-primary", day) for day in (before, after)] == [1, 0]
    assert [await there("burnside-academy", day) for day in (before, after)] == [0, 1]
    assert await there(None, after) == 1


async def test_what_is_due_is_listed_with_the_earliest_first(journal, desk):
    stories = [Story().registered() for _ in range(3)]
    days = [date(2026, 2, 10), date(2025, 12, 9), date(2026, 1, 13)]
    for story, day in zip(stories, days, strict=True):
        story.then("2025-08-20", NamedPersonAssigned(staff="hay", from_day=date(2025, 8, 20)))
        held = {"review_id": uuid4(), "of_refs": [uuid4()], "held_on": "2025-11-04", "decision": "continue"}
        story.then("2025-11-04", ReviewHeld.model_validate({**held, "next_review_on": day}))
        await write(journal, story)
    rows = await desk.boards.rows(REVIEWS_DUE, order=BY_DAY)
    assert [row.due for row in rows] == sorted(days)
    assert {(row.what, row.waits_for, row.calendar) for row in rows} == {("review", "hay", "calendar_days")}
    first = rows[0]
    after = (first.due, first.case_id, first.what, first.ref)
    assert await desk.boards.rows(REVIEWS_DUE, order=BY_DAY, after=after) == rows[1:]
    assert len(await desk.boards.rows(REVIEWS_DUE, EVERYTHING.upto(due=date(2026, 1, 13)))) == 2


async def test_a_request_shows_its_last_day_in_law_and_waits_until_a_service_begins(journal, desk):
    story = Story().registered()
    story.agreed("2025-11-12")
    request = story.asked("2025-11-14", statutory_basis="asl_s23", due_on=date(2026, 1, 23))
    await write(journal, story)
    [row] = await desk.boards.rows(REVIEWS_DUE)
    assert (row.what, row.ref, row.due, row.calendar) == ("asl_s23", request, date(2026, 1, 23), "weeks")
    [learner] = await desk.caseload(date(2025, 12, 1))
    assert (learner.waiting_requests, learner.waiting_since) == (1, date(2025, 11, 14))
