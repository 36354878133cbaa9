"""Boards in the authority's schema on PostgreSQL, beside its log."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, ClassVar, cast

import psycopg

from case_api.boards.board import Column, Kind
from case_api.boards.tables import Occupied, Turn, Values, lay_out
from case_api.store.journal import StoreUnavailable
from case_api.store.postgres_database import PostgresDatabase
from case_api.store.postgres_schema import connection_info

Connection = psycopg.AsyncConnection[Values]

TURN = b"SELECT pg_advisory_xact_lock(hashtextextended('stagepost boards ' || current_schema(), 0))"
"""One writer at a time among all processes; let go of at the end of the transaction, however it ends."""

TURN_IF_FREE = TURN.replace(b"pg_advisory", b"pg_try_advisory")


class PostgresTables:
    """One connection to write on, a few to read on."""

    types: ClassVar[Mapping[Kind, str]] = {
        "uuid": "uuid", "text": "text", "integer": "bigint", "date": "date", "instant": "timestamptz", "bytes": "bytea"
    }  # fmt: skip
    has_table: ClassVar[str] = "SELECT 1 FROM pg_class WHERE oid = to_regclass(?)"

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._reader = PostgresDatabase(conninfo)
        self._writer: Connection | None = None
        self._alone = asyncio.Lock()

    async def open(self) -> None:
        """Raises StoreUnavailable if there is no server."""
        await self._reader.open()

    @asynccontextmanager
    async def turn(self, *, waits: bool = True) -> AsyncIterator[Turn]:
        if self._alone.locked() and not waits:
            raise Occupied
        async with self._alone:
            try:
                connection = await self._connected()
                async with connection.transaction():
                    taken = await (await connection.execute(TURN if waits else TURN_IF_FREE)).fetchone()
                    if taken == (False,):
                        raise Occupied
                    yield _PostgresTurn(connection, self.types)
            except psycopg.OperationalError as error:
                raise StoreUnavailable(f"the boards cannot be written: {error.sqlstate}") from None

    async def rows(self, sql: str, parameters: Sequence[object], columns: Sequence[Column]) -> list[Values]:
        return await self._reader.rows(sql, parameters)

    async def close(self) -> None:
        await self._reader.close()
        if self._writer is not None:
            with suppress(psycopg.Error):  # it is lost already: there is nothing to let go of
                await self._writer.close()

    async def _connected(self) -> Connection:
        if self._writer is None or self._writer.closed:
            self._writer = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
        return self._writer


class _PostgresTurn:
    def __init__(self, connection: Connection, types: Mapping[Kind, str]) -> None:
        self._connection, self._types = connection, types

    async def run(self, sql: str, parameters: Sequence[object] = ()) -> list[Values]:
        cursor = await self._connection.execute(sql.replace("?", "%s").encode(), parameters, prepare=False)
        return await cursor.fetchall() if cursor.description else []

    async def insert(self, table: str, columns: Sequence[Column], rows: Sequence[Sequence[object]]) -> None:
        arrays = ", ".join(f"%s::{self._types[column.kind]}[]" for column in columns)
        sql = f"INSERT INTO {table} SELECT * FROM unnest({arrays})"  # noqa: S608 (names are ours)
        values = [list(column) for column in zip(*rows, strict=True)]
        await self._connection.execute(sql.encode(), cast("Any", values))


async def open_postgres_tables(dsn: str, authority: str) -> PostgresTables:
    """The boards in an authority's schema, which its journal has made. Raises StoreUnavailable."""
    tables = PostgresTables(connection_info(dsn, authority))
    await tables.open()
    await lay_out(tables)
    return tables
