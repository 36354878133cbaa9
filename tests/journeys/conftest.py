"""Two processes of the case API on one store, for all tests of a file; once on each database."""

import os
from collections.abc import AsyncIterator
from contextlib import ExitStack

import pytest

from tests import postgres
from tests.journeys.api import clients, serving
from tests.journeys.family import SERVICE
from tests.journeys.town import Town


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def town(request, tmp_path_factory) -> AsyncIterator[Town]:
    with ExitStack() as stack:
        url = "sqlite"
        if request.param == "postgres":
            server = request.getfixturevalue("postgres_server")
            dsn = server.dsn if server else os.environ["STAGEPOST_TEST_DSN"]
            url = stack.enter_context(postgres.database(dsn))
        folder = tmp_path_factory.mktemp(request.param)
        async with serving(url, folder, processes=2) as api, clients(api.base_urls) as (one, other):
            town = Town(api, one, other)
            await town.door("authority_admin").done("/v1/directory/services", SERVICE)
            yield town
