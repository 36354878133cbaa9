"""Tests of the HTTP room ask for a watch, an identity provider, and a client with a token."""

from collections.abc import AsyncIterator

import httpx
import pytest

from case_api.http.connections import GuardedProtocol
from tests.http.desk import Watch, calling, small_api
from tests.http.idp import GOOD, Idp, claims, header, signed
from tests.http.wire import served


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def idp() -> Idp:
    return Idp()


@pytest.fixture
def token(watch: Watch) -> str:
    return signed(GOOD, header(), claims(watch))


@pytest.fixture
async def client(idp: Idp, watch: Watch, token: str) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(small_api(idp.tokens(watch)), token) as client:
        yield client


@pytest.fixture
async def port(idp: Idp, watch: Watch, monkeypatch) -> AsyncIterator[int]:
    """A server on this machine that waits only briefly."""
    monkeypatch.setattr(GuardedProtocol, "patience", 0.3)
    async with served(small_api(idp.tokens(watch), patience=0.3)) as port:
        yield port
