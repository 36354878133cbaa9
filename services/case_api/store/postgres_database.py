"""An authority's schemas on PostgreSQL, read on a few connections that find a restarted server again."""

import asyncio
import select
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from time import monotonic
from typing import Any, Final, TypeVar, cast
from uuid import UUID

import psycopg
from psycopg.abc import PQGen
from psycopg.waiting import READY_R, WAIT_R
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from case_api.store.append import StoreUnavailable
from case_api.store.database import Kind, Row, Step
from case_api.store.postgres_arrays import Array, bigints, byteas, uuids

T = TypeVar("T")

READERS = 4
PATIENCE = 4.0
"""Seconds to wait for a connection that is free."""

PATIENCE_OF_OPERATORS = "60s"
"""How long the rewriting of a table waits for others to let go of it."""

NEXT_PIECE = 1
"""Milliseconds for which the next piece of an answer is waited for on the spot."""

PIECES = 0.002
"""Seconds after which the event loop has its turn, though the answer still arrives."""

BY_INDEX: Final = (
    b"SELECT set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false),"
    b" set_config('enable_mergejoin', 'off', false)"
)
"""For a connection that reads: every look is by an index, wherever there is one."""

PAUSES = (0.0, 0.05, 0.1, 0.2)
"""Seconds before a read is tried again when its connection was lost; the pool then looks for the server itself."""

COLUMNS: Final[Mapping[Kind, tuple[str, Callable[[Sequence[Any]], Array]]]] = {
    "integer": ("bigint", bigints),
    "bytes": ("bytea", byteas),
}
"""How many rows travel: each column as a whole."""


class Connection(psycopg.AsyncConnection[tuple[Any, ...]]):
    """Takes the rest of an answer as soon as it began to arrive.

    The server sends 8 kB at a time, and a turn of the event loop for each takes longer than to receive it.
    """

    async def wait(self, gen: PQGen[T], *args: Any, **kwargs: Any) -> T:
        return await super().wait(_in_one_go(gen, self.pgconn.socket), *args, **kwargs)


async def _plan_by_index(connection: Connection) -> None:
    """A server that has no statistics yet of a log that grew fast would read all of it for some streams."""
    await connection.execute(BY_INDEX)


class PostgresDatabase:
    """Each statement is one prepared, binary round trip."""

    position = "notification_id"

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            conninfo,
            connection_class=Connection,
            configure=_plan_by_index,
            kwargs={"autocommit": True},
            min_size=1,
            max_size=READERS,
            timeout=PATIENCE,
            open=False,
        )

    async def open(self) -> None:
        """Raises StoreUnavailable if there is no server."""
        try:
            await self._pool.open(wait=True, timeout=5.0)
        except psycopg.OperationalError:
            await self._pool.close()
            raise StoreUnavailable("there is no connection to the database") from None

    def id_in(self, value: UUID) -> UUID:
        return value

    def asked(self, ids: Sequence[UUID], after: Sequence[int]) -> tuple[str, Sequence[object]]:
        return "unnest(?::uuid[], ?::bigint[]) AS asked(id, after)", (uuids(ids), bigints(after))

    def adding(self, table: str, kinds: Sequence[Kind], rows: Sequence[Sequence[Any]]) -> Step:
        marks = ", ".join(f"?::{COLUMNS[kind][0]}[]" for kind in kinds)
        columns = [COLUMNS[kind][1](values) for kind, values in zip(kinds, zip(*rows, strict=True), strict=True)]
        return f"INSERT INTO {table} SELECT * FROM unnest({marks})", [columns]  # noqa: S608 (names are ours)

    async def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        for pause in PAUSES:
            try:
                return await self._rows(sql, parameters)
            except (PoolTimeout, PoolClosed):
                break
            except psycopg.OperationalError as error:
                if not _lost(error):
                    raise StoreUnavailable(f"the database gave up: {error.sqlstate}") from None
                await asyncio.sleep(pause)
                await self._pool.check()
        raise StoreUnavailable("the database cannot be reached")

    async def write(self, *steps: Step) -> None:
        await self.rows(
            "SELECT 1"
        )  # finds a restarted server again, before anything is done that may not be done twice
        try:
            async with self._pool.connection() as connection, connection.transaction():
                await _run(connection, steps)
        except psycopg.OperationalError as error:
            raise StoreUnavailable(f"the database cannot be written: {error.sqlstate}") from None

    async def erase(self, table: str, *steps: Step) -> None:
        await self.write(*steps)
        await self._patiently(f"VACUUM (FULL) {table}")
        with suppress(psycopg.errors.InsufficientPrivilege):  # then the server does it in its own time
            await self._patiently("SELECT pg_switch_wal()", "CHECKPOINT")

    async def prune(self, table: str, *steps: Step) -> None:
        aside, back = (f"ALTER TABLE {table} {verb} TRIGGER append_only" for verb in ("DISABLE", "ENABLE"))
        await self.write((aside, [()]), *steps, (back, [()]))
        await self._patiently(f"VACUUM {table}")

    async def clear(self, tables: Sequence[str], *steps: Step) -> None:
        await self._patiently(f"VACUUM {', '.join(tables)}", before=steps)

    async def _patiently(self, *statements: str, before: Sequence[Step] = ()) -> None:
        """However long it takes: on a connection of its own, since those of requests have little patience.

        The steps *before* are one transaction.
        """
        try:
            async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as connection:
                await connection.execute("SET statement_timeout = 0")
                await connection.execute(f"SET lock_timeout = '{PATIENCE_OF_OPERATORS}'".encode())
                async with connection.transaction():
                    await _run(connection, before)
                for sql in statements:
                    await connection.execute(sql.encode())
        except psycopg.OperationalError:
            raise StoreUnavailable("the database did not rewrite a table") from None

    async def close(self) -> None:
        await self._pool.close()

    async def _rows(self, sql: str, parameters: Sequence[object]) -> list[Row]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(_translated(sql), parameters, prepare=True, binary=True)
            return await cursor.fetchall()


async def _run(connection: psycopg.AsyncConnection[tuple[Any, ...]], steps: Sequence[Step]) -> None:
    for sql, rows in steps:
        await connection.cursor().executemany(_translated(sql), cast("Any", rows))


def _in_one_go(steps: PQGen[T], socket: int) -> PQGen[T]:
    """The same steps of psycopg, of which those that only wait for more of an answer are taken here."""
    try:
        wanted = next(steps)
        while True:
            ready = yield wanted
            wanted = steps.send(ready)
            if wanted == WAIT_R and ready == READY_R:
                more, until = select.poll(), monotonic() + PIECES
                more.register(socket, select.POLLIN)
                while wanted == WAIT_R and monotonic() < until and more.poll(NEXT_PIECE):
                    wanted = steps.send(READY_R)
    except StopIteration as done:
        value: T = done.value
        return value


def _lost(error: psycopg.OperationalError) -> bool:
    """The connection went, or the server is going (SQLSTATE classes 08 and 57P); else the statement gave up."""
    return error.sqlstate is None or error.sqlstate.startswith(("08", "57P"))


@cache
def _translated(sql: str) -> bytes:
    return sql.replace("?", "%b").encode()
