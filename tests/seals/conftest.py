"""The seals of one authority over a log on either database, with facts of the store's own type."""

from uuid import uuid4

import pytest

from case_api.domain.catalogue import CATALOGUE
from case_api.seals.keeper import open_keeper
from tests.store.facts import NoteTaken, following, opening

SEED = b"s" * 32


@pytest.fixture(autouse=True)
def _note_taken_is_known(monkeypatch):
    monkeypatch.setitem(CATALOGUE, "NoteTaken", NoteTaken)


@pytest.fixture
async def keeper(settings, journal):
    keeper = await open_keeper(settings, journal, SEED)
    yield keeper
    await keeper.close()


async def written(journal, *, streams=2, versions=3):
    """Some streams of facts, in turns; their ids."""
    ids = [uuid4() for _ in range(streams)]
    for stream in ids:
        await journal.append(opening(stream))
    for version in range(2, versions + 1):
        for stream in ids:
            await journal.append(following(stream, version))
    return ids
