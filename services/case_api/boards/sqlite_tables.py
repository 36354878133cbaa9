"""Boards in an SQLite file of their own: disposable, so it need not survive a power cut (D22)."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from case_api.boards.board import Column, Kind
from case_api.boards.tables import Change, Occupied, Step, Turn, Values, lay_out
from case_api.store.journal import StoreUnavailable

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds to wait for another process's turn to end."""

OUT: dict[Kind, Callable[[Any], object]] = {
    "uuid": UUID,
    "date": date.fromisoformat,
    "instant": datetime.fromisoformat,
}


class SQLiteTables:
    """One writer on a thread of its own; reads run on the event loop, about 20 µs each."""

    types: ClassVar[Mapping[Kind, str]] = {
        "uuid": "TEXT", "text": "TEXT", "integer": "INTEGER", "date": "TEXT", "instant": "TEXT", "bytes": "BLOB"
    }  # fmt: skip
    has_table: ClassVar[str] = "SELECT 1 FROM sqlite_master WHERE type='table' AND name=?"

    def __init__(self, path: Path) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="boards")
        self._writer = _connect(path)
        self._reader = _connect(path)
        self._reader.execute("PRAGMA query_only=ON")
        self._alone = asyncio.Lock()

    @asynccontextmanager
    async def turn(self, *, waits: bool = True, asks: str = "", lasts: bool = False) -> AsyncIterator[Turn]:
        if self._alone.locked() and not waits:
            raise Occupied
        async with self._alone:
            try:
                turn = _SQLiteTurn(self._work, await self._work(partial(_begin, waits=waits, asks=asks)))
                yield turn
                await turn.run("COMMIT")
            finally:
                await asyncio.shield(self._work(_roll_back))

    async def rows(self, sql: str, parameters: Sequence[object], columns: Sequence[Column]) -> list[Values]:
        try:
            found = self._reader.execute(sql, [_in(value) for value in parameters]).fetchall()
        except sqlite3.DatabaseError as error:
            raise _unavailable(error) from None
        return [tuple(_out(value, column) for value, column in zip(row, columns, strict=True)) for row in found]

    async def close(self) -> None:
        self._reader.close()
        await self._work(sqlite3.Connection.close)
        self._thread.shutdown()

    async def _work(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._writer)
        except sqlite3.OperationalError as error:
            raise _unavailable(error) from None


class _SQLiteTurn:
    """Each call is one hop to the writer's thread."""

    def __init__(
        self, work: Callable[[Callable[[sqlite3.Connection], Any]], Awaitable[Any]], answer: list[Values]
    ) -> None:
        self._work, self.answer = work, answer

    async def run(self, sql: str, parameters: Sequence[object] = ()) -> list[Values]:
        values = [_in(value) for value in parameters]
        found: list[Values] = await self._work(lambda connection: connection.execute(sql, values).fetchall())
        return found

    async def change(self, changes: Sequence[Change], *also: Step) -> None:
        await self._work(partial(_change, changes=changes, also=also))

    async def load(self, changes: Sequence[Change]) -> None:
        await self._work(partial(_load, changes=changes))


async def open_sqlite_tables(folder: Path) -> SQLiteTables:
    """The boards in `views.db` of the folder that an authority's journal has made. Raises StoreUnavailable."""
    tables = SQLiteTables(folder / "views.db")
    await lay_out(tables)
    return tables


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=PATIENCE)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


def _begin(connection: sqlite3.Connection, *, waits: bool, asks: str) -> list[Values]:
    if waits:
        connection.execute("BEGIN IMMEDIATE")
    else:
        _begin_if_free(connection)
    return connection.execute(asks).fetchall() if asks else []


def _begin_if_free(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA busy_timeout=0")
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            raise Occupied from None
        raise
    finally:
        connection.execute(f"PRAGMA busy_timeout={PATIENCE * 1000:.0f}")


def _change(connection: sqlite3.Connection, *, changes: Sequence[Change], also: Sequence[Step]) -> None:
    for one in changes:
        given = (one.edition, json.dumps([case_id.hex for case_id in one.cases]))
        whose = "edition=? AND case_id IN (SELECT value FROM json_each(?))"
        connection.execute(f"DELETE FROM {one.table} WHERE {whose}", given)  # noqa: S608 (names are ours)
        _insert(connection, change=one)
    for sql, parameters in also:
        connection.execute(sql, [_in(value) for value in parameters])


def _load(connection: sqlite3.Connection, *, changes: Sequence[Change]) -> None:
    for one in changes:
        _insert(connection, change=one)


def _insert(connection: sqlite3.Connection, *, change: Change) -> None:
    sql = f"INSERT INTO {change.table} VALUES (?{',?' * len(change.columns)})"  # noqa: S608 (names are ours)
    connection.executemany(sql, [[change.edition, *map(_in, row)] for row in change.rows])


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _unavailable(error: sqlite3.DatabaseError) -> StoreUnavailable:
    return StoreUnavailable(f"the boards cannot be used: {error.sqlite_errorname}")


def _in(value: object) -> object:
    match value:
        case UUID():
            return value.hex
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case _:
            return value


def _out(value: Any, column: Column) -> object:
    return value if value is None or column.kind not in OUT else OUT[column.kind](value)
