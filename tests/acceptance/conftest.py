"""A store for each of the two services, on either database."""

import os
from collections.abc import Iterator

import pytest

from tests.acceptance.stores import Stores, two_databases


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def stores(request) -> Iterator[Stores]:
    """Empty, and gone afterwards."""
    if request.param == "sqlite":
        yield Stores()
        return
    server = request.getfixturevalue("postgres_server")
    with two_databases(server.dsn if server else os.environ["STAGEPOST_TEST_DSN"]) as stores:
        yield stores
