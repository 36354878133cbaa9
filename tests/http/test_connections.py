"""On the wire: one connection holds little memory, is not open for ever, and gets one answer to each request."""

import asyncio
import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.types import Receive, Scope, Send

from case_api.http.connections import MOST_WAITING, GuardedProtocol
from tests.http.wire import DEADLINE, request, served

pytestmark = [pytest.mark.anyio, pytest.mark.owasp("API4")]


@pytest.fixture
def protocols(monkeypatch) -> list[GuardedProtocol]:
    """Each connection that the server takes."""
    made: list[GuardedProtocol] = []
    making = GuardedProtocol.connection_made

    def kept(self: GuardedProtocol, transport: asyncio.Transport) -> None:
        made.append(self)
        making(self, transport)

    monkeypatch.setattr(GuardedProtocol, "connection_made", kept)
    return made


PLAIN = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
PLAIN_BROKEN = b"no HTTP at all\r\n\r\n"


@contextmanager
def no_collector() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def until_closed(port: int, sent: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(DEADLINE):
        answers = await reader.read()
    writer.close()
    return answers


async def test_requests_that_wait_are_few_and_the_connection_ends_after_their_answers(port: int, protocols, token: str):
    answers = await until_closed(port, request(token, method="GET", path="/v1/me") * (MOST_WAITING * 4))
    assert answers.count(b"HTTP/1.1 200 OK") == MOST_WAITING + 1
    assert answers.count(b"HTTP/1.1 ") == MOST_WAITING + 1


async def test_nothing_is_read_while_a_request_waits_for_the_answer_before_its_own(protocols):
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: Scope, receive: Receive, send: Send) -> None:
        await receive()
        leaving = asyncio.create_task(_next(receive))
        await asyncio.sleep(0)
        reached.set()
        await go_on.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})
        await leaving

    async with asyncio.timeout(DEADLINE), served(slow, lifespan=False) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(PLAIN * 3)
        await reached.wait()
        writer.write(PLAIN)
        await until_closed(port, PLAIN_BROKEN)
        assert len(protocols[0].pipeline) == 2
        go_on.set()
        answers = b""
        while answers.count(b"HTTP/1.1 204") < 4:
            answers += await reader.read(4096)
        writer.close()


async def _next(receive: Receive) -> None:
    await receive()


async def test_a_connection_that_ends_is_freed_without_the_collector(port: int, protocols, token: str):
    with no_collector():
        answers = await until_closed(port, request(token, method="GET", path="/v1/me") * (MOST_WAITING * 4))
        assert answers
        left = weakref.ref(protocols.pop())
        async with asyncio.timeout(DEADLINE):
            while left() is not None:  # noqa: ASYNC110 - nothing tells when memory is let go
                await asyncio.sleep(0.01)
