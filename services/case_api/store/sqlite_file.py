"""One SQLite file: one writer on a thread of its own, readers that it never holds up (D22)."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from case_api.store.append import StoreUnavailable
from case_api.store.database import Kind, Row, Step

T = TypeVar("T")

FULL = 2
PATIENCE = 5.0
"""Seconds to wait for another process to let go of the file."""
WHILE_OTHERS_DO = (0.0, 0.02, 0.1, 0.5, 1.0)
"""Seconds before each attempt to empty the log: while another process is at that, SQLite itself waits for nobody."""
STATEMENTS = 1024
"""Prepared statements that a connection keeps; a batch of commands has one for each number of its rows."""


class SQLiteFile:
    """A durable file: write-ahead log, every commit flushed to the disk, erased content overwritten.

    Reads run on the event loop: about 20 µs each from the page cache, less than the hop to a thread and back.
    """

    position = "rowid"

    def __init__(self, path: Path, schema: str = "") -> None:
        self.path, self._schema = path, schema
        self._writer_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"{path.stem}-writer")
        self._writer = connect(path)
        self._writer.executescript(schema)
        self._reader = self.reading()
        self._opened = _which(path)

    def id_in(self, value: UUID) -> str:
        return value.hex

    def asked(self, ids: Sequence[UUID], after: Sequence[int]) -> tuple[str, Sequence[object]]:
        pairs = json.dumps([(one.hex, version) for one, version in zip(ids, after, strict=True)])
        each = "json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS after"
        return f"(SELECT {each} FROM json_each(?)) AS asked", (pairs,)  # noqa: S608 (constants)

    def adding(self, table: str, kinds: Sequence[Kind], rows: Sequence[Sequence[Any]]) -> Step:
        return f"INSERT INTO {table} VALUES ({','.join('?' * len(kinds))})", rows  # noqa: S608 (names are ours)

    async def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        try:
            return self._reader.execute(sql, tuple(parameters)).fetchall()
        except sqlite3.ProgrammingError:
            raise StoreUnavailable("the file is closed") from None
        except sqlite3.DatabaseError as error:  # as a damaged file also looks to who reads while its disk goes away
            raise StoreUnavailable(f"the file cannot be read: {error.sqlite_errorname}") from None

    async def write(self, *steps: Step) -> None:
        def run(connection: sqlite3.Connection) -> None:
            with Transaction(connection):
                for sql, rows in steps:
                    connection.executemany(sql, rows)
                self.check_place()

        try:
            await self.on_writer(run)
        except Elsewhere:
            await self.look_again()
            raise StoreUnavailable("the file is no longer in its place") from None
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(f"the file cannot be written: {error.sqlite_errorname}") from None

    async def on_writer(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run *work* on the writer's thread, with the writer's connection."""
        return await asyncio.get_running_loop().run_in_executor(self._writer_thread, work, self._writer)

    def check_place(self) -> None:
        """Raise Elsewhere if the file is no longer in its place; asked within a transaction, which is then undone."""
        if _which(self.path) != self._opened:
            raise Elsewhere

    async def erase(self, _: str, *steps: Step) -> None:
        await self.write(*steps)
        await self._empty_the_log()

    async def prune(self, table: str, *steps: Step) -> None:
        trigger = f"{table}_no_delete"

        def run(connection: sqlite3.Connection) -> None:
            with Transaction(connection):
                made = "SELECT sql FROM sqlite_master WHERE type='trigger' AND name=?"
                [(again,)] = connection.execute(made, (trigger,)).fetchall()
                connection.execute(f"DROP TRIGGER {trigger}")
                for sql, rows in steps:
                    connection.executemany(sql, rows)
                connection.execute(again)

        try:
            await self.on_writer(run)
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(f"the file cannot be written: {error.sqlite_errorname}") from None
        await self._empty_the_log()

    async def clear(self, _: Sequence[str], *steps: Step) -> None:
        await self.write(*steps)
        await self._empty_the_log()

    async def look_again(self) -> None:
        """Go over to the file that stands in the place now; one that is missing is never made anew while we run."""
        found = _which(self.path)
        if found is None:
            return
        await self.reopen()
        await self.on_writer(lambda connection: connection.executescript(self._schema))
        self._reader.close()
        self._reader, self._opened = self.reading(), found

    def reading(self) -> sqlite3.Connection:
        """One more connection, which only reads; whoever asked for it closes it."""
        connection = connect(self.path)
        connection.execute("PRAGMA query_only=ON")
        return connection

    async def reopen(self) -> None:
        """A new writer's connection, after the old one failed."""
        self._writer = await self.on_writer(self._replace)

    async def close(self) -> None:
        self._reader.close()
        await self.on_writer(sqlite3.Connection.close)
        self._writer_thread.shutdown()

    async def _empty_the_log(self) -> None:
        """Write the whole write-ahead log into the file, and cut it off: it holds pages as they were."""
        sql = "PRAGMA wal_checkpoint(TRUNCATE)"
        for pause in WHILE_OTHERS_DO:
            await asyncio.sleep(pause)
            [(busy, _, _)] = await self.on_writer(lambda connection: connection.execute(sql).fetchall())
            if not busy:
                return
        raise StoreUnavailable("somebody reads the file for too long: what was erased is still in its log")

    def _replace(self, old: sqlite3.Connection) -> sqlite3.Connection:
        old.close()
        return connect(self.path)


class Elsewhere(Exception):
    """The file that was opened is not the one in its place: what is written to it would be lost."""


def _which(path: Path) -> tuple[int, int] | None:
    """The file at *path*, whatever it is called; SQLite itself goes on writing to one that was removed."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class Transaction:
    """BEGIN IMMEDIATE … COMMIT: the lock is taken before the first look, and anything raised rolls back."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._connection.commit()
        finally:
            if self._connection.in_transaction:
                self._connection.rollback()


def connect(path: Path) -> sqlite3.Connection:
    """A connection that may be used from the writer's thread. Raises RuntimeError if it is not durable."""
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=PATIENCE, cached_statements=STATEMENTS
    )
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    settings = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    if settings != ["wal", FULL]:
        connection.close()
        raise RuntimeError("the log must be in WAL mode and synchronous=FULL")
    return connection
