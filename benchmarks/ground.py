"""What the measurements stand on: a durable PostgreSQL, fresh databases and folders, logs with cases in them."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final
from uuid import UUID, uuid4

import psycopg

from benchmarks import facts
from case_api.store.archive import Archive, StoreSettings
from case_api.store.journal import Append, Journal
from tests import postgres

AUTHORITY = "moray"
KEY = sha256(b"the key of a benchmark").digest()
FILES = 64
"""Of 16 MB each, of a server's write-ahead log, that are there before anything is measured."""
AT_ONCE = 512
"""Appends under way while a log is filled."""
FLUSHES = 50
PAGE = bytes(4096)
"""What is written before each of them."""


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL server that flushes every commit."""

    dsn: str
    pid: int | None
    """Of the server, where we started it: its processor time can be read."""

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """A database of its own; gone after the block."""
        with postgres.database(self.dsn) as dsn:
            yield dsn

    @property
    def version(self) -> str:
        """Of PostgreSQL."""
        with psycopg.connect(self.dsn) as connection:
            [(version,)] = connection.execute("SHOW server_version").fetchall()
        return str(version)

    @property
    def pids(self) -> dict[str, int]:
        """Whose processor time is told: this process's, and the server's where it is ours."""
        return {"client": os.getpid(), **({"database": self.pid} if self.pid else {})}


NOWHERE: Final = Database("", None)
"""For what needs no PostgreSQL."""


def beneath() -> Path | None:
    """The folder below which everything is written; none where the system's temporary folder is meant."""
    named = os.environ.get("STAGEPOST_BENCH_VAR")
    return Path(named).absolute() if named else None


def flush_ms() -> float:
    """Milliseconds of one flush of 4 kB to the disk that is measured on: the median of 50."""
    took = []
    with tempfile.TemporaryFile(dir=beneath()) as file:
        for _ in range(FLUSHES):
            file.write(PAGE)
            began = perf_counter()
            file.flush()
            os.fsync(file.fileno())
            took.append(1e3 * (perf_counter() - began))
    return round(median(took), 3)


@contextmanager
def durable() -> Iterator[Database]:
    """The server that STAGEPOST_BENCH_DSN names, or one of our own. Raises RuntimeError if it does not flush."""
    named = os.environ.get("STAGEPOST_BENCH_DSN")
    if named:
        yield _flushing(Database(named, None))
        return
    with postgres.running(fsync=True, below=beneath()) as server:
        _wear_in(server.dsn)
        yield _flushing(Database(server.dsn, server.pid))


def _wear_in(dsn: str) -> None:
    """Leave a new server as one that has run for a while: with files of its log that are used again and again.

    To make one of these holds up every commit for some 60 ms, and whoever writes most most often.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET min_wal_size = '1GB'")
        connection.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
        connection.execute("SELECT pg_reload_conf()")
        for _ in range(FILES):
            connection.execute("SELECT pg_logical_emit_message(false, 'filler', '')")
            connection.execute("SELECT pg_switch_wal()")
        connection.execute("CHECKPOINT")


async def at_rest(dsn: str) -> None:
    """Have the server do now what it does for a database that grew: else it does so while somebody measures."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute("VACUUM (ANALYZE)")
        with suppress(psycopg.errors.InsufficientPrivilege):  # on a server of somebody else
            await connection.execute("CHECKPOINT")


def _flushing(database: Database) -> Database:
    with psycopg.connect(database.dsn) as connection:
        names = ("fsync", "synchronous_commit", "full_page_writes")
        values = [connection.execute(f"SHOW {name}".encode()).fetchone() for name in names]
    if values != [("on",)] * len(names):
        raise RuntimeError("the server does not flush its commits: figures would not be comparable")
    return database


@contextmanager
def folder() -> Iterator[Path]:
    """A folder on the disk, for what SQLite and the services write."""
    with tempfile.TemporaryDirectory(prefix="stagepost-bench-", dir=beneath()) as path:
        yield Path(path)


def store(url: str, var: Path) -> StoreSettings:
    """Where one authority's log is kept."""
    return StoreSettings(url, var, {AUTHORITY: KEY})


@asynccontextmanager
async def opened(url: str, var: Path) -> AsyncIterator[Journal]:
    """The authority's log."""
    archive = Archive(store(url, var))
    try:
        yield await archive.open(AUTHORITY)
    finally:
        await archive.close()


async def filled(
    journal: Journal, cases: int, *, each: int = 1, first: int = 0, same: Sequence[UUID] = ()
) -> list[UUID]:
    """Put cases of *each* facts on record, each case one append; their ids, which may be the *same* as elsewhere."""
    ids = list(same) or [uuid4() for _ in range(cases)]
    room = asyncio.Semaphore(AT_ONCE)

    async def begin(number: int, case_id: UUID) -> None:
        async with room:
            told = tuple(facts.story(case_id, first + number, each))
            await journal.append(Append(told, new_keys=(case_id, told[0].fact.person_id)))  # type: ignore[attr-defined]

    for start in range(0, cases, 8 * AT_ONCE):
        part = enumerate(ids[start : start + 8 * AT_ONCE], start)
        await asyncio.gather(*(begin(number, case_id) for number, case_id in part))
    return ids


def shares(ids: Sequence[UUID], writers: int) -> list[list[UUID]]:
    """The cases dealt out to writers, so that no two of them wait for each other."""
    return [list(ids[number::writers]) for number in range(writers)]
