"""Wakes a loop that waits for work, in this process; nobody relies on hearing it."""

import asyncio


class Bell:
    """Rung when there may be work; a waiter also looks up by itself after its timeout."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Return when rung, or after *seconds*."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return
        self._rung.clear()
