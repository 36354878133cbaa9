"""Questions that come at once are put to the database as one."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K")
A = TypeVar("A")


class Together(Generic[K, A]):
    """Gathers what is asked within one round of the event loop.

    Args:
        answer: the answer to all of a set of questions; it is always looked up after each of them was put.
    """

    def __init__(self, answer: Callable[[frozenset[K]], Awaitable[A]]) -> None:
        self._answer = answer
        self._asked: set[K] = set()
        self._coming: asyncio.Task[A] | None = None

    async def ask(self, questions: Iterable[K]) -> A:
        """The answer to these questions, and to those that others put meanwhile. Raises what *answer* raises."""
        self._asked.update(questions)
        if self._coming is None:
            self._coming = asyncio.create_task(self._put())
            self._coming.add_done_callback(_heard)
        return await asyncio.shield(self._coming)

    async def _put(self) -> A:
        await asyncio.sleep(0)
        asked, self._asked, self._coming = frozenset(self._asked), set(), None
        return await self._answer(asked)


def _heard(task: asyncio.Task[A]) -> None:
    """Those who asked may all have gone: nobody is told then of what went wrong."""
    if not task.cancelled():
        task.exception()
