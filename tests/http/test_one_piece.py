"""On the wire: how an answer leaves, and what no answer may be."""

import asyncio
from typing import Any, cast

import pytest
from starlette.types import Receive, Scope, Send

from case_api.http.connections import GuardedProtocol
from tests.http.wire import DEADLINE, said, served

pytestmark = pytest.mark.anyio

ASKED = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
HEAD = LAST.replace(b"GET", b"HEAD")


class Answers:
    """An application that answers everything alike, in these parts."""

    def __init__(self, *parts: bytes, status: int = 200, **fields: str) -> None:
        self.parts = parts
        headers = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in fields.items()]
        self.start: dict[str, Any] = {"type": "http.response.start", "status": status, "headers": headers}

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        await send(dict(self.start))
        for part in self.parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})


@pytest.fixture
def pieces(monkeypatch) -> list[bytes]:
    """What the server hands to the network, piece by piece."""
    written: list[bytes] = []
    making = GuardedProtocol.connection_made

    class Watched:
        def __init__(self, transport: asyncio.Transport) -> None:
            self._transport = transport

        def __getattr__(self, name: str) -> Any:
            return getattr(self._transport, name)

        def write(self, data: bytes) -> None:
            written.append(data)
            self._transport.write(data)

    def watched(self: GuardedProtocol, transport: asyncio.Transport) -> None:
        making(self, cast(asyncio.Transport, Watched(transport)))

    monkeypatch.setattr(GuardedProtocol, "connection_made", watched)
    return written


async def test_an_answer_of_a_known_length_leaves_in_one_piece(pieces):
    async with served(Answers(b"[1]", content_length="3")) as port:
        assert await said(port, ASKED, LAST) != (0, {}, b"")
    assert [piece.count(b"HTTP/1.1 200 OK") for piece in pieces] == [1, 1]
    assert all(piece.endswith(b"\r\n\r\n[1]") for piece in pieces)


async def test_the_head_of_an_answer_that_streams_leaves_before_its_first_part():
    go_on = asyncio.Event()

    async def slow(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await go_on.wait()
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await send({"type": "http.response.body", "body": b"two"})

    async with asyncio.timeout(DEADLINE), served(slow) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED)
        assert b"transfer-encoding: chunked" in await reader.readuntil(b"\r\n\r\n")
        go_on.set()
        assert await reader.readuntil(b"0\r\n\r\n") == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
        writer.close()


async def test_to_head_only_the_head_is_answered():
    async with served(Answers(b"[1]", content_length="3")) as port:
        status, fields, body = await said(port, HEAD)
    assert (status, fields["content-length"], body) == (200, "3", b"")


@pytest.mark.parametrize("status", [204, 304])
async def test_an_answer_without_a_body_has_no_coding(status: int):
    async with served(Answers(status=status)) as port:
        answered, fields, body = await said(port, LAST)
    assert (answered, body) == (status, b"")
    assert "transfer-encoding" not in fields


@pytest.mark.parametrize("length", ["2", "4"], ids=["longer", "shorter"])
async def test_a_body_that_is_not_as_long_as_it_says_ends_the_connection(length: str):
    async with served(Answers(b"[1]", content_length=length)) as port:
        _, _, body = await said(port, ASKED)
    assert len(body) < int(length)


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\nb", "a\0b"])
async def test_a_value_never_becomes_a_field_of_its_own(value: str):
    async with served(Answers(b"[1]", content_length="3", x_said=value)) as port:
        assert await said(port, ASKED) == (0, {}, b"")


@pytest.mark.parametrize("sent", [ASKED.replace(b"1.1", b"1.0"), LAST], ids=["HTTP/1.0", "asked to"])
async def test_who_wants_one_answer_is_told_that_it_is_the_last(sent: bytes):
    async with served(Answers(b"[1]", content_length="3")) as port:
        _, fields, body = await said(port, sent)
    assert (fields["connection"], body) == ("close", b"[1]")


async def test_an_answer_may_itself_end_the_connection():
    async with served(Answers(b"[1]", content_length="3", connection="x, Close")) as port:
        _, fields, body = await said(port, ASKED)
    assert (fields["connection"], body) == ("x, close", b"[1]")


async def test_an_address_is_read_as_it_was_written():
    heard: list[Scope] = []

    async def hear(scope: Scope, receive: Receive, send: Send) -> None:
        heard.append(scope)
        await Answers()(scope, receive, send)

    async with served(hear) as port:
        await said(port, LAST.replace(b"/ ", b"/a%20b/%C3%A9?q=%20 "))
    assert (heard[0]["path"], heard[0]["raw_path"]) == ("/a b/é", b"/a%20b/%C3%A9")
    assert (heard[0]["query_string"], heard[0]["method"], heard[0]["http_version"]) == (b"q=%20", "GET", "1.1")
