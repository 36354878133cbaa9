"""Wakes those who wait for something new in the log."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

POLL = 1.0
"""Seconds after which a waiter looks for itself: another process's news, or a notice that was lost."""


class Bell:
    """Rung after each append of this process, which other processes may be told; woken by what they tell."""

    def __init__(self) -> None:
        self._next = asyncio.Event()
        self._listened = False
        self.tell: Callable[[], None] = lambda: None
        """Lets other processes know, where they share the log."""

    def ring(self) -> None:
        """Something was appended here."""
        self.wake()
        self.tell()

    def wake(self) -> None:
        """Something was appended, here or elsewhere."""
        if self._listened:
            rung, self._next, self._listened = self._next, asyncio.Event(), False
            rung.set()

    def listen(self) -> asyncio.Event:
        """Take this before looking at the log, so that nothing rings unheard in between."""
        self._listened = True
        return self._next


async def heard(ring: asyncio.Event, timeout: float) -> None:  # noqa: ASYNC109 (silence is no error here)
    """Return at the ring, or after *timeout* seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout):
            await ring.wait()
