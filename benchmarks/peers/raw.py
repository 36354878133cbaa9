"""PostgreSQL and SQLite as they are: rows of the same payload, no key, no check, no idempotency."""

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Final
from uuid import UUID

import psycopg

from benchmarks import facts
from benchmarks.processor import watching
from benchmarks.samples import Sample
from case_api.store import body

Row = tuple[UUID, int, str, bytes]
Connection = psycopg.AsyncConnection[tuple[object, ...]]

TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS raw_events (originator_id uuid, originator_version bigint, topic text, state bytea,"
    " notification_id bigserial UNIQUE, PRIMARY KEY (originator_id, originator_version))"
)
FILE_TABLE: Final = (
    "CREATE TABLE raw_events (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB,"
    " PRIMARY KEY (originator_id, originator_version))"
)
INSERT: Final = (
    "INSERT INTO raw_events (originator_id, originator_version, topic, state) VALUES (%b::uuid,%b::bigint,%b,%b)"
)
MANY: Final = (
    "INSERT INTO raw_events (originator_id, originator_version, topic, state)"
    " SELECT * FROM unnest(%b::uuid[],%b::bigint[],%b::text[],%b::bytea[])"
)
COPY: Final = "COPY raw_events (originator_id, originator_version, topic, state) FROM STDIN (FORMAT binary)"


class Raw:
    """Connections to PostgreSQL that insert as plainly as one can."""

    def __init__(self, connections: Sequence[Connection], cases: Sequence[UUID]) -> None:
        self._connections = connections
        self._row = rows(cases)

    async def each_committed(self, seconds: float, **pids: int) -> Sample:
        """One event in each commit, on all connections at once."""

        async def insert(connection: Connection) -> int:
            await connection.execute(INSERT, self._row(), binary=True)
            return 1

        return await self._kept_busy(insert, self._connections, seconds, pids)

    async def groups(self, seconds: float, size: int = 64, **pids: int) -> Sample:
        """So many events in each commit, on one connection."""

        async def insert(connection: Connection) -> int:
            columns = zip(*(self._row() for _ in range(size)), strict=True)
            await connection.execute(MANY, [list(column) for column in columns], binary=True)
            return size

        return await self._kept_busy(insert, self._connections[:1], seconds, pids)

    async def copied(self, seconds: float, size: int = 5_000, **pids: int) -> Sample:
        """COPY of so many events in each commit."""

        async def copy(connection: Connection) -> int:
            async with connection.cursor() as cursor, cursor.copy(COPY) as stream:
                stream.set_types(["uuid", "int8", "text", "bytea"])
                for _ in range(size):
                    await stream.write_row(self._row())
            return size

        return await self._kept_busy(copy, self._connections[:1], seconds, pids)

    async def one_by_one(self, commits: int) -> Sample:
        """One connection, one event in each commit."""
        latencies = []
        began = perf_counter()
        for _ in range(commits):
            start = perf_counter()
            await self._connections[0].execute(INSERT, self._row(), binary=True)
            latencies.append(perf_counter() - start)
        return Sample(commits, perf_counter() - began, latencies)

    async def _kept_busy(
        self,
        work: Callable[[Connection], Awaitable[int]],
        connections: Iterable[Connection],
        seconds: float,
        pids: dict[str, int],
    ) -> Sample:
        latencies: list[float] = []
        done = 0

        async def keep(connection: Connection) -> None:
            nonlocal done
            while (start := perf_counter()) < deadline:
                stored = await work(connection)
                done += stored  # in one step: others count, too
                latencies.append(perf_counter() - start)

        with watching(**pids) as spent:
            began = perf_counter()
            deadline = began + seconds
            await asyncio.gather(*(keep(one) for one in connections))
            took = perf_counter() - began
        return Sample(done, took, latencies, cpu=spent.seconds)


class RawSqlite:
    """One connection to a file that flushes every commit."""

    def __init__(self, path: Path, cases: Sequence[UUID]) -> None:
        self._row = rows(cases)
        self._connection = sqlite3.connect(path, isolation_level=None)
        for statement in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            FILE_TABLE,
        ):
            self._connection.execute(statement)

    async def each_committed(self, seconds: float, **pids: int) -> Sample:
        """One event in each commit, as fast as one thread can."""
        latencies: list[float] = []
        with watching(**pids) as spent:
            began = perf_counter()
            while (start := perf_counter()) < began + seconds:
                stream, version, topic, state = self._row()
                self._connection.execute("INSERT INTO raw_events VALUES (?,?,?,?)", (stream.hex, version, topic, state))
                latencies.append(perf_counter() - start)
            took = perf_counter() - began
        return Sample(len(latencies), took, latencies, cpu=spent.seconds)

    def close(self) -> None:
        self._connection.close()


def rows(cases: Sequence[UUID]) -> Callable[[], Row]:
    """Makes rows of the payload for cases chosen at random, each encoded when it is asked for."""
    versions = count(1)

    def row() -> Row:
        fact = facts.concern()
        return random.choice(cases), next(versions), fact.topic, body.write(facts.envelope(), fact)  # noqa: S311

    return row


async def connected(dsn: str, number: int) -> list[Connection]:
    """So many connections, with the table made."""
    made = [await psycopg.AsyncConnection.connect(dsn, autocommit=True, prepare_threshold=0) for _ in range(number)]
    await made[0].execute(TABLE)
    return made
