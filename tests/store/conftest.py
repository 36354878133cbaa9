"""Each test that asks for an archive runs on SQLite and on PostgreSQL, unchanged."""

import pytest

from case_api.domain.event import CATALOGUE
from case_api.store.archive import Archive, StoreSettings
from tests.store.facts import NoteTaken

AUTHORITIES = {"moray": b"m" * 32, "fife": b"f" * 32}


@pytest.fixture(autouse=True)
def _note_taken_is_known(monkeypatch):
    monkeypatch.setitem(CATALOGUE, "NoteTaken", NoteTaken)


@pytest.fixture(params=["sqlite"])
def settings(request, tmp_path):
    return StoreSettings("sqlite", tmp_path / "var", AUTHORITIES)


@pytest.fixture
async def archive(settings):
    archive = Archive(settings)
    yield archive
    await archive.close()


@pytest.fixture
async def journal(archive):
    return await archive.open("moray")
