"""The connection to PostgreSQL breaks at the commit, before it or after: no false conflict, and nothing twice."""

import pytest

from tests.faults.results import seen
from tests.faults.sizes import size
from tests.faults.victims import acknowledged, crowd, victim
from tests.store.unreliable import way_to

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]
TIMES = size(100, 5)


async def test_a_commit_whose_answer_was_lost_is_neither_lost_nor_doubled(nursery, postgres_dsn, tmp_path, chances):
    async with way_to(postgres_dsn) as (way, dsn):
        api = victim(nursery, dsn, tmp_path)
        await api.start()
        async with crowd(api, chances) as people:
            for _ in range(TIMES):
                if chances.random() < 0.5:
                    way.replies_to_lose += 1
                else:
                    way.requests_to_lose += 1
                await acknowledged(people.ledger, chances.randrange(1, 20))
        found, figures = await people.judged(), people.figures()
        broken = TIMES - way.replies_to_lose - way.requests_to_lose
        await api.end()
    assert found == {}
    assert broken > TIMES / 2
    seen("connection-broken", times=broken, **figures)
