"""One process at a time has the clerk's duty, and another takes it when that one is gone (D15)."""

import asyncio

import psycopg
import pytest

from case_api.store.archive import Archive, StoreSettings
from tests.conftest import AUTHORITIES

pytestmark = pytest.mark.anyio


@pytest.fixture
async def others(settings):
    """What another process would open."""
    archive = Archive(settings)
    yield archive
    await archive.close()


async def test_the_duty_is_had_by_one_until_it_is_laid_down(journal, others):
    other = await others.open("moray")
    assert [await journal.duty.taken(), await journal.duty.taken()] == [True, True]
    assert [await other.duty.taken(), await other.duty.taken()] == [False, False]
    await journal.duty.close()
    assert await other.duty.taken()
    assert not await journal.duty.taken()


async def test_who_asks_twice_at_once_has_it_once(journal, others):
    assert await asyncio.gather(*(journal.duty.taken() for _ in range(4))) == [True] * 4
    other = await others.open(journal.authority)
    assert [await journal.duty.taken(), await other.duty.taken(), await other.duty.is_free()] == [True, False, False]


async def test_who_lays_it_down_while_it_is_asked_for_has_it_in_truth_or_not_at_all(journal, others):
    other = await others.open(journal.authority)
    for pause in range(40):
        asking = asyncio.create_task(journal.duty.taken())
        await asyncio.sleep(pause / 4000)
        await journal.duty.close()
        await asking
        another_has_it = await other.duty.taken()
        assert await journal.duty.taken() is not another_has_it
        await journal.duty.close()
        await other.duty.close()


async def test_each_authority_has_a_duty_of_its_own(archive, others):
    assert await (await archive.open("moray")).duty.taken()
    assert await (await others.open("fife")).duty.taken()


async def test_a_journal_that_is_closed_lays_it_down(archive, others):
    await (await archive.open("moray")).duty.taken()
    await archive.close()
    assert await (await others.open("moray")).duty.taken()


@pytest.mark.postgres
async def test_who_lost_the_connection_has_no_duty_until_it_takes_it_again(postgres_dsn, tmp_path):
    archives = [Archive(StoreSettings(postgres_dsn, tmp_path, AUTHORITIES)) for _ in range(2)]
    first, second = [(await one.open("moray")).duty for one in archives]
    assert await first.taken()
    theirs = "application_name LIKE 'stagepost clerk %'"
    with psycopg.connect(postgres_dsn, autocommit=True) as server:
        server.execute(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {theirs}")
    assert await second.taken()
    assert [await first.taken(), await first.taken()] == [False, False]
    for one in archives:
        await one.close()
