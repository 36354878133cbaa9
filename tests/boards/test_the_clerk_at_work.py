"""Each thing that time brings is recorded once, on its day, whatever else goes wrong (D15, ADR 0015)."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from pydantic import ValidationError

from case_api import clerk as clerks
from case_api.boards.diary import DIARY, due_by
from case_api.boards.opening import open_tables
from case_api.clerk import Clerk
from case_api.domain.facts.authority import PolicyPublished
from case_api.domain.facts.concerns import ConcernRaised, RaisedBy
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.facts.supports import UniversalSupportApplied
from case_api.http.claims import Claims
from case_api.office import Office, ended, furnished
from case_api.packs import Packs
from case_api.seals.keeper import open_keeper
from case_api.settings import Settings
from case_api.store.archive import Archive
from case_api.store.journal import FrameError
from case_api.streams import stream_of_authority
from tests import canaries
from tests.boards.log import write
from tests.story import POLICY, Story

pytestmark = pytest.mark.anyio
PACKS = Packs(Path(__file__).parents[2] / "policies")


@dataclass
class Hand:
    """A clock that stands still until it is set."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass
class School:
    """An office with a clerk, and a clock in the hand of the test."""

    office: Office
    clock: Hand
    clerk: Clerk

    async def looked_on(self, day: str) -> int:
        """It is noon of a day, and the clerk looks until there is nothing left; how much was recorded."""
        self.clock.at = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)
        recorded = 0
        while now := await self.clerk.once():
            recorded += now
        return recorded

    async def told_of(self, story: Story) -> list[tuple[str, date]]:
        """What was recorded after the story: the kind of each fact, and its day."""
        events = await self.office.journal.read(story.case_id, after=len(story.events))
        return [(event.name.partition(".")[0], _day(event.occurred_at)) for event in events]


def _day(moment):
    return moment.date() if isinstance(moment, datetime) else moment


async def opened(journal, settings, tmp_path) -> School:
    tables = await open_tables(settings, journal.authority)
    clock = Hand(datetime(2025, 8, 19, tzinfo=UTC))
    ours = Settings(mode="test", var=tmp_path / "settings", authorities=("moray",))
    seals = await open_keeper(settings, journal, b"s" * 32)
    office = furnished(journal, tables, seals, clock, PACKS, ours)
    return School(office, clock, Clerk(office, clock))


@pytest.fixture
async def school(journal, settings, tmp_path):
    school = await opened(journal, settings, tmp_path)
    yield school
    await school.office.close()


def concerned(day="2025-09-08") -> Story:
    story = Story().registered()
    raised = {"raised_by": RaisedBy(kind="staff", staff="okafor"), "received_by": "okafor"}
    story.then(day, ConcernRaised(concern_id=uuid4(), description=canaries.FREE_TEXT, **raised))
    return story


def supported(story: Story, day: str):
    applied = {"catalogue_version": POLICY.ref, "strategy_code": "visual_timetable", "area": "physical", "by": "okafor"}
    return story.then(day, UniversalSupportApplied(measure_id=uuid4(), started_on=date.fromisoformat(day), **applied))


async def test_what_falls_due_is_recorded_in_the_order_of_its_days_however_late_somebody_looks(journal, school):
    story = concerned()
    story.agreed("2025-09-10", months=1)
    await write(journal, story)
    assert await school.looked_on("2025-11-03") == 4
    assert await school.told_of(story) == [
        ("WatchRaised", date(2025, 9, 22)),
        ("WatchEscalated", date(2025, 9, 29)),
        ("ConsentExpired", date(2025, 10, 10)),
        ("ConsentExpired", date(2025, 10, 10)),
    ]
    assert await school.looked_on("2025-11-04") == 0


async def test_any_number_of_clerks_record_each_thing_once(journal, settings, school, tmp_path):
    stories = [concerned() for _ in range(5)]
    for story in stories:
        await write(journal, story)
    others = [await opened(journal, settings, tmp_path) for _ in range(2)]
    await asyncio.gather(*(each.looked_on("2025-09-22") for each in (school, *others)))
    for story in stories:
        assert await school.told_of(story) == [("WatchRaised", date(2025, 9, 22))]
    for each in others:
        assert await each.looked_on("2025-09-22") == 0
        await each.office.close()


