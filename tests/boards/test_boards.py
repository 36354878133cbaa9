"""What the lists over many cases answer."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from case_api.boards.agency_desk import DESK
from case_api.boards.case_search import hasher
from case_api.boards.class_list import CLASSES
from case_api.boards.contact_tasks import CONTACT_TASKS
from case_api.boards.diary import DIARY, ORDER, due_by, under_other
from case_api.boards.open_postcards import OPEN_POSTCARDS
from case_api.boards.selection import EVERYTHING
from case_api.domain.facts.agreements import ConsentExpired, Scope
from case_api.domain.facts.concerns import ConcernRaised, RaisedBy
from case_api.domain.facts.coordination import NamedPersonAssigned
from case_api.domain.facts.involvement import InvolvementPaused
from case_api.domain.facts.people import CarerLinked
from case_api.domain.facts.placements import LearnerPlaced
from case_api.domain.facts.postcards import PostcardReplied, PostcardSent
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.facts.requests import AssistanceAccepted
from case_api.domain.facts.stages import StageChanged
from case_api.domain.facts.told import DisclosureMade
from tests import canaries
from tests.boards.log import beside, write
from tests.story import POLICY, Story

pytestmark = pytest.mark.anyio
TODAY = date(2026, 1, 10)


def stepped_up(story, day="2025-11-04"):
    story.then(
        day,
        StageChanged(
            from_stage="universal",
            to_stage="universal_augmented",
            ladder_version=POLICY.ref,
            direction="up",
            on=date.fromisoformat(day),
            rationale="as decided",
        ),
    )


async def test_a_list_holds_what_was_written_before_it_was_asked_for(journal, desk):
    story = Story().registered()
    await write(journal, story)
    [row] = await desk.caseload(TODAY)
    assert (row.case_id, row.stage, row.since) == (story.case_id, "universal", date(2025, 8, 19))
    stepped_up(story)
    await write(journal, story)
    [row] = await desk.caseload(TODAY)
    assert (row.stage, row.since) == ("universal_augmented", date(2025, 11, 4))


async def test_the_caseload_is_asked_for_by_stage_setting_and_case(journal, desk):
    here, there = Story().registered(), Story().registered(setting="other-primary")
    stepped_up(there)
    for story in (here, there):
        await write(journal, story)

    async def found(**asked):
        return [row.case_id for row in await desk.caseload(TODAY, **asked)]

    assert await found(stage="universal") == [here.case_id]
    assert await found(setting="other-primary") == [there.case_id]
    assert await found(ids=[here.case_id, uuid4(), uuid4()]) == [here.case_id]
    assert await found(ids=[]) == []


async def test_the_caseload_counts_what_is_open(journal, desk):
    story = Story().registered()
    story.then(
        "2025-09-08",
        ConcernRaised(
            concern_id=uuid4(),
            raised_by=RaisedBy(kind="staff", staff="okafor"),
            received_by="okafor",
            description=canaries.FREE_TEXT,
        ),
    )
    story.agreed("2025-11-12")
    story.asked("2025-11-14")
    await write(journal, story)
    [row] = await desk.caseload(TODAY)
    assert (row.open_concerns, row.open_requests) == (1, 1)


async def test_a_named_person_shows_from_their_first_day_on(journal, desk):
    story = Story().registered()
    story.then("2025-08-20", NamedPersonAssigned(staff="hay", from_day=date(2025, 8, 20)))
    story.then("2025-12-01", NamedPersonAssigned(staff="lennox", from_day=date(2026, 2, 1)))
    await write(journal, story)
    days = {"hay": date(2026, 1, 31), "lennox": date(2026, 2, 1), None: date(2025, 8, 19)}
    for staff, day in days.items():
        assert [row.named_person for row in await desk.caseload(day)] == [staff]


async def test_a_learner_is_on_the_caseload_of_the_setting_they_are_placed_in(journal, desk):
    story = Story().registered()
    story.then("2025-12-01", LearnerPlaced(setting="burnside-academy", from_day=date(2026, 8, 17)))
    await write(journal, story)
    days = {"burnside-primary": date(2026, 8, 16), "burnside-academy": date(2026, 8, 17)}
    for setting, day in days.items():
        assert [row.setting for row in await desk.caseload(day)] == [setting]


async def test_a_class_lists_who_is_in_it_on_the_day(journal, desk):
    story, stays = Story().registered(), Story().registered()
    for one, day, setting_class in (
        (story, "2025-08-20", "p5"),
        (stays, "2025-08-20", "p5"),
        (story, "2026-01-12", "p6"),
    ):
        placed = LearnerPlaced(
            setting="burnside-primary", setting_class=setting_class, from_day=date.fromisoformat(day)
        )
        one.then("2025-08-20", placed)
    for one in (story, stays, Story().registered()):
        await write(journal, one)

    async def there(setting_class, day):
        wanted = EVERYTHING.having(setting="burnside-primary", setting_class=setting_class)
        rows = await desk.boards.rows(CLASSES, wanted.upto(shown_from=day).beyond(shown_until=day))
        return {row.case_id for row in rows}

    assert await there("p5", date(2025, 8, 19)) == set()
    assert await there("p5", date(2026, 1, 11)) == {story.case_id, stays.case_id}
    assert await there("p5", date(2026, 1, 12)) == {stays.case_id}
    assert await there("p6", date(2026, 1, 12)) == {story.case_id}


async def test_pages_follow_each_other_while_more_is_written(journal, desk):
    stories = sorted((Story().registered() for _ in range(7)), key=lambda story: story.case_id)
    for story in stories[:6]:
        await write(journal, story)
    first = await desk.caseload(TODAY, limit=4)
    await write(journal, stories[6])
    rest = await desk.caseload(TODAY, limit=4, after=first[-1].case_id)
    assert [row.case_id for row in first + rest] == [story.case_id for story in stories]


async def test_a_service_finds_its_requests_with_their_state(journal, desk):
    story = Story().registered()
    story.agreed("2025-11-12")
    request_id = story.asked("2025-11-14")
    named = {"request_id": request_id, "service": "slt"}
    await write(journal, story)
    [row] = await desk.boards.rows(DESK, EVERYTHING.having(service="slt"))
    assert (row.state, row.asked_on, row.route) == ("requested", date(2025, 11, 14), "school")
    story.then("2025-12-03", AssistanceAccepted(input_kind="assessment", practitioner="reid", **named))
    story.then("2026-02-04", InvolvementPaused(cause="withdrawn", acknowledge_by=date(2026, 2, 11), **named))
    await write(journal, story)
    [row] = await desk.boards.rows(DESK, EVERYTHING.having(service="slt", state="on_hold"))
    assert row.acknowledge_by == date(2026, 2, 11)
    assert await desk.boards.rows(DESK, EVERYTHING.having(service="eps")) == []
    assert await desk.boards.rows(DESK, after=(row.case_id, row.request_id)) == []


@pytest.mark.parametrize("asked", [canaries.LEARNER.upper(), f"  {canaries.LEARNER.replace(' ', '   ')}", "220000028"])
async def test_a_learner_is_found_by_a_whole_name_or_number(journal, desk, asked):
    story = Story().registered()
    await write(journal, story)
    await write(journal, Story().registered().__class__())
    hashed = hasher(journal.keyring)
    assert await desk.boards.search([hashed(asked)]) == [story.case_id]
    assert await desk.boards.search([hashed(asked[:5])]) == []
    assert await desk.boards.search([]) == []


def missed(person: UUID) -> DisclosureMade:
    """A message that no channel could carry."""
    return DisclosureMade(
        message_id=uuid4(),
        about=uuid4(),
        to=str(person),
        channel="sms",
        template="stage",
        delivery="unreachable",
        reason="no_channel",
    )


async def test_whom_no_channel_reached_is_a_task_until_somebody_tells_them(journal, desk):
    story = Story().registered()
    told = beside(story)
    unreachable = missed(story.anna)
    about = unreachable.about
    told.then("2025-11-05", unreachable)
    await write(journal, story)
    await write(journal, told)
    [task] = await desk.boards.rows(CONTACT_TASKS)
    assert (task.case_id, task.about, task.recipient) == (story.case_id, about, str(story.anna))
    told.then(
        "2025-11-06",
        unreachable.model_copy(update={"message_id": uuid4(), "delivery": "sent", "by_hand": "hay", "reason": None}),
    )
    await write(journal, told)
    assert await desk.boards.rows(CONTACT_TASKS) == []


async def test_nobody_is_asked_to_tell_a_carer_whom_the_school_may_not_contact_any_more(journal, desk):
    story = Story().registered()
    told = beside(story)
    told.then("2025-11-05", missed(story.anna))
    await write(journal, story)
    await write(journal, told)
    assert [task.recipient for task in await desk.boards.rows(CONTACT_TASKS)] == [str(story.anna)]
    linked = next(one.fact for one in story.events if isinstance(one.fact, CarerLinked))
    story.then("2025-11-06", linked.model_copy(update={"may_contact": False, "restriction_reason": "court order"}))
    await write(journal, story)
    assert await desk.boards.rows(CONTACT_TASKS) == []


async def test_the_clerk_finds_the_ends_of_agreements_that_are_not_recorded(journal, desk):
    story = Story().registered()
    ids = story.agreed("2025-11-12", months=1)
    await write(journal, story)
    end = date(2025, 12, 12)
    assert await desk.boards.rows(DIARY, due_by(date(2025, 12, 11))) == []
    due = await desk.boards.rows(DIARY, due_by(end), order=ORDER)
    assert {(row.day, row.what, row.ref) for row in due} == {(end, "agreement_ends", one) for one in ids.values()}
    scope = Scope(service="slt", purpose="speech", categories=("learning_profile",))
    story.then(
        "2025-12-12",
        ConsentExpired(agreement_id=ids[story.anna], party=story.anna, scope=scope, on=end, cause="date"),
    )
    await write(journal, story)
    [left] = await desk.boards.rows(DIARY, due_by(end))
    assert left.ref == ids[story.learner]
    after = (left.day, left.case_id, left.what, left.ref)
    assert await desk.boards.rows(DIARY, due_by(end), order=ORDER, after=after) == []


async def test_a_case_is_found_again_when_another_policy_comes_into_force(journal, desk):
    story = Story().registered()
    await write(journal, story)
    assert await desk.boards.rows(DIARY, under_other(POLICY.ref)) == []
    [row] = await desk.boards.rows(DIARY, under_other("scotland-generic@2"))
    assert (row.case_id, row.day) == (story.case_id, date.max)


async def test_a_postcard_waits_on_one_side_until_that_side_answers(journal, desk):
    story, card, song = Story().registered(), uuid4(), uuid4()
    sent = {"carer": story.anna, "text": canaries.FREE_TEXT, "language": "pl"}
    story.then("2025-09-26", PostcardSent(thread=card, direction="try_at_home", **sent))
    story.then("2025-10-28", PostcardSent(thread=song, direction="tried_at_home", **sent))
    await write(journal, story)
    [home] = await desk.boards.rows(OPEN_POSTCARDS, EVERYTHING.having(side="home"))
    [school] = await desk.boards.rows(OPEN_POSTCARDS, EVERYTHING.having(side="school"))
    assert (home.thread, home.carer, home.sent_on) == (card, story.anna, date(2025, 9, 26))
    assert (school.thread, school.sent_on) == (song, date(2025, 10, 28))
    story.then("2025-10-06", PostcardReplied(thread=card, carer=story.anna, text=canaries.FREE_TEXT, language="pl"))
    await write(journal, story)
    assert await desk.boards.rows(OPEN_POSTCARDS) == [school]
    assert await desk.boards.rows(OPEN_POSTCARDS, after=(school.case_id, school.thread)) == []


async def test_a_correction_changes_the_rows_of_the_past(journal, desk):
    story = Story()
    story.registered()
    await write(journal, story)
    await desk.follower.catch_up()
    [wrong, *_] = await journal.read(story.case_id)
    replacement = wrong.fact.model_dump(mode="json", exclude_none=True) | {"setting": "other-primary"}
    story.then("2025-09-01", RecordCorrected(supersedes=wrong.event_id, reason="moved", replacement=replacement))
    await write(journal, story)
    assert [row.setting for row in await desk.caseload(TODAY)] == ["other-primary"]


async def test_an_erased_learner_leaves_the_boards(journal, desk):
    story = Story().registered()
    await write(journal, story)
    assert await desk.caseload(TODAY)
    await journal.eraser.destroy([story.case_id])
    await desk.follower.refold(story.case_id)
    assert await desk.caseload(TODAY) == []
    assert not any((await desk.contents()).values())


async def test_boards_hold_no_personal_text(journal, desk, tmp_path):
    story = Story().registered()
    story.agreed("2025-11-12")
    await write(journal, story)
    await desk.follower.catch_up()
    assert canaries.found(tmp_path) == []
    shown = repr(await desk.contents())
    assert not [text for text in canaries.SOWN if text in shown]
