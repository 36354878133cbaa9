"""Boards in the authority's schema on PostgreSQL, beside its log."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import Any, ClassVar, Final

import psycopg

from case_api.boards.board import Column, Kind
from case_api.boards.tables import Change, Occupied, Step, Turn, Values, lay_out
from case_api.store.journal import StoreUnavailable
from case_api.store.postgres_arrays import Array, byteas, dates, instants, numbers, texts, uuids
from case_api.store.postgres_database import PostgresDatabase
from case_api.store.postgres_schema import connection_info

Connection = psycopg.AsyncConnection[Values]

TURN = b"SELECT pg_advisory_xact_lock(hashtextextended('stagepost boards ' || current_schema(), 0))"
"""One writer at a time among all processes; let go of at the end of the transaction, however it ends."""

TURN_IF_FREE = TURN.replace(b"pg_advisory", b"pg_try_advisory")


WRITING: Final = (
    b"SELECT set_config('synchronous_commit', 'off', false), set_config('enable_seqscan', 'off', false),"
    b" set_config('plan_cache_mode', 'force_generic_plan', false)"
)
"""For the connection that writes. Rows and position are lost together, and are made again from the log. Statements are
planned once, maybe while a table is empty, and find cases by their key however many there come to be."""

ARRAYS: Final[Mapping[Kind, Callable[[Sequence[Any]], Array]]] = {
    "uuid": uuids, "text": texts, "integer": numbers, "date": dates, "instant": instants, "bytes": byteas
}  # fmt: skip
"""How the values of a column travel with a statement."""


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
    async def turn(self, *, waits: bool = True, asks: str = "", lasts: bool = False) -> AsyncIterator[Turn]:
        if self._alone.locked() and not waits:
            raise Occupied
        async with self._alone:
            try:
                connection = await self._connected()
                async with connection.transaction():
                    answer = await _begun(connection, TURN if waits else TURN_IF_FREE, asks, lasts=lasts)
                    yield _PostgresTurn(connection, answer)
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
            self._writer = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True, prepare_threshold=0)
            await self._writer.execute(WRITING)
        return self._writer


async def _begun(connection: Connection, lock: bytes, asks: str, *, lasts: bool) -> list[Values]:
    """Take the turn, and what the question finds once it is taken: all in one exchange. Raises Occupied."""
    async with connection.pipeline():
        if lasts:
            await connection.execute(b"SET LOCAL synchronous_commit = on")
        taken = await connection.execute(lock)
        found = await connection.execute(asks.encode()) if asks else None
    if await taken.fetchone() == (False,):
        raise Occupied
    return await found.fetchall() if found else []


class _PostgresTurn:
    def __init__(self, connection: Connection, answer: list[Values]) -> None:
        self._connection, self.answer = connection, answer

    async def run(self, sql: str, parameters: Sequence[object] = ()) -> list[Values]:
        cursor = await self._connection.execute(_marked(sql), parameters, prepare=False)
        return await cursor.fetchall() if cursor.description else []

    async def change(self, changes: Sequence[Change], *also: Step) -> None:
        async with self._connection.pipeline():
            for one in changes:
                put = _puts(one.table, tuple(one.columns), tuple(one.key))
                await self._connection.execute(put, _parameters(one), binary=True)
            for sql, parameters in also:
                await self._connection.execute(_marked(sql), parameters)

    async def load(self, changes: Sequence[Change]) -> None:
        async with self._connection.pipeline():
            for one in changes:
                if one.rows:
                    adds = _adds(one.table, tuple(one.columns))
                    await self._connection.execute(adds, (one.edition, *_columns(one)), binary=True)


@cache
def _adds(table: str, columns: tuple[Column, ...]) -> bytes:
    return f"INSERT INTO {table} SELECT %b::bigint, * FROM unnest({_given(columns)})".encode()  # noqa: S608 (names are ours)


@cache
def _marked(sql: str) -> bytes:
    return sql.replace("?", "%s").encode()


@cache
def _puts(table: str, columns: tuple[Column, ...], key: tuple[str, ...]) -> bytes:
    """Only what differs is written: most rows of a case stay as they are when a fact is added to it.

    What was there is read once, case by case in the order of the key: so a server that knows nothing of the table yet
    goes by the key as well. Nobody else writes meanwhile, so each row is found again at its place.
    """
    names, keys = ", ".join(("edition", *(one.name for one in columns))), ", ".join(("edition", *key))
    rest = [one.name for one in columns if one.name not in key]
    put = f"UPDATE SET {', '.join(f'{name}=excluded.{name}' for name in rest)}" if rest else "NOTHING"
    return (
        f"WITH now({names}) AS MATERIALIZED (SELECT %b::bigint, * FROM unnest({_given(columns)})),"  # noqa: S608 (ours)
        f" was AS MATERIALIZED (SELECT had.* FROM unnest(%b::uuid[]) AS theirs(id) CROSS JOIN LATERAL"
        f" (SELECT ctid AS place, {names} FROM {table} WHERE edition=%b AND case_id=theirs.id"
        f" ORDER BY {keys} OFFSET 0) AS had),"
        f" gone AS (DELETE FROM {table} WHERE ctid=ANY(ARRAY("
        f"SELECT place FROM was WHERE ({keys}) NOT IN (SELECT {keys} FROM now))))"
        f" INSERT INTO {table} SELECT * FROM now EXCEPT ALL SELECT {names} FROM was"
        f" ON CONFLICT ({keys}) DO {put}"
    ).encode()


def _given(columns: Sequence[Column]) -> str:
    return ", ".join(f"%b::{PostgresTables.types[one.kind]}[]" for one in columns)


def _parameters(change: Change) -> tuple[object, ...]:
    """The rows as whole columns, and whose they are."""
    return (change.edition, *_columns(change), uuids(change.cases), change.edition)


def _columns(change: Change) -> list[Array]:
    columns = zip(*change.rows, strict=True) if change.rows else ((),) * len(change.columns)
    return [ARRAYS[one.kind](values) for one, values in zip(change.columns, columns, strict=True)]


async def open_postgres_tables(dsn: str, authority: str) -> PostgresTables:
    """The boards in an authority's schema, which its journal has made. Raises StoreUnavailable."""
    tables = PostgresTables(connection_info(dsn, authority))
    await tables.open()
    await lay_out(tables)
    return tables
