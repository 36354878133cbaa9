"""Four processes on one PostgreSQL: one order, one effect, no stale answer; when some are killed the others go on."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import psycopg
import pytest

from tests.faults.results import seen
from tests.faults.sizes import size
from tests.faults.victims import acknowledged, crowd, victim
from tests.journeys.api import AUTHORITY
from tests.journeys.family import CONCERN, Door, register

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]
PROCESSES = 4
KILLS = size(40, 2)
CHECKS = size(400, 40)
WITHIN = 5.0
"""Seconds in which another process must have taken up what a killed one did."""


@pytest.fixture
async def two(nursery, postgres_dsn, tmp_path):
    api = victim(nursery, postgres_dsn, tmp_path)
    for _ in range(2):
        await api.start()
    yield api
    await api.end()


@pytest.fixture
async def four(two):
    for _ in range(PROCESSES - 2):
        await two.start()
    return two


async def test_killed_one_by_one_they_lose_and_double_nothing(four, chances):
    async with crowd(four, chances, writers=12) as people:
        for _ in range(KILLS):
            await acknowledged(people.ledger, chances.randrange(1, 40))
            await four.kill(chances.choice(four.pids))
            await four.start()
        await acknowledged(people.ledger, 20)
    assert await people.judged() == {}
    seen("one-of-four-killed", kills=KILLS, **people.figures())


async def test_what_one_process_acknowledged_every_other_shows_at_once(four, chances):
    async with httpx.AsyncClient(timeout=30.0) as http:
        doors = [Door(At(http, address), four.bearer("pupil_support")) for address in four.addresses.values()]
        families = [await register(doors[0]) for _ in range(PROCESSES)]

        async def check(number: int) -> None:
            family = families[number % PROCESSES]
            raised = UUID((await chances.choice(doors).done(f"{family.path}/concerns", CONCERN))["id"])
            view = await chances.choice(doors).seen(family.path)
            assert raised in {UUID(concern["concern_id"]) for concern in view["open_concerns"]}

        for first in range(0, CHECKS, PROCESSES):
            await asyncio.gather(*(check(number) for number in range(first, first + PROCESSES)))
    seen("fresh-at-four", checks=CHECKS, stale=0)


async def test_the_boards_go_on_when_three_of_four_are_killed(four, postgres_dsn):
    [*others, left] = four.pids
    async with httpx.AsyncClient(timeout=30.0) as http:
        door = Door(At(http, four.addresses[left]), four.bearer("pupil_support"))
        await register(door)
        for pid in others:
            await four.kill(pid)
        await register(door)
    took = await seconds_until(lambda: boards_are_there(postgres_dsn))
    assert took < WITHIN
    seen("boards-taken-over", seconds=round(took, 2))


async def test_the_clerk_goes_on_when_three_of_four_are_killed(four):
    [*others, left] = four.pids
    async with httpx.AsyncClient(timeout=30.0) as http:
        family = await register(Door(At(http, four.addresses[left]), four.bearer("pupil_support")))
        door = Door(At(http, four.addresses[left]), four.bearer("pupil_support"))
        await door.done(f"{family.path}/concerns", CONCERN)
        for pid in others:
            await four.kill(pid)
        later = {"now": (datetime.now(UTC) + timedelta(days=60)).isoformat()}
        assert (await http.put(four.addresses[left] + "/clock", json=later)).status_code == 200

        async def recorded() -> bool:
            return bool((await door.seen("/v1/events?types=WatchRaised"))["items"])

        took = await seconds_until(recorded)
    assert took < WITHIN
    assert [placed.recorded.name for placed in await four.whole_log()].count("WatchRaised.v1") == 1
    seen("clerk-taken-over", seconds=round(took, 2))


async def test_one_of_two_has_the_clerks_duty_and_the_other_when_it_is_killed(two, postgres_dsn):
    async def clerk() -> int | None:
        return await whose_duty(postgres_dsn)

    async def another_has_it() -> bool:
        return await clerk() not in {None, first}

    first = None
    await seconds_until(another_has_it)
    first = await clerk()
    assert first in two.pids
    async with httpx.AsyncClient(timeout=30.0) as http:
        left = next(pid for pid in two.pids if pid != first)
        door = Door(At(http, two.addresses[left]), two.bearer("pupil_support"))
        await door.done(f"{(await register(door)).path}/concerns", CONCERN)
        await two.kill(first)
        took = await seconds_until(another_has_it)
        assert took < WITHIN
        assert await clerk() in two.pids
        later = {"now": (datetime.now(UTC) + timedelta(days=60)).isoformat()}
        for pid in two.pids:
            assert (await http.put(two.addresses[pid] + "/clock", json=later)).status_code == 200

        async def recorded() -> bool:
            return bool((await door.seen("/v1/events?types=WatchRaised"))["items"])

        await seconds_until(recorded)
    assert [placed.recorded.name for placed in await two.whole_log()].count("WatchRaised.v1") == 1
    seen("duty-taken-over", seconds=round(took, 2))


async def whose_duty(dsn: str) -> int | None:
    """The id of the process that has the clerk's duty; no two have it."""
    sql = (
        "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE locktype = 'advisory' AND granted AND application_name LIKE 'stagepost clerk %'"
    )
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        found = await (await connection.execute(sql)).fetchall()
    assert len(found) <= 1
    return int(found[0][0].rpartition(" ")[2]) if found else None


class At(httpx.AsyncClient):
    """A client of one process that shares the connections of another client."""

    def __init__(self, http: httpx.AsyncClient, address: str) -> None:
        super().__init__(base_url=address, transport=http._transport)


async def boards_are_there(dsn: str) -> bool:
    sql = "SELECT position, (SELECT max(notification_id) FROM stored_events) FROM board_editions WHERE live = 1"
    async with await psycopg.AsyncConnection.connect(dsn, options=f"-csearch_path={AUTHORITY}") as connection:
        found = await (await connection.execute(sql)).fetchone()
    return found is not None and found[0] == found[1]


async def seconds_until(true: Callable[[], Awaitable[bool]]) -> float:
    begun = time.monotonic()
    async with asyncio.timeout(30):
        while not await true():  # noqa: ASYNC110 - the state of other processes
            await asyncio.sleep(0.02)
    return time.monotonic() - begun
