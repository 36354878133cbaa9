"""The world in which the notifier is tested, on each database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.notifier.fake_case_api import FakeCaseApi
from tests.notifier.servers import Hooks, receiving_mail, serving
from tests.notifier.world import World


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """No URL for SQLite; a fresh PostgreSQL database otherwise."""
    dsn: str | None = None if request.param == "sqlite" else request.getfixturevalue("postgres_dsn")
    return dsn


@pytest.fixture
async def world(tmp_path: Path, database_url: str | None) -> AsyncIterator[World]:
    case_api, hooks = FakeCaseApi(), Hooks()
    async with (
        serving(case_api.app()) as case_api_url,
        serving(hooks.app()) as hooks_url,
        receiving_mail() as mailbox,
    ):
        world = World(case_api, case_api_url, mailbox, hooks, hooks_url, tmp_path, database_url)
        await world.start()
        yield world
        await world.stop()
