"""Whatever was altered in the database is found and its place is named; what was not is left in peace (T8).

`make tamper` tries each way a hundred times, and looks at a whole store a thousand times.
"""

import os
import random
import shutil
from contextlib import asynccontextmanager

import pytest

from case_api.seals.keeper import open_keeper
from case_api.seals.scrub import Scrub, Whole
from case_api.seals.verifier import Altered
from case_api.store.archive import Archive, StoreSettings
from tests.conftest import AUTHORITIES
from tests.seals.conftest import SEED, written
from tests.seals.tampering import CLASSES

pytestmark = pytest.mark.anyio
TIMES = int(os.environ.get("STAGEPOST_TEST_TAMPERINGS", "2"))
CLEAN_RUNS = int(os.environ.get("STAGEPOST_TEST_CLEAN_RUNS", "20"))


@asynccontextmanager
async def kept(var):
    settings = StoreSettings("sqlite", var, AUTHORITIES)
    archive = Archive(settings)
    keeper = await open_keeper(settings, await archive.open("moray"), SEED)
    try:
        yield keeper
    finally:
        await keeper.close()
        await archive.close()


@pytest.fixture(scope="module")
async def store(tmp_path_factory):
    """A store with two older copies of itself, and the checkpoint that others hold; the copies to be altered."""
    var = tmp_path_factory.mktemp("store")
    outside = ""
    for number in range(3):
        async with kept(var) as keeper:
            await written(keeper.journal, streams=3, versions=3)
            outside = (await keeper.checkpoint()).note
        if number < 2:
            shutil.copytree(var / "moray", var / f"older-{number}")
    return var, outside


@pytest.mark.parametrize("time", range(TIMES))
@pytest.mark.parametrize("tamper", CLASSES, ids=lambda tamper: tamper.__name__)
async def test_what_was_altered_is_found(tamper, time, store, tmp_path):
    var, outside = store
    shutil.copytree(var, tmp_path / "var")
    named = tamper(tmp_path / "var" / "moray", random.Random(f"{tamper.__name__} {time}"))
    with pytest.raises(Altered) as altered:
        async with kept(tmp_path / "var") as keeper:
            await Scrub(keeper, [outside]).run()
    assert named in str(altered.value)


async def test_what_was_not_altered_is_left_in_peace(store):
    var, outside = store
    async with kept(var) as keeper:
        assert {await Scrub(keeper, [outside]).run() for _ in range(CLEAN_RUNS)} == {Whole(27, 27)}


async def test_facts_that_are_not_sealed_yet_are_no_alarm(store, tmp_path):
    var, outside = store
    shutil.copytree(var, tmp_path / "var")
    async with kept(tmp_path / "var") as keeper:
        await written(keeper.journal, streams=1, versions=2)
        assert await Scrub(keeper, [outside]).run() == Whole(29, 27)


async def test_what_was_erased_is_no_alarm(journal, keeper):
    streams = await written(journal)
    await keeper.checkpoint()
    await journal.eraser.destroy([streams[0]])
    assert await Scrub(keeper).run() == Whole(6, 6)


async def test_a_log_on_either_database_is_looked_through(journal, keeper):
    await written(journal, streams=4, versions=3)
    signed = await keeper.checkpoint()
    seen: list[int] = []
    assert await Scrub(keeper, [signed.note], seen.append).run() == Whole(12, 12)
    assert seen == [12]
