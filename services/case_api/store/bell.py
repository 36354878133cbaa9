"""Wakes those who wait for something new in the log."""

import asyncio
from contextlib import suppress

POLL = 1.0
"""Seconds after which a waiter looks for itself: another process's news, or a notice that was lost."""


class Bell:
    """Rung after each append, by this process or by the database's notice."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ring(self) -> None:
        rung, self._next = self._next, asyncio.Event()
        rung.set()

    def listen(self) -> asyncio.Event:
        """Take this before looking at the log, so that nothing rings unheard in between."""
        return self._next


async def heard(ring: asyncio.Event, timeout: float) -> None:  # noqa: ASYNC109 (silence is no error here)
    """Return at the ring, or after *timeout* seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout):
            await ring.wait()
