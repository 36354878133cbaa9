"""The process in the background dies under load, its database goes away or hangs: it goes on, or ends in time."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from tests import postgres
from tests.faults.results import seen
from tests.faults.sizes import FULL, size
from tests.faults.test_crash_points import boards_are_true
from tests.journeys.api import clients
from tests.journeys.beside import beside, until
from tests.journeys.commands import stagepost
from tests.journeys.family import CONCERN, Door, Family, register

pytestmark = pytest.mark.anyio
KILLS = size(40, 3)
WITHIN = 20.0
"""Seconds in which it ends when it is asked to."""


@pytest.fixture
def server() -> Iterator[postgres.Server]:
    """A server of our own, that flushes what it commits."""
    with postgres.running(fsync=True) as server:
        yield server


async def test_killed_under_load_it_leaves_boards_and_seals_whole(request, nursery, url, tmp_path, chances):
    async with beside(nursery, url, tmp_path) as api, clients(api.base_urls) as (one,):
        school = Door(one, api.bearer("pupil_support"))
        async with posting(school, [await register(school) for _ in range(4)]) as posted:
            for _ in range(KILLS):
                await asyncio.sleep(chances.uniform(0.05, 0.4))
                api.working[0].kill()
                assert await asyncio.to_thread(api.working.pop().wait, WITHIN) == -signal.SIGKILL
                api.work()
        async with api.store() as store:
            await until(store.is_done)
        told = {f"STAGEPOST_{name}": value for name, value in {**api.told(), "BACKGROUND": "inside"}.items()}
        whole = await stagepost(told, "verify", "--log")
        assert await boards_are_true(api)
    assert (whole.exit_code, whole.stderr) == (0, "")
    assert set(posted) == {201}
    seen(f"background-killed-{request.node.callspec.id}", kills=KILLS, commands=len(posted), failed=0)


@pytest.mark.postgres
async def test_it_goes_on_when_the_database_server_comes_back(server, nursery, tmp_path):
    with postgres.database(server.dsn) as dsn:
        async with beside(nursery, dsn, tmp_path) as api, clients(api.base_urls) as (one,):
            school = Door(one, api.bearer("pupil_support"))
            family = await register(school)
            await until(api.is_at_work)
            await asyncio.to_thread(server.crash)
            await asyncio.to_thread(server.start)

            async def is_posted() -> bool:
                return (await school.post(f"{family.path}/concerns", CONCERN)).status_code == 201

            await until(is_posted)
            async with api.store() as store:
                await until(store.is_done)
            assert api.working[0].poll() is None


@pytest.mark.postgres
@pytest.mark.skipif(not FULL, reason="takes ten seconds in which nothing happens: make faults")
async def test_it_ends_in_time_though_the_database_server_hangs(server, nursery, tmp_path):
    with postgres.database(server.dsn) as dsn:
        async with beside(nursery, dsn, tmp_path) as api, clients(api.base_urls) as (one,):
            family = await register(school := Door(one, api.bearer("pupil_support")))
            await school.done(f"{family.path}/concerns", CONCERN)
            await until(api.is_at_work)
            with server.hanging():
                begun = time.monotonic()
                api.working[0].terminate()
                assert await asyncio.to_thread(api.working[0].wait, WITHIN) == 0
                took = time.monotonic() - begun
    seen("background-asked-to-stop", seconds=round(took, 2))


@asynccontextmanager
async def posting(school: Door, families: list[Family]) -> AsyncIterator[list[int]]:
    """A concern after the other about each of them for as long as the block lasts; what was answered."""
    answers, stop = list[int](), asyncio.Event()

    async def post(family: Family) -> None:
        while not stop.is_set():
            answers.append((await school.post(f"{family.path}/concerns", CONCERN)).status_code)

    async with asyncio.TaskGroup() as group:
        for family in families:
            group.create_task(post(family))
        yield answers
        stop.set()
