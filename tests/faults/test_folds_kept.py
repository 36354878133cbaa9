"""How much of what was folded stays in memory: so many facts, be it in many short streams or in few long ones."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.folds import AuthorityKind, Folds
from tests.faults.test_folds_meet import assigned

pytestmark = pytest.mark.anyio


class Log:
    """A journal of several streams that counts how often each is read from its beginning."""

    def __init__(self, **lengths: int) -> None:
        self.streams = {name: uuid4() for name in lengths}
        self.facts = {self.streams[name]: [assigned(place + 1) for place in range(lengths[name])] for name in lengths}
        self.read_anew: Counter[UUID] = Counter()

    async def head(self, stream: UUID) -> int:
        return len(self.facts.get(stream, ()))

    async def read(self, stream: UUID, *, after: int = 0) -> Sequence[Recorded]:
        self.read_anew[stream] += after == 0
        return [one.but(stream=stream) for one in self.facts.get(stream, [])[after:]]

    def folds(self, limit: int) -> Folds[Authority]:
        return Folds(self, AuthorityKind(), limit)  # type: ignore[arg-type]

    async def readings(self, folds: Folds[Authority], *names: str) -> list[int]:
        """How often each of the streams has been read once it was asked for again."""
        for name in names:
            await folds.latest(self.streams[name])
        return [self.read_anew[self.streams[name]] for name in names]


async def test_many_short_streams_are_kept_where_few_long_ones_are_not():
    short, long = Log(a=1, b=1, c=1), Log(a=5, b=5, c=5)
    kept, let_go = short.folds(8), long.folds(8)
    await short.readings(kept, "a", "b", "c")
    await long.readings(let_go, "a", "b", "c")
    assert await short.readings(kept, "a", "b", "c") == [1, 1, 1]
    assert await long.readings(let_go, "a", "b", "c") == [2, 2, 2]


async def test_a_stream_that_grew_in_memory_makes_others_go():
    log = Log(a=1, b=1)
    folds = log.folds(8)
    await log.readings(folds, "a", "b")
    held = await folds.hold(log.streams["b"])
    folds.include(log.streams["b"], held, [assigned(version) for version in range(2, 8)])
    assert await log.readings(folds, "a") == [2]


async def test_one_stream_is_kept_however_long_it_is():
    log = Log(a=50)
    folds = log.folds(1)
    await log.readings(folds, "a")
    assert await log.readings(folds, "a") == [1]


async def test_guesses_at_ids_do_not_fill_the_memory():
    log = Log(a=1)
    folds = log.folds(8)
    await log.readings(folds, "a")
    for _ in range(10):
        await folds.latest(uuid4())
    assert await log.readings(folds, "a") == [2]


async def test_what_is_forgotten_makes_room():
    log = Log(a=3, b=3)
    folds = log.folds(8)
    await log.readings(folds, "a")
    folds.forget(log.streams["a"])
    folds.forget(log.streams["a"])
    await log.readings(folds, "b", "a")
    assert await log.readings(folds, "b", "a") == [1, 2]
