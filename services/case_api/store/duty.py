"""A duty that one process at a time has, of all that share an authority's store (D15).

Whoever finds it free has it until its process ends, however it ends: there is no lease to run out and none to renew.
Nothing rests on it being had by one alone: it spares the others work that comes to nothing.
"""

import asyncio
import fcntl
import os
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final, Protocol

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

TAKE: Final = b"SELECT pg_try_advisory_lock(hashtextextended('stagepost clerk ' || current_schema(), 0))"
STILL: Final = b"SELECT true"
FREE: Final = (
    b"SELECT NOT EXISTS (SELECT FROM pg_locks JOIN pg_database d ON d.oid = database WHERE locktype = 'advisory'"
    b" AND granted AND objsubid = 1 AND d.datname = current_database() AND (classid::bigint << 32) | objid::bigint ="
    b" hashtextextended('stagepost clerk ' || current_schema(), 0))"
)
"""The lock as the server lists it: its number in two halves."""
SILENCE: Final = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=2"
"""A server lets go of a connection whose other end fell silent, and so of the duty, in about ten seconds."""


class Duty(Protocol):
    """The clerk's, of one authority."""

    async def taken(self) -> bool:
        """Whether this process has the duty now; where it is free, it takes it. False too where nobody can tell."""

    async def is_free(self) -> bool:
        """Whether no process has it, without taking it. False too where nobody can tell."""

    async def close(self) -> None:
        """Lay it down."""


class PostgresDuty:
    """A lock that belongs to a connection, on a connection of its own that shows whose it is."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: psycopg.AsyncConnection[tuple[object, ...]] | None = None
        self._has = False
        self._lock = asyncio.Lock()  # two who ask, or one who ends it meanwhile, would each think otherwise of it

    async def taken(self) -> bool:
        async with self._lock:
            try:
                cursor = await (await self._connected()).execute(STILL if self._has else TAKE)
                self._has = await cursor.fetchone() == (True,)
            except psycopg.Error:
                await self._lay_down()
            return self._has

    async def is_free(self) -> bool:
        async with self._lock:
            try:
                cursor = await (await self._connected()).execute(FREE)
                return await cursor.fetchone() == (True,)
            except psycopg.Error:
                await self._lay_down()
                return False

    async def close(self) -> None:
        async with self._lock:
            await self._lay_down()

    async def _lay_down(self) -> None:
        connection, self._connection, self._has = self._connection, None, False
        if connection is not None:
            with suppress(psycopg.Error):  # it is lost already: there is nothing to let go of
                await connection.execute(b"SELECT pg_advisory_unlock_all()")  # sooner than the server notices the end
            await connection.close()

    async def _connected(self) -> psycopg.AsyncConnection[tuple[object, ...]]:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
        return self._connection


class FileDuty:
    """A lock on a file, beside the SQLite files of an authority."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    async def taken(self) -> bool:
        if self._file is None:
            with suppress(OSError), ExitStack() as opened:
                file = self._opened(opened)
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._file, _ = file, opened.pop_all()
        return self._file is not None

    async def is_free(self) -> bool:
        """Whoever asks for it in the very moment of this look finds it taken, and asks again."""
        if self._file is None:
            with suppress(OSError), ExitStack() as opened:
                file = self._opened(opened)
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return True
        return False

    async def close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _opened(self, opened: ExitStack) -> int:
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        opened.callback(os.close, file)
        return file


def duty_on(conninfo: str) -> PostgresDuty:
    """The clerk's, where an authority's log is reached by *conninfo*."""
    options = f"{conninfo_to_dict(conninfo).get('options', '')} {SILENCE}"
    named = f"stagepost clerk {os.getpid()}"
    return PostgresDuty(make_conninfo(conninfo, options=options, application_name=named))
