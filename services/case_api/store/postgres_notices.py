"""Rings a journal's bell when any process appends (LISTEN/NOTIFY). A hint only: every waiter also polls."""

import asyncio
from contextlib import suppress

import psycopg
from psycopg.sql import SQL, Identifier

from case_api.store.bell import Bell

PAUSE = 1.0
"""Seconds before a lost connection is tried again."""


class Notices:
    """A task that listens on a connection of its own, and comes back when the database does."""

    def __init__(self, conninfo: str, channel: str, bell: Bell) -> None:
        self._conninfo = conninfo
        self._channel = channel
        self._bell = bell
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while True:
            with suppress(psycopg.Error):  # without it, waiters poll
                await self._listen()
            await asyncio.sleep(PAUSE)

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
            await connection.execute(SQL("LISTEN {}").format(Identifier(self._channel)))
            async for _ in connection.notifies():
                self._bell.ring()
