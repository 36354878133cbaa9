"""A long answer of PostgreSQL comes in pieces: it is whole, and nobody else stands still for it."""

import asyncio

import pytest

from case_api.store.postgres_database import READERS, PostgresDatabase

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]

ROW = 9000
"""Characters: more than the server gathers before it sends."""
TRICKLING = f"SELECT repeat('x', {ROW}), pg_sleep(0.02)::text FROM generate_series(1, 30)"


@pytest.fixture
async def database(postgres_dsn):
    opened = PostgresDatabase(postgres_dsn)
    await opened.open()
    yield opened
    await opened.close()


async def test_an_answer_of_many_pieces_comes_whole_and_in_order(database):
    rows = await database.rows("SELECT n, repeat(n::text, ?) FROM generate_series(1, 400) AS n", (ROW // 3,))
    assert rows == [(number, str(number) * (ROW // 3)) for number in range(1, 401)]


async def test_others_go_on_while_an_answer_trickles_in(database):
    answer, turns = asyncio.create_task(database.rows(TRICKLING)), 0
    while (await asyncio.wait([answer], timeout=0.005))[1]:
        turns += 1
    assert [len(text) for text, _ in await answer] == [ROW] * 30
    assert turns > 15


async def test_who_leaves_in_the_middle_of_an_answer_leaves_a_connection_that_can_be_used(database):
    for _ in range(2 * READERS):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await database.rows(TRICKLING)
    assert await database.rows("SELECT 7") == [(7,)]
