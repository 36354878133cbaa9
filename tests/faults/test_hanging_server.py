"""A database that takes connections and answers nothing: who reads is told so in seconds, and nobody waits for ever."""

import asyncio
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from case_api.store.append import StoreUnavailable
from case_api.store.archive import Archive, StoreSettings
from tests import postgres
from tests.conftest import AUTHORITIES
from tests.store.facts import opening

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]
WITHIN = 9.0
"""Seconds: the limit of a look, and of a connection of the pool before it."""


@pytest.fixture
def server() -> Iterator[postgres.Server]:
    with postgres.running() as server:
        yield server


async def test_those_who_read_while_the_server_hangs_are_told_and_read_again_afterwards(server, tmp_path):
    with postgres.database(server.dsn) as dsn:
        archive = Archive(StoreSettings(dsn, tmp_path / "var", AUTHORITIES))
        journal = await archive.open("moray")
        streams = [uuid4() for _ in range(100)]
        for stream in streams:
            await journal.append(opening(stream))
        with server.hanging():
            began = time.monotonic()
            found = await asyncio.gather(*map(journal.read, streams), return_exceptions=True)
            took = time.monotonic() - began
        assert {type(one) for one in found} == {StoreUnavailable}
        assert took < WITHIN
        assert [len(one) for one in await asyncio.gather(*map(journal.read, streams))] == [1] * 100
        await archive.close()
