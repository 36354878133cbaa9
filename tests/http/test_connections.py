"""On the wire: one connection holds little memory, is not open for ever, and gets one answer to each request."""

import asyncio
import gc
import json
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from case_api.http.connections import LARGEST_HEAD, MOST_WAITING, GuardedProtocol
from case_api.http.tracing import Trace
from tests.http.wire import DEADLINE, JSON, request, said, served

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

    async with asyncio.timeout(DEADLINE), served(slow) as port:
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


async def test_a_request_that_was_answered_is_freed_without_the_collector(port: int, token: str):
    gc.collect()  # what earlier tests left
    with no_collector():
        assert await until_closed(port, request(token, b"", "Connection: close", method="GET", path="/v1/me"))
        async with asyncio.timeout(DEADLINE):
            while any(isinstance(one, Trace) for one in gc.get_objects()):  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.05)


def chunked(token: str, *more: str) -> bytes:
    return request(token, b"3\r\n[1]\r\n0\r\n", JSON, "Transfer-Encoding: chunked", *more)


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "later"])
async def test_a_trailer_is_not_taken_for_a_header_field(at_once: bool, port: int, token: str):
    named = b"Authorization: Bearer " + token.encode() + b"\r\n"
    sent = chunked(token, "Connection: close").replace(named, b"")
    pieces = [sent + named + b"\r\n"] if at_once else [sent, named + b"\r\n"]
    status, _, _ = await said(port, *pieces)
    assert status == 401


async def test_trailers_that_are_few_do_no_harm(port: int, token: str):
    status, _, body = await said(port, chunked(token, "Connection: close"), b"X-Sum: 1\r\n", b"X-B: 2\r\n\r\n")
    assert (status, body) == (200, b'{"bytes":3}')


MANY = b"X-A: b\r\n" * LARGEST_HEAD
LONG = b"X-Long: " + b"x" * LARGEST_HEAD * 16


@pytest.mark.parametrize("trailers", [MANY, LONG], ids=["many", "long"])
@pytest.mark.parametrize("apart", [False, True], ids=["at once", "later"])
async def test_trailers_without_end_end_the_connection(
    trailers: bytes, apart: bool, port: int, token: str, monkeypatch
):
    monkeypatch.setattr(GuardedProtocol, "patience", DEADLINE * 2)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(chunked(token))
    if apart:
        await writer.drain()
        await asyncio.sleep(0.02)
    writer.write(trailers)
    answer = b""
    async with asyncio.timeout(DEADLINE):
        with suppress(ConnectionError):  # the server may close while they are still being sent
            answer = await reader.readline()
    writer.close()
    assert answer in {b"HTTP/1.1 431 Refused\r\n", b""}


UNSIGNED = b"GET /v1/me HTTP/1.1\r\nHost: x\r\n"
LINGERING = {
    "a stray line": (b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n"),
    "a body that is not wanted": (UNSIGNED + b"Content-Length: 100\r\n\r\n", b"x"),
    "half a trailer": (UNSIGNED + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n0\r\nX-A: "),
}


@pytest.mark.parametrize(("first", "later"), LINGERING.values(), ids=LINGERING)
async def test_what_comes_after_an_answer_and_is_no_request_does_not_keep_a_connection(
    first: bytes, later: bytes, port: int
):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(first)
    async with asyncio.timeout(DEADLINE):
        await reader.readuntil(b"}")
        writer.write(later)
        await reader.read()  # until the server closes
    writer.close()


async def test_a_body_that_comes_whole_after_its_answer_leaves_the_connection_open(port: int):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(UNSIGNED + b"Content-Length: 4\r\n\r\n")
    async with asyncio.timeout(DEADLINE):
        await reader.readuntil(b"}")
        for piece in (b"ab", b"cd"):
            writer.write(piece)
            await asyncio.sleep(0.05)
        await asyncio.sleep(GuardedProtocol.patience * 1.5)
        writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b'"alive"' in await reader.read()
    writer.close()


async def test_a_whole_request_is_answered_whatever_comes_behind_it(port: int, token: str):
    padded = b"[" + b" " * 40_000 + b"1]"
    sent = request(token, padded, JSON, f"Content-Length: {len(padded)}")
    answers = await until_closed(port, sent + b"GET /livez HT")
    assert answers.startswith(b"HTTP/1.1 200 OK")
    assert answers.count(b"HTTP/1.1 ") == 1


async def test_what_is_refused_waits_for_the_answers_before_its_own(port: int, token: str):
    asked = request(token, b"[1]", JSON, "Content-Length: 3")
    answers = await until_closed(port, asked * 3 + b"no HTTP at all\r\n\r\n")
    assert answers.count(b"HTTP/1.1 200 OK") == 3
    assert answers.count(b"HTTP/1.1 ") == 3


async def test_a_length_with_many_zeros_is_the_number_that_it_is(port: int, token: str):
    status, _, body = await said(
        port, request(token, b"[1]", JSON, f"Content-Length: {'0' * 5000}3", "Connection: close")
    )
    assert (status, body) == (200, b'{"bytes":3}')


async def test_a_length_of_thousands_of_digits_is_too_large(client: httpx.AsyncClient):
    answer = await client.put("/v1/anything", content=b"1", headers={"Content-Length": "9" * 5000})
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


async def test_a_coding_that_is_not_understood_is_refused(port: int, token: str):
    body = b"3\r\n[1]\r\n0\r\n\r\n"
    status, _, answer = await said(port, request(token, body, JSON, "Transfer-Encoding: gzip, chunked"))
    assert (status, json.loads(answer)["code"]) == (400, "unreadable-request")


@pytest.mark.parametrize("connection", ["Upgrade, HTTP2-Settings", "Upgrade, close"])
async def test_an_offer_of_another_protocol_is_ignored(connection: str, port: int, token: str):
    offer = (f"Connection: {connection}", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk")
    first = request(token, b"[1", JSON, "Content-Length: 3", *offer)
    _, _, answers = await said(port, first, b"]" + request(token, b"", "Connection: close", *offer[1:], method="GET"))
    assert answers.startswith(b'{"bytes":3}')
