"""kill -9 of the case API under load: what was acknowledged is there, once, whatever the client had to send again."""

import asyncio

import pytest

from tests.faults.results import seen
from tests.faults.sizes import size
from tests.faults.victims import acknowledged, crowd

pytestmark = pytest.mark.anyio
KILLS = size(40, 2)


async def test_killed_at_any_moment_it_loses_and_doubles_nothing(request, api, chances):
    await api.start()
    async with crowd(api, chances) as people:
        for _ in range(KILLS):
            await acknowledged(people.ledger, chances.randrange(1, 40))
            await asyncio.sleep(chances.uniform(0, 0.02))  # anywhere between two answers
            await api.kill(api.pids[0])
            await api.start()
        await acknowledged(people.ledger, 20)
    assert await people.judged() == {}
    assert people.ledger.repeated, "no command was in flight when it was killed: nothing was tested"
    seen(f"api-killed-{request.node.callspec.id}", kills=KILLS, **people.figures())
