"""Group commit: one task commits whatever waits in one transaction (architecture.md, write path)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from case_api.store.append import StoreUnavailable

T = TypeVar("T")

BATCH = 256
"""Items in one transaction at most."""

ALWAYS = 16
"""Items that are never divided."""

WAITING = 10_000
"""Items that may wait; more are turned away."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[T]):
    item: T
    answer: asyncio.Future[None]


class GroupWriter(Generic[T]):
    """Commits what waits, together, in order. Two items that touch the same thing never share a batch."""

    def __init__(
        self,
        commit: Callable[[Sequence[T]], Awaitable[Sequence[Exception | None]]],
        touches: Callable[[T], Iterable[Hashable]] = lambda _: (),
        *,
        in_halves: bool = True,
    ) -> None:
        self._commit = commit
        self._touches = touches
        self._in_halves = in_halves
        self._queue: deque[_Waiting[T]] = deque()
        self._filled = asyncio.Event()
        self._closing = False
        self._task = asyncio.create_task(self._run())
        self.batches = 0
        self.items = 0

    async def append(self, item: T) -> None:
        """Returns when it is stored. Raises what the commit answered; StoreUnavailable if too many wait."""
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.put(item, answer)
        await answer

    def put(self, item: T, answer: asyncio.Future[None]) -> None:
        """The same, with an *answer* that somebody waits for. Raises StoreUnavailable if too many wait."""
        if self._closing or len(self._queue) >= WAITING:
            raise StoreUnavailable("too many commands wait, or the journal is closing")
        self._queue.append(_Waiting(item, answer))
        self._filled.set()

    async def close(self) -> None:
        """Commit what waits, and stop."""
        self._closing = True
        self._filled.set()
        await self._task

    async def _run(self) -> None:
        answered = 0
        while not (self._closing and not self._queue):
            if not self._queue:
                answered = 0
            await self._filled.wait()
            batch = self._take(self._share(answered))
            if not self._queue and not self._closing:
                self._filled.clear()
            if batch:
                await self._answer(batch)
                answered = len(batch)

    def _share(self, answered: int) -> int:
        """How many to take: of many who wait, or were just answered and may come again, half.

        While the database works on one half the other half prepares what it wants next; all at once, each side would
        wait for the other in turn. Not so where the database needs this very process: then the two would be in each
        other's way.
        """
        return min(BATCH, max(ALWAYS, (len(self._queue) + answered + 1) // 2)) if self._in_halves else BATCH

    async def _answer(self, batch: Sequence[_Waiting[T]]) -> None:
        self.batches += 1
        self.items += len(batch)
        try:
            answers = await self._commit([waiting.item for waiting in batch])
        except Exception as error:  # noqa: BLE001 (handed to every command that waits for it; the writer lives on)
            answers = [error] * len(batch)
        for waiting, answer in zip(batch, answers, strict=True):
            if waiting.answer.done():
                continue
            if answer is None:
                waiting.answer.set_result(None)
            else:
                waiting.answer.set_exception(answer)

    def _take(self, most: int) -> list[_Waiting[T]]:
        """The next batch. What must wait keeps its turn: nothing that touches the same overtakes it."""
        batch: list[_Waiting[T]] = []
        later: list[_Waiting[T]] = []
        touched: set[Hashable] = set()
        while self._queue and len(batch) < most:
            waiting = self._queue.popleft()
            if waiting.answer.cancelled():
                continue
            touches = set(self._touches(waiting.item))
            (batch if touched.isdisjoint(touches) else later).append(waiting)
            touched |= touches
        self._queue.extendleft(reversed(later))
        return batch
