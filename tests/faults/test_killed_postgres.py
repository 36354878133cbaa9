"""PostgreSQL, with fsync on, is killed or restarted under load: it comes back with all that was acknowledged."""

import asyncio

import pytest

from tests import postgres
from tests.faults.results import seen
from tests.faults.sizes import size
from tests.faults.victims import acknowledged, crowd, victim

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]
KILLS, RESTARTS = size(40, 2), size(5, 1)


@pytest.fixture(scope="module")
def server():
    """A server of our own, that flushes what it commits."""
    with postgres.running(fsync=True) as server:
        yield server


async def test_what_was_acknowledged_outlives_the_database_server(server, nursery, tmp_path, chances):
    with postgres.database(server.dsn) as dsn:
        api = victim(nursery, dsn, tmp_path)
        await api.start()
        async with crowd(api, chances) as people:
            for goes in chances.sample([server.crash] * KILLS + [server.stop] * RESTARTS, KILLS + RESTARTS):
                await acknowledged(people.ledger, chances.randrange(1, 40))
                await asyncio.sleep(chances.uniform(0, 0.02))
                await asyncio.to_thread(goes)
                await asyncio.sleep(chances.choice((0, 0, 0.5)))  # away for a while, or back at once
                await asyncio.to_thread(server.start)
            await acknowledged(people.ledger, 20)
        found = await people.judged()
        await api.end()
    assert found == {}
    assert people.figures()["answered 500"] == 0, "a database that is away is a 503"
    seen("postgres-killed", kills=KILLS, restarts=RESTARTS, **people.figures())
