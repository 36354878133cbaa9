"""Tells other processes of appends, and wakes this one at theirs (LISTEN/NOTIFY). A hint only: every waiter also polls.

The notice does not stand in the append's transaction: there it would cost each commit a lock over all databases of the
server, and a lone command its time. After one there is a pause, and the next is for all that was appended meanwhile: to
tell of each by itself would cost more than to store it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import psycopg
from psycopg.sql import SQL, Identifier

from case_api.store.bell import Bell

PAUSE = 1.0
"""Seconds before a lost connection is tried again."""

APART = 0.02
"""Seconds between two notices at least; one that follows none is sent at once."""

Connection = psycopg.AsyncConnection[tuple[object, ...]]


class Notices:
    """Two tasks, each on a connection of its own, that come back when the database does."""

    def __init__(self, conninfo: str, channel: str, bell: Bell) -> None:
        self._conninfo, self._channel, self._bell = conninfo, Identifier(channel), bell
        self._news = asyncio.Event()
        self._own: int | None = None
        """The server's process behind the connection that tells: its notices are no news here."""
        bell.tell = self._news.set
        self._tasks = [asyncio.create_task(self._kept_up(work)) for work in (self._listen, self._tell)]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task

    async def _kept_up(self, work: Callable[[Connection], Awaitable[None]]) -> None:
        while True:
            with suppress(psycopg.Error):  # without it, waiters poll
                async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
                    await work(connection)
            await asyncio.sleep(PAUSE)

    async def _listen(self, connection: Connection) -> None:
        await connection.execute(SQL("LISTEN {}").format(self._channel))
        async for notice in connection.notifies():
            if notice.pid != self._own:
                self._bell.wake()

    async def _tell(self, connection: Connection) -> None:
        self._own = connection.info.backend_pid
        while True:
            await self._news.wait()
            self._news.clear()
            await connection.execute(SQL("NOTIFY {}").format(self._channel))
            await asyncio.sleep(APART)
