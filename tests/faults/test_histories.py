"""Opened events that are kept are never older than the log, and take no more room than they may."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from case_api.domain.event import Recorded, Unreadable
from case_api.histories import Histories
from case_api.store.journal import StoreUnavailable

pytestmark = pytest.mark.anyio
ONE, OTHER = uuid4(), uuid4()


class Log:
    """A journal that counts how many events it opened, and whose reads wait until they are let through."""

    def __init__(self) -> None:
        self.facts: dict[UUID, list[Recorded]] = defaultdict(list)
        self.opened = 0
        self.lost = False
        self.open = asyncio.Event()
        self.open.set()

    def add(self, stream: UUID, count: int = 1) -> None:
        for _ in range(count):
            version = len(self.facts[stream]) + 1
            fact = Unreadable(why="erased", stored_name="ConcernRaised.v1")
            self.facts[stream].append(
                Recorded(stream, version, uuid4(), datetime.now(UTC), "ConcernRaised.v1", stream, None, fact)
            )

    async def head(self, stream: UUID) -> int:
        if self.lost:
            raise StoreUnavailable
        return len(self.facts[stream]) if stream in self.facts else 0

    async def read(self, stream: UUID, *, after: int = 0) -> Sequence[Recorded]:
        if self.lost:
            raise StoreUnavailable
        found = self.facts[stream][after:] if stream in self.facts else []
        self.opened += len(found)
        await self.open.wait()
        return found


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def histories(log: Log) -> Histories:
    return Histories(log, 10)  # type: ignore[arg-type]


def versions(events: Sequence[Recorded]) -> list[int]:
    return [event.version for event in events]


async def test_a_read_opens_only_what_is_new_and_misses_nothing(log: Log, histories: Histories):
    log.add(ONE, 4)
    assert versions(await histories.of(ONE)) == [1, 2, 3, 4]
    log.add(ONE)
    assert versions(await histories.of(ONE)) == [1, 2, 3, 4, 5]
    assert versions(await histories.of(ONE)) == [1, 2, 3, 4, 5]
    assert log.opened == 5


async def test_of_many_who_read_at_once_one_opens_the_stream(log: Log, histories: Histories):
    log.add(ONE, 8)
    found = await asyncio.gather(*(histories.of(ONE) for _ in range(50)))
    assert {len(events) for events in found} == {8}
    assert log.opened == 8


async def test_a_slow_reader_does_not_take_back_what_a_quicker_one_found(log: Log, histories: Histories):
    log.add(ONE)
    await histories.of(ONE)
    log.add(ONE)
    log.open.clear()
    slow = asyncio.create_task(histories.of(ONE))
    await asyncio.sleep(0)
    log.add(ONE)
    quick = asyncio.create_task(histories.of(ONE))
    await asyncio.sleep(0)
    log.open.set()
    assert versions(await slow) == [1, 2]
    assert versions(await quick) == [1, 2, 3]
    opened = log.opened
    assert versions(await histories.of(ONE)) == [1, 2, 3]
    assert log.opened == opened


async def test_the_stream_that_was_not_read_for_longest_is_let_go(log: Log, histories: Histories):
    log.add(ONE, 6)
    log.add(OTHER, 6)
    await histories.of(ONE)
    await histories.of(OTHER)
    opened = log.opened
    await histories.of(OTHER)
    assert log.opened == opened
    await histories.of(ONE)
    assert log.opened == opened + 6


async def test_a_stream_that_was_forgotten_is_opened_anew(log: Log, histories: Histories):
    log.add(ONE, 3)
    await histories.of(ONE)
    histories.forget(ONE)
    histories.forget(OTHER)
    await histories.of(ONE)
    assert log.opened == 6


async def test_what_is_not_there_or_could_not_be_read_takes_no_room(log: Log, histories: Histories):
    assert await histories.of(OTHER) == ()
    log.lost = True
    with pytest.raises(StoreUnavailable):
        await histories.of(ONE)
    log.lost = False
    log.add(ONE)
    assert versions(await histories.of(ONE)) == [1]
    assert list(histories._kept) == [ONE]
