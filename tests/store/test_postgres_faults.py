"""PostgreSQL goes away, breaks or is held up, and no command is stored twice, lost, or falsely refused."""

import asyncio
from uuid import uuid4

import psycopg
import pytest

from case_api.store import committer, postgres_schema
from case_api.store.archive import Archive, StoreSettings
from case_api.store.journal import CommitUnknown, StoreUnavailable, VersionConflict
from tests import postgres
from tests.conftest import AUTHORITIES
from tests.store.facts import following, keyed, opening
from tests.store.unreliable import way_to

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('moray.stored_events', 0))"
WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'SELECT append%'"


@pytest.fixture
async def way(postgres_dsn, tmp_path):
    """An unreliable way to the database, and a journal that takes it."""
    async with way_to(postgres_dsn) as (way, dsn):
        archive = Archive(StoreSettings(dsn, tmp_path, AUTHORITIES))
        yield way, await archive.open("moray")
        await archive.close()


async def write_until_stored(journal, stream, versions):
    for version in versions:
        await journal.append(following(stream, version))


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("what", ["replies_to_lose", "requests_to_lose"])
async def test_a_connection_that_breaks_at_the_commit_makes_no_conflict(way, what, times):
    unreliable, journal = way
    stream = uuid4()
    await journal.append(opening(stream))
    setattr(unreliable, what, times)
    await journal.append(following(stream, 2, keyed=keyed()))
    assert getattr(unreliable, what) == 0
    assert [recorded.version for recorded in await journal.read(stream)] == [1, 2]
    assert await journal.kept("mis", "k-1") is not None


async def test_many_commands_survive_many_broken_connections(way):
    unreliable, journal = way
    streams = [uuid4() for _ in range(16)]
    await asyncio.gather(*(journal.append(opening(stream)) for stream in streams))

    async def break_it():
        for _ in range(10):
            unreliable.replies_to_lose = 1
            await asyncio.sleep(0.05)

    versions = range(2, 42)
    await asyncio.gather(break_it(), *(write_until_stored(journal, stream, versions) for stream in streams))
    for stream in streams:
        assert [recorded.version for recorded in await journal.read(stream)] == list(range(1, 42))
    positions = [header.position for header in await journal.headers_since(0, 1000)]
    assert positions == list(range(1, 16 * 41 + 1))


async def test_a_database_that_stays_away_leaves_the_outcome_unknown(way, monkeypatch):
    unreliable, journal = way
    stream = uuid4()
    await journal.append(opening(stream))
    monkeypatch.setattr(committer, "PAUSES", (0.0, 0.05))
    unreliable.closed = True
    unreliable.replies_to_lose = 1
    with pytest.raises(CommitUnknown):
        await journal.append(following(stream, 2))
    with pytest.raises(StoreUnavailable):
        await journal.append(following(stream, 3))
    unreliable.closed = False
    await journal.append(following(stream, 3))
    assert await journal.head(stream) == 3


async def test_a_backend_that_is_terminated_makes_no_conflict(postgres_dsn, way):
    _, journal = way
    stream = uuid4()
    await journal.append(opening(stream))
    async with await psycopg.AsyncConnection.connect(postgres_dsn) as holder:
        await holder.execute(LOCK)
        appending = asyncio.create_task(journal.append(following(stream, 2)))
        await terminate_the_waiting(postgres_dsn)
        await holder.rollback()
        await appending
    assert [recorded.version for recorded in await journal.read(stream)] == [1, 2]


async def terminate_the_waiting(dsn):
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as other, asyncio.timeout(5):
        while not (rows := await (await other.execute(WAITING)).fetchall()):  # noqa: ASYNC110 (a database's state)
            await asyncio.sleep(0.01)
        await other.execute("SELECT pg_terminate_backend(%s)", rows[0])


async def test_who_waits_too_long_for_the_lock_is_told_to_come_again(postgres_dsn, tmp_path, monkeypatch):
    monkeypatch.setitem(postgres_schema.LIMITS, "lock_timeout", "100ms")
    archive = Archive(StoreSettings(postgres_dsn, tmp_path, AUTHORITIES))
    journal = await archive.open("moray")
    stream = uuid4()
    await journal.append(opening(stream))
    async with await psycopg.AsyncConnection.connect(postgres_dsn) as holder:
        await holder.execute(LOCK)
        with pytest.raises(StoreUnavailable):
            await journal.append(following(stream, 2))
        assert await journal.head(stream) == 1
    await journal.append(following(stream, 2))
    await archive.close()


async def test_a_server_that_restarts_is_found_again(tmp_path):
    with postgres.running() as server:
        archive = Archive(StoreSettings(server.dsn, tmp_path, AUTHORITIES))
        journal = await archive.open("moray")
        stream = uuid4()
        await journal.append(opening(stream))
        await asyncio.gather(*(journal.head(stream) for _ in range(20)))
        await asyncio.to_thread(server.crash)
        back = asyncio.create_task(asyncio.to_thread(server.start))
        answers = await asyncio.gather(journal.append(following(stream, 2)), *(journal.head(stream) for _ in range(20)))
        await back
        assert answers[0] is None
        assert [recorded.version for recorded in await journal.read(stream)] == [1, 2]
        with pytest.raises(VersionConflict):
            await journal.append(following(stream, 2))
        await archive.close()


async def test_text_that_postgres_cannot_hold_fails_alone(postgres_dsn, tmp_path):
    archive = Archive(StoreSettings(postgres_dsn, tmp_path, AUTHORITIES))
    journal = await archive.open("moray")
    items = [opening(uuid4(), keyed=keyed(key)) for key in ("a", "b\0", "c", "\ud800")]
    answers = await asyncio.gather(*(journal.append(item) for item in items), return_exceptions=True)
    assert [answer is None for answer in answers] == [True, False, True, False]
    assert await journal.last_position() == 2
    await archive.close()
