"""A reader that waits is woken by what is appended, by this process or another."""

import asyncio
from time import monotonic
from uuid import uuid4

import psycopg
import pytest

from case_api.store import postgres_notices
from case_api.store.archive import Archive, StoreSettings
from tests.conftest import AUTHORITIES
from tests.store.facts import opening

pytestmark = pytest.mark.anyio


async def waited(journal, position, seconds):
    started = monotonic()
    await journal.wait(position, seconds)
    return monotonic() - started


async def test_it_returns_at_once_when_something_is_there(journal):
    await journal.append(opening(uuid4()))
    assert await waited(journal, 0, 10) < 0.5


async def test_it_returns_when_the_time_is_over(journal):
    assert 0.15 < await waited(journal, 0, 0.2) < 1.0


async def test_an_append_wakes_all_who_wait(journal):
    waiting = [asyncio.create_task(waited(journal, 0, 10)) for _ in range(3)]
    await asyncio.sleep(0)
    await journal.append(opening(uuid4()))
    assert max(await asyncio.gather(*waiting)) < 0.9


async def test_an_append_of_another_process_wakes_too(settings, journal):
    others = Archive(settings)
    other = await others.open("moray")
    waiting = asyncio.create_task(waited(journal, 0, 10))
    await asyncio.sleep(0)
    await other.append(opening(uuid4()))
    longest = 2.0 if settings.url == "sqlite" else 0.9  # SQLite gives no notice: the poll finds it
    assert await waiting < longest
    await others.close()


@pytest.mark.postgres
async def test_others_are_told_of_many_appends_by_few_notices_and_of_the_last(postgres_dsn, tmp_path, monkeypatch):
    monkeypatch.setattr(postgres_notices, "APART", 0.5)
    archive = Archive(StoreSettings(postgres_dsn, tmp_path, AUTHORITIES))
    journal = await archive.open("moray")
    async with await psycopg.AsyncConnection.connect(postgres_dsn, autocommit=True) as connection:
        await connection.execute("LISTEN moray")
        started = monotonic()
        for _ in range(20):
            await journal.append(opening(uuid4()))
        took = monotonic() - started
        told = [notice async for notice in connection.notifies(timeout=1.0)]
    assert 2 <= len(told) <= 2 + took / 0.5
    await archive.close()
