"""Several bring a cached fold forward: permits and reads, while a command of the same process is at work on it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from case_api.domain.event import Actor, Envelope, Recorded, Source
from case_api.domain.facts.authority import Authority, StaffAssigned
from case_api.folds import AuthorityKind, Folds

pytestmark = pytest.mark.anyio
STREAM = uuid4()


class Log:
    """A journal of one stream whose reads wait until they are let through."""

    def __init__(self) -> None:
        self.facts: list[Recorded] = []
        self.open = asyncio.Event()
        self.open.set()
        self.looks = 0

    def add(self) -> Recorded:
        self.facts.append(assigned(len(self.facts) + 1))
        return self.facts[-1]

    async def head(self, _: UUID) -> int:
        self.looks += 1
        return len(self.facts)

    async def read(self, _: UUID, *, after: int = 0) -> Sequence[Recorded]:
        self.looks += 1
        found = self.facts[after:]
        await self.open.wait()
        return found


def assigned(version: int) -> Recorded:
    now = datetime.now(UTC)
    envelope = Envelope(
        actor=Actor(subject="admin", role="authority_admin", organisation="x"),
        occurred_at=now, source=Source(system="test"), correlation_id=uuid4(), policy="p@1",
    )  # fmt: skip
    fact = StaffAssigned(staff=f"staff-{version}", setting="school", role="teacher", from_day=now.date())
    return Recorded(STREAM, version, uuid4(), now, fact.topic, STREAM, envelope, fact)


def names(folds_state: Authority) -> list[str]:
    return [one.staff for one in folds_state.staff]


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def folds(log: Log) -> Folds[Authority]:
    return Folds(log, AuthorityKind(), 10)  # type: ignore[arg-type]


async def test_what_a_reader_took_in_already_is_not_taken_in_twice(log: Log, folds: Folds[Authority]):
    held = await folds.hold(STREAM)
    appended = log.add()
    await folds.latest(STREAM)

    folds.include(STREAM, held, [appended])

    assert names(held.folded.state) == ["staff-1"]


async def test_a_slow_reader_does_not_take_the_fold_back(log: Log, folds: Folds[Authority]):
    held = await folds.hold(STREAM)
    first = log.add()
    log.open.clear()
    slow = asyncio.create_task(folds.latest(STREAM))
    await asyncio.sleep(0)
    folds.include(STREAM, held, [first])
    folds.include(STREAM, held, [log.add()])
    log.open.set()
    await slow

    folds.include(STREAM, held, [log.add()])

    assert names(held.folded.state) == ["staff-1", "staff-2", "staff-3"]


async def test_a_fold_that_lacks_something_waits_for_the_next_reading(log: Log, folds: Folds[Authority]):
    held = await folds.hold(STREAM)
    log.add()

    folds.include(STREAM, held, [log.add()])

    assert held.folded.version == 0
    assert names((await folds.latest(STREAM)).state) == ["staff-1", "staff-2"]


@pytest.mark.parametrize("held", [0, 1, 2, 3])
async def test_what_was_just_read_is_folded_without_asking_the_log_again(held: int, log: Log, folds: Folds[Authority]):
    for _ in range(held):
        log.add()
    if held:
        await folds.latest(STREAM)
    events = [*log.facts, *(log.add() for _ in range(3 - held))]
    before = log.looks
    folded = await folds.confirmed(STREAM, events)
    assert (folded.version, names(folded.state), log.looks) == (3, ["staff-1", "staff-2", "staff-3"], before)
    assert folds.version_of(STREAM) == 3


async def test_what_was_read_earlier_takes_no_fold_back(log: Log, folds: Folds[Authority]):
    events = [log.add()]
    log.add()
    await folds.latest(STREAM)
    assert (await folds.confirmed(STREAM, events)).version == 2


async def test_of_a_stream_that_nobody_read_the_log_is_asked(log: Log, folds: Folds[Authority]):
    log.add()
    assert (await folds.confirmed(STREAM, ())).version == 1
    log.add()
    assert (await folds.confirmed(STREAM, ())).version == 2
