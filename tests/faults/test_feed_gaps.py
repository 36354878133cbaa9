"""Who follows the log while many write and some roll back misses nothing; who follows a plain sequence does (D18)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from case_api.store.archive import Archive, StoreSettings
from case_api.store.entry import Entry
from case_api.store.postgres_line import APPEND, arguments
from case_api.store.postgres_schema import connection_info
from tests.conftest import AUTHORITIES
from tests.faults.results import seen
from tests.faults.sizes import size

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]
EVENTS = size(100_000, 4_000)
OF_THE_CONTROL = size(10_000, 2_000)
IN_ONE = 16
ROLLED_BACK = 0.05
PAGE = 500
Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Name = tuple[UUID, int]


@dataclass
class Writer:
    """Writes the versions of a stream of its own, some in a transaction that comes to nothing."""

    connection: Connection
    chances: Random
    stream: UUID = field(default_factory=uuid4)
    version: int = 0
    stored: list[Name] = field(default_factory=list)

    async def write(self, insert: Callable[["Writer", Sequence[Name]], Awaitable[None]], events: int) -> None:
        while len(self.stored) < events:
            names = [(self.stream, self.version + n) for n in range(1, IN_ONE + 1)]
            await insert(self, names)
            await asyncio.sleep(self.chances.choice((0, 0, 0, 0.001, 0.003)))  # somebody else may commit first
            if self.chances.random() < ROLLED_BACK:
                await self.connection.rollback()
            else:
                await self.connection.commit()
                self.version += IN_ONE
                self.stored += names


async def append(writer: Writer, names: Sequence[Name]) -> None:
    """By the function that every command goes through."""
    events = tuple(StoredEvent(stream, version, "NoteTaken.v1", b"sealed") for stream, version in names)
    batch = [Entry(events, tuple(uuid4() for _ in names), keyed=None, identifiers={})]
    cursor = await writer.connection.execute(APPEND, arguments(batch), binary=True)
    assert await cursor.fetchone() == ([0],)


async def insert_plainly(writer: Writer, names: Sequence[Name]) -> None:
    """As one would without a lock."""
    await writer.connection.cursor().executemany("INSERT INTO plain (stream, version) VALUES (%s, %s)", names)


@asynccontextmanager
async def writers(conninfo: str, number: int, chances: Random) -> AsyncIterator[list[Writer]]:
    async with AsyncExitStack() as stack:
        people = []
        for _ in range(number):
            connection = await stack.enter_async_context(await psycopg.AsyncConnection.connect(conninfo))
            await connection.execute("SET lock_timeout = 0")  # however slow the machine, each of them gets its turn
            await connection.execute("SET idle_in_transaction_session_timeout = 0")
            await connection.commit()
            people.append(Writer(connection, Random(chances.random())))
        yield people


async def followed(
    page: Callable[[int], Awaitable[list[tuple[int, Name]]]], writing: Awaitable[object]
) -> list[tuple[int, Name]]:
    """All that a reader sees who asks for what comes after the last position it has seen."""
    found: list[tuple[int, Name]] = []
    over = asyncio.ensure_future(writing)
    while True:
        done = over.done()
        new = await page(found[-1][0] if found else 0)
        found += new
        if done and not new:
            break
        await asyncio.sleep(0 if new else 0.001)
    await over
    return found


def inverted(names: Sequence[Name]) -> list[Name]:
    """Versions that were seen after a later one of their stream."""
    last: dict[UUID, int] = {}
    found = []
    for stream, version in names:
        if version < last.get(stream, 0):
            found.append((stream, version))
        last[stream] = version
    return found


@pytest.mark.parametrize("number", [8, 32])
async def test_nothing_is_missed_and_nothing_comes_out_of_order(postgres_dsn, tmp_path, chances, number):
    archive = Archive(StoreSettings(postgres_dsn, tmp_path, AUTHORITIES))
    journal = await archive.open("moray")

    async def page(position: int) -> list[tuple[int, Name]]:
        headers = await journal.headers_since(position, PAGE)
        return [(header.position, (header.stream, header.version)) for header in headers]

    async with writers(connection_info(postgres_dsn, "moray"), number, chances) as people:
        share = EVENTS // 2 // number
        found = await followed(page, asyncio.gather(*(writer.write(append, share) for writer in people)))
    await archive.close()
    stored = [name for writer in people for name in writer.stored]
    names = [name for _, name in found]
    assert sorted(names) == sorted(stored)
    assert inverted(names) == []
    assert [position for position, _ in found] == list(range(1, len(stored) + 1))
    seen(f"feed-gaps-{number}", events=len(stored), missed=0, inverted=0)


async def test_the_control_that_follows_a_plain_sequence_misses_some(postgres_dsn, chances):
    async with await psycopg.AsyncConnection.connect(postgres_dsn, autocommit=True) as reader:
        await reader.execute("CREATE TABLE plain (id bigserial PRIMARY KEY, stream uuid, version bigint)")

        async def page(position: int) -> list[tuple[int, Name]]:
            sql = "SELECT id, stream, version FROM plain WHERE id > %s ORDER BY id LIMIT %s"
            rows = await (await reader.execute(sql, (position, PAGE))).fetchall()
            return [(number, (stream, version)) for number, stream, version in rows]

        async with writers(postgres_dsn, 8, chances) as people:
            share = OF_THE_CONTROL // 8
            found = await followed(page, asyncio.gather(*(writer.write(insert_plainly, share) for writer in people)))
    stored = [name for writer in people for name in writer.stored]
    missed = len(stored) - len({name for _, name in found})
    assert missed > 0, "the test could not have seen a gap"
    seen("feed-gaps-control", events=len(stored), missed=missed)
