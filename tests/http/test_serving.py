"""On the wire: what a real server does with slow, huge and broken requests."""

import asyncio
import json

import pytest
from starlette.types import Receive, Scope, Send

from case_api.http.connections import LARGEST_HEAD, GuardedProtocol
from tests.http.wire import DEADLINE, JSON, request, said, served

pytestmark = pytest.mark.anyio


async def test_a_request_is_served_without_naming_the_server(port: int, token: str):
    status, fields, body = await said(port, request(token, b"[1]", JSON, "Content-Length: 3", "Connection: close"))
    assert (status, json.loads(body)) == (200, {"bytes": 3})
    assert "server" not in fields


@pytest.mark.owasp("API4")
async def test_a_body_that_does_not_arrive_in_time_is_given_up(port: int, token: str):
    status, fields, body = await said(port, request(token, b"[1", JSON, "Content-Length: 3"))
    assert (status, json.loads(body)["code"]) == (408, "body-too-slow")
    assert fields["connection"] == "close"


@pytest.mark.owasp("API4")
async def test_header_fields_that_do_not_arrive_in_time_are_given_up(port: int):
    assert await said(port, b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ") == (0, {}, b"")


@pytest.mark.owasp("API4")
async def test_a_connection_on_which_nothing_is_asked_is_closed(port: int):
    assert await said(port) == (0, {}, b"")


@pytest.mark.owasp("API4")
async def test_a_slow_client_keeps_nobody_waiting(port: int, token: str):
    slow = [asyncio.create_task(said(port, request(token, b"[", JSON, "Content-Length: 9"))) for _ in range(50)]
    status, _, _ = await said(port, request(token, b"", "Connection: close", method="GET", path="/v1/me"))
    assert status == 200
    assert not any(task.done() for task in slow)
    assert {status for status, _, _ in await asyncio.gather(*slow)} == {408}


@pytest.mark.owasp("API4")
async def test_ten_megabytes_in_pieces_are_cut_off(port: int, token: str):
    piece = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    pieces = [request(token, b"", JSON, "Transfer-Encoding: chunked"), *[piece] * 640]
    status, _, body = await said(port, *pieces)
    assert status in {0, 413}
    assert not body or json.loads(body)["code"] == "body-too-large"


@pytest.mark.owasp("API4")
async def test_header_fields_that_are_too_long_are_refused(port: int):
    long = b"X-Long: " + b"x" * LARGEST_HEAD + b"\r\n"
    status, fields, body = await said(port, b"GET /livez HTTP/1.1\r\nHost: x\r\n" + long)
    assert (status, json.loads(body)["code"]) == (431, "headers-too-large")
    assert fields["connection"] == "close"


@pytest.mark.owasp("API4")
async def test_so_are_many_small_ones(port: int):
    status, _, _ = await said(port, b"GET /livez HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n" * 10_000, b"\r\n")
    assert status in {0, 431}


async def test_and_an_address_without_end(port: int):
    status, _, _ = await said(port, b"GET /livez?" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status in {0, 431}


BROKEN = {
    "no method": b" / HTTP/1.1\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01",
    "two lengths": b"POST /v1/anything HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12",
    "a length and chunks": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "a length below zero": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "a length that is a word": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n",
    "chunks that are none": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a blank before the colon": b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "a folded field": b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
    "NUL in a field": b"GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n",
}


@pytest.mark.owasp("API8")
@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN)
async def test_what_is_not_clearly_http_gets_a_problem_and_the_door(sent: bytes, port: int):
    status, fields, body = await said(port, sent)
    assert status in {400, 401}
    assert fields["content-type"] == "application/problem+json"
    assert json.loads(body)["code"] in {"unreadable-request", "unauthenticated"}


async def test_a_second_request_on_the_same_connection_is_served(port: int, token: str):
    first = request(token, b"", method="GET", path="/v1/me")
    second = request(token, b"", "Connection: close", method="GET", path="/livez")
    _, _, body = await said(port, first + second)
    assert b'"alive"' in body


@pytest.mark.owasp("API4")
@pytest.mark.parametrize("apart", [0.0, 0.1], ids=["with the first", "after its answer"])
async def test_a_second_request_has_as_long_for_its_header_fields_and_no_more(port: int, token: str, apart: float):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request(token, b"", method="GET", path="/v1/me"))
    await asyncio.sleep(apart)
    writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    async with asyncio.timeout(DEADLINE):
        answers = await reader.read()  # until the server closes
    writer.close()
    assert answers.count(b"HTTP/1.1 200 OK") == 1
    assert b'"alive"' not in answers


@pytest.mark.owasp("API4")
async def test_header_fields_of_a_second_request_that_are_too_long_are_refused(port: int, token: str):
    long = b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * LARGEST_HEAD + b"\r\n\r\n"
    _, _, answers = await said(port, request(token, b"", method="GET", path="/v1/me"), long)
    assert b'"alive"' not in answers


@pytest.mark.owasp("API4")
@pytest.mark.parametrize("asked", [1, 2], ids=["alone", "with another request behind it"])
async def test_one_who_takes_nothing_of_an_endless_answer_is_let_go(asked: int, monkeypatch):
    monkeypatch.setattr(GuardedProtocol, "reading_patience", 0.3)
    ended = asyncio.Event()

    async def endless(_: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        leaving = asyncio.create_task(_left(receive))
        while not leaving.done():
            await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
            await asyncio.sleep(0)
        ended.set()

    async with asyncio.timeout(DEADLINE), served(endless) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * asked)
        await ended.wait()
        writer.close()
        reader.feed_eof()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
