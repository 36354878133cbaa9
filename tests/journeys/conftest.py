"""Two processes of the case API on one store, for all tests of a file; once on each database."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import pytest

from tests import postgres
from tests.journeys.api import clients, serving
from tests.journeys.family import SERVICE
from tests.journeys.house import House, opened
from tests.journeys.town import Town


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request) -> Iterator[str]:
    with ExitStack() as stack:
        url = "sqlite"
        if request.param == "postgres":
            server = request.getfixturevalue("postgres_server")
            dsn = server.dsn if server else os.environ["STAGEPOST_TEST_DSN"]
            url = stack.enter_context(postgres.database(dsn))
        yield url


@pytest.fixture(scope="module")
async def town(nursery, database, tmp_path_factory) -> AsyncIterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    async with serving(nursery, database, folder, processes=2) as api, clients(api.base_urls) as (one, other):
        town = Town(api, one, other)
        await town.door("authority_admin").done("/v1/directory/services", SERVICE)
        yield town


@pytest.fixture(scope="module")
async def house(database, tmp_path_factory) -> AsyncIterator[House]:
    """The case API in this process, for what needs neither a second one nor a socket."""
    async with opened(database, tmp_path_factory.mktemp("house")) as house:
        await house.door("authority_admin").done("/v1/directory/services", SERVICE)
        yield house
