import pytest

from tests.boards.log import open_desk


@pytest.fixture
async def desk(journal, settings):
    """The boards of a journal; each test runs on SQLite and on PostgreSQL."""
    desk = await open_desk(journal, settings)
    yield desk
    await desk.tables.close()