async def test_of_several_clerks_the_one_who_has_the_duty_looks_and_another_when_that_one_is_gone(
    settings, tmp_path, monkeypatch
):
    monkeypatch.setattr(clerks, "ROUND", 0.01)
    archives = [Archive(settings) for _ in range(2)]
    schools = [await opened(await one.open("moray"), settings, tmp_path) for one in archives]
    looks = [0, 0]

    def counting(number):
        async def once():
            looks[number] += 1
            return 0

        return once

    for number, school in enumerate(schools):
        monkeypatch.setattr(school.clerk, "once", counting(number))
    running = [asyncio.create_task(school.clerk.run()) for school in schools]

    async def has_looked(*numbers):
        async with asyncio.timeout(5):
            while not any(looks[number] for number in numbers):  # noqa: ASYNC110 - polls with a deadline
                await asyncio.sleep(0.01)

    await has_looked(0, 1)
    first, other = (0, 1) if looks[0] else (1, 0)  # whichever came to the lock before the other
    await asyncio.sleep(0.1)
    assert looks[other] == 0
    await stopped(running[first])
    await schools[first].office.close()
    await archives[first].close()
    await has_looked(other)
    await stopped(running[other])
    await schools[other].office.close()
    await archives[other].close()


async def stopped(task):
    await ended(task)
    assert task.cancelled()


async def test_a_case_that_fails_is_passed_by_reported_and_tried_again_when_it_has_changed(
    journal, school, monkeypatch
):
    broken, sound = concerned(), concerned()
    for story in (broken, sound):
        await write(journal, story)
    handle = school.office.cases.handle
    failing = {broken.case_id}

    async def handled(order):
        if order.stream in failing:
            raise FrameError("altered")
        return await handle(order)

    monkeypatch.setattr(school.office.cases, "handle", handled)
    with structlog.testing.capture_logs() as logs:
        assert await school.looked_on("2025-09-22") == 1
        assert await school.looked_on("2025-09-22") == 0
    assert [(one["event"], one["error"]) for one in logs] == [("clerk passes by", "FrameError")]
    assert await school.told_of(sound) == [("WatchRaised", date(2025, 9, 22))]
    failing.clear()
    assert await school.looked_on("2025-09-23") == 1
    assert await school.told_of(broken) == [("WatchRaised", date(2025, 9, 22))]


async def test_what_was_settled_before_anybody_looked_is_never_raised(journal, school):
    story = concerned()
    supported(story, "2025-09-24")
    await write(journal, story)
    assert await school.looked_on("2025-09-25") == 0
    assert await school.told_of(story) == []


async def test_a_watch_comes_back_with_its_cause(journal, school):
    story = concerned()
    await write(journal, story)
    await school.looked_on("2025-09-22")
    story.events += await journal.read(story.case_id, after=len(story.events))
    support = supported(story, "2025-09-22")
    await write(journal, story)
    await school.looked_on("2025-09-22")
    story.events += await journal.read(story.case_id, after=len(story.events))
    [applied] = [one for one in await journal.read(story.case_id) if one.version == support.version]
    story.then("2025-09-22", RecordCorrected(supersedes=applied.event_id, reason="Another learner's."))
    await write(journal, story)
    await school.looked_on("2025-09-22")
    names = [event.name.partition(".")[0] for event in await journal.read(story.case_id)]
    assert [name for name in names if name.startswith("Watch")] == ["WatchRaised", "WatchCleared", "WatchRaised"]


async def test_the_diary_is_worked_out_anew_when_another_policy_comes_into_force(journal, school):
    story = concerned()
    await write(journal, story)
    assert await school.looked_on("2025-09-11") == 0
    await write(journal, published({"unsupported_concern_school_days": 3}, in_force_from="2025-09-12"))
    assert await school.looked_on("2025-09-12") == 1
    assert await school.told_of(story) == [("WatchRaised", date(2025, 9, 11))]


def published(watches: dict[str, int], in_force_from: str) -> Story:
    """The authority's own stream with another version of the pack, whose watches are these."""
    content = json.loads(json.dumps(POLICY_CONTENT, default=str)) | {"watches": watches}
    story = Story(stream=stream_of_authority("moray"))
    fact = PolicyPublished(
        name_of_pack="scotland-generic",
        version="2",
        in_force_from=date.fromisoformat(in_force_from),
        sha256=sha256(b"").hexdigest(),
        content=content,
    )
    story.then("2025-09-11", fact)
    return story


POLICY_CONTENT = PACKS.content("scotland-generic", "1")


async def test_no_token_names_the_client_under_which_a_clerk_keeps_its_keys(journal, school):
    """Else whoever used its keys before it would keep it from recording what is due."""
    await write(journal, concerned())
    school.clock.at = datetime(2025, 9, 22, 12, tzinfo=UTC)
    [row, *_] = await school.office.boards.rows(DIARY, due_by(date(2025, 9, 22)))
    client = (await school.clerk._order(row, "key")).caller.who.client
    said: dict[str, Any] = {
        "iss": "us",
        "sub": "s",
        "aud": "stagepost",
        "exp": 2.0,
        "iat": 1.0,
        "authority": "moray",
        "org": "o",
    }
    assert Claims(**said, client_id="clerk", roles=["teacher"]).principal().client != client
    for claim in ("client_id", "azp"):
        with pytest.raises(ValidationError):
            Claims(**said, **{claim: client}, roles=["teacher"])
