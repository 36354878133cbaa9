"""One small door to SQLite or PostgreSQL: plain SQL, one transaction at a time, off the event loop."""

import asyncio
import fcntl
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, Self, TextIO, TypeVar

import psycopg
from psycopg.rows import dict_row

from notifier.schema import STATEMENTS

T = TypeVar("T")
Cell = str | int | None
Row = dict[str, Cell]
NOT_OURS = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_IOERR")
"""How the codes of SQLite begin for a file, or its folder, that is not ours to write."""
ONE_AT_A_TIME = 7_236_001
"""PostgreSQL's advisory lock under which the tables are made."""


class DatabaseUnavailable(Exception):
    """The database did not do what was asked; nothing of the transaction is known to be stored.

    Args:
        code: the type of what the driver raised; its text may quote rows.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class OutboxUnusable(Exception):
    """The file of the outbox cannot be worked with; its text says why, in one line for the operator."""

    def __init__(self, path: Path, error: Exception) -> None:
        code = getattr(error, "sqlite_errorname", "")
        if isinstance(error, OSError) or code.startswith(NOT_OURS):
            super().__init__(
                f"{path} cannot be written: STAGEPOST_VAR must name a folder that the notifier may write in"
            )
        else:
            super().__init__(f"{path} is no outbox, or is damaged: put a copy of it back, or move it away")


class AlreadyRunning(Exception):
    """Another notifier holds this SQLite database."""


class Transaction(Protocol):
    """What can be asked inside a transaction; parameters stand as `?`."""

    def execute(self, sql: str, *cells: Cell) -> int:
        """Run *sql* and say how many rows it touched."""
        ...

    def rows(self, sql: str, *cells: Cell) -> list[Row]: ...


class Engine(Protocol):
    """A database behind the door."""

    alone: bool
    """Whether this process is the only one that can work on the outbox."""
    skip_locked: str
    """What makes two claimants step round each other's rows."""

    def transact(self, work: Callable[[Transaction], T]) -> T: ...

    def close(self) -> None: ...


class Database:
    """Runs each piece of work as one transaction on a thread of its own, strictly one after another."""

    def __init__(self, engine: Engine, thread: ThreadPoolExecutor) -> None:
        self._engine, self._thread = engine, thread
        self.alone, self.skip_locked = engine.alone, engine.skip_locked

    @classmethod
    async def open(cls, url: str | None, var: Path) -> Self:
        """Open the PostgreSQL database at *url*, or else the SQLite file under *var*, and make the tables.

        Raises AlreadyRunning, OutboxUnusable, DatabaseUnavailable.
        """
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="outbox")
        make = (lambda: Postgres(url)) if url else (lambda: Sqlite(var / "notifier" / "notifier.db"))
        try:
            engine: Engine = await asyncio.get_running_loop().run_in_executor(thread, make)
        except BaseException:
            thread.shutdown()
            raise
        return cls(engine, thread)

    async def run(self, work: Callable[[Transaction], T]) -> T:
        """Run *work* in a transaction: stored whole or not at all. Raises DatabaseUnavailable."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.transact, work)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.close)
        self._thread.shutdown()


class Sqlite:
    """A file of one process: write-ahead log, synced at each commit, freed pages overwritten."""

    alone = True
    skip_locked = ""

    def __init__(self, path: Path) -> None:
        self._lock = _locked(path)
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=5)
            self._connection.row_factory = sqlite3.Row
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
                self._connection.execute(f"PRAGMA {pragma}").close()
        except sqlite3.Error as error:
            self._lock.close()
            raise OutboxUnusable(path, error) from None
        self.transact(_make_tables)

    def transact(self, work: Callable[[Transaction], T]) -> T:
        try:
            self._connection.execute("BEGIN IMMEDIATE").close()
            with self._connection:
                return work(_SqliteTransaction(self._connection))
        except sqlite3.Error as error:
            raise DatabaseUnavailable(type(error).__name__) from None

    def close(self) -> None:
        self._connection.close()
        self._lock.close()


def _locked(path: Path) -> TextIO:
    """The lock beside the file, held until it is closed. Raises AlreadyRunning, OutboxUnusable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_suffix(".lock").open("w")
    except OSError as error:
        raise OutboxUnusable(path, error) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise AlreadyRunning(path.name) from None
    return lock


class _SqliteTransaction:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, *cells: Cell) -> int:
        return self._connection.execute(sql, cells).rowcount

    def rows(self, sql: str, *cells: Cell) -> list[Row]:
        return [dict(row) for row in self._connection.execute(sql, cells)]


class Postgres:
    """A server that several notifiers may share; connects anew after a failure."""

    alone = False
    skip_locked = "FOR UPDATE SKIP LOCKED"

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[Row] | None = None
        self.transact(_make_tables_under_lock)

    def transact(self, work: Callable[[Transaction], T]) -> T:
        try:
            connection = self._connected()
            with connection.transaction():
                return work(_PostgresTransaction(connection))
        except psycopg.Error as error:
            self.close()
            raise DatabaseUnavailable(type(error).__name__) from None

    def _connected(self) -> "psycopg.Connection[Row]":
        if self._connection is None:
            self._connection = psycopg.connect(self._url, autocommit=True, row_factory=dict_row, connect_timeout=5)
            for limit in ("statement_timeout = '5s'", "lock_timeout = '2s'"):
                self._connection.execute(f"SET {limit}".encode())
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _PostgresTransaction:
    def __init__(self, connection: "psycopg.Connection[Row]") -> None:
        self._connection = connection

    def execute(self, sql: str, *cells: Cell) -> int:
        return self._connection.execute(_numbered(sql), cells).rowcount

    def rows(self, sql: str, *cells: Cell) -> list[Row]:
        return self._connection.execute(_numbered(sql), cells).fetchall()


def _numbered(sql: str) -> bytes:
    return sql.replace("?", "%s").encode()


def _make_tables(work: Transaction) -> None:
    for statement in STATEMENTS:
        work.execute(statement)


def _make_tables_under_lock(work: Transaction) -> None:
    work.rows("SELECT pg_advisory_xact_lock(?)", ONE_AT_A_TIME)
    _make_tables(work)
