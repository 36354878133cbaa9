"""Questions that come at once are put to the database as one."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, Generic, TypeVar

from case_api.store.append import StoreUnavailable

K = TypeVar("K")
A = TypeVar("A")
PATIENCE: Final = 5.0
"""Seconds to wait for an answer: as long as a server works on a statement. Many wait for one that may hang."""


class Together(Generic[K, A]):
    """Gathers what is asked within one round of the event loop.

    Args:
        answer: the answer to all of a set of questions; it is always looked up after each of them was put.
        most: questions to which no more are added: those who come then begin another set.
    """

    def __init__(self, answer: Callable[[frozenset[K]], Awaitable[A]], most: float = math.inf) -> None:
        self._answer, self._most = answer, most
        self._asked: set[K] = set()
        self._coming: asyncio.Task[A] | None = None

    async def ask(self, questions: Iterable[K]) -> A:
        """The answer to these questions, and to those that others put meanwhile. Raises what *answer* raises.

        Raises StoreUnavailable where it does not come; what was asked goes on until its connection is given up.
        """
        if self._coming is None or len(self._asked) >= self._most:
            self._asked = set()
            self._coming = asyncio.create_task(self._put(self._asked))
            self._coming.add_done_callback(_heard)
        self._asked.update(questions)
        return await asyncio.shield(self._coming)

    async def _put(self, asked: set[K]) -> A:
        await asyncio.sleep(0)
        if asked is self._asked:
            self._coming = None
        answering = asyncio.ensure_future(self._answer(frozenset(asked)))
        await asyncio.wait([answering], timeout=PATIENCE)
        if answering.done():
            return answering.result()
        answering.add_done_callback(_heard)
        raise StoreUnavailable("the database does not answer")


def _heard(task: asyncio.Future[A]) -> None:
    """Those who asked may all have gone: nobody is told then of what went wrong."""
    if not task.cancelled():
        task.exception()
