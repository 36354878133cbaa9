"""A log that has just grown is read by its indexes, though the server knows nothing of it yet."""

import asyncio
from uuid import uuid4

import psycopg
import pytest

from case_api.store.postgres_database import PostgresDatabase
from case_api.store.postgres_schema import connection_info
from tests.store.facts import keyed, opening

pytestmark = pytest.mark.anyio
COUNTED = """SELECT relname, idx_scan, seq_tup_read + (SELECT sum(idx_tup_read)::bigint
  FROM pg_stat_all_indexes AS i WHERE i.relid=t.relid) FROM pg_stat_all_tables AS t WHERE relname = ANY(%s)"""
"""Of each table how many looks there were by an index, and how many rows or entries of an index were read in all."""
BEYOND = (
    "EXPLAIN SELECT state FROM {} CROSS JOIN stored_events WHERE originator_id=asked.id"
    " AND originator_version>asked.after ORDER BY originator_id, originator_version"
)

HEADS = (
    "EXPLAIN SELECT asked.id, coalesce((SELECT max(originator_version) FROM stored_events"
    " WHERE originator_id=asked.id), 0) FROM {}"
)


@pytest.mark.parametrize("asking", [BEYOND, HEADS], ids=["what lies beyond", "heads"])
async def test_some_streams_are_not_looked_for_in_all_of_the_log(settings, journal, asking):
    if settings.url == "sqlite":
        pytest.skip("SQLite has one plan for it")
    for _ in range(20):
        await journal.append(opening(uuid4(), versions=5))
    database = PostgresDatabase(connection_info(settings.url, "moray"))
    await database.open()
    table, asked = database.asked([uuid4() for _ in range(200)], [0] * 200)
    plan = "\n".join(line for (line,) in await database.rows(asking.format(table), asked))
    await database.close()
    assert "Index" in plan
    assert "Seq Scan" not in plan
    assert "Hash" not in plan


async def test_an_append_looks_up_no_more_as_tables_grow_that_were_small_when_the_server_looked_at_them(
    settings, archive
):
    if settings.url == "sqlite":
        pytest.skip("SQLite has one plan for it")
    journal = await archive.open("moray")
    async with await psycopg.AsyncConnection.connect(settings.url, autocommit=True) as connection:
        await connection.execute("VACUUM (ANALYZE)")
        for batch in range(30):
            some = [(batch, number) for number in range(20)]
            await asyncio.gather(*(_kept(journal, f"k-{one}") for one in some))
        await archive.close()  # then the server has counted all of it
        looked_up = ["idempotency", "identifiers", "data_keys", "stored_events"]
        for _, looks, read in await (await connection.execute(COUNTED, (looked_up,))).fetchall():
            assert looks >= 600  # one for each command
            assert read < 3_000  # all of a table for each batch would be 9,000 and more


async def _kept(journal, key):
    stream = uuid4()
    await journal.append(opening(stream, keyed=keyed(key), identifiers={key.encode(): stream}))
