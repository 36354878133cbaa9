"""A log that has just grown is read by its indexes, though the server knows nothing of it yet."""

from uuid import uuid4

import pytest

from case_api.store.postgres_database import PostgresDatabase
from case_api.store.postgres_schema import connection_info
from tests.store.facts import opening

pytestmark = pytest.mark.anyio
BEYOND = (
    "EXPLAIN SELECT state FROM {} CROSS JOIN stored_events WHERE originator_id=asked.id"
    " AND originator_version>asked.after ORDER BY originator_id, originator_version"
)


async def test_some_streams_are_not_looked_for_in_all_of_the_log(settings, journal):
    if settings.url == "sqlite":
        pytest.skip("SQLite has one plan for it")
    for _ in range(20):
        await journal.append(opening(uuid4(), versions=5))
    database = PostgresDatabase(connection_info(settings.url, "moray"))
    await database.open()
    table, asked = database.asked([uuid4() for _ in range(200)], [0] * 200)
    plan = "\n".join(line for (line,) in await database.rows(BEYOND.format(table), asked))
    await database.close()
    assert "Index" in plan
    assert "Seq Scan" not in plan
    assert "Hash" not in plan
