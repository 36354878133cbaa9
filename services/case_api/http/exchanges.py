"""One request and its answer: what the server makes of a head that is here, and how an answer leaves.

An answer of a known length leaves in one piece, head and body together; of one that streams, the head leaves at once.
"""

import asyncio
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

import httptools
from uvicorn._types import ASGISendEvent, HTTPResponseBodyEvent, HTTPResponseStartEvent
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

WITHOUT_BODY: Final = frozenset({204, 304})
KNOWN: Final = 512
"""Header fields of answers that are remembered as they are written: nearly all are the same in each answer."""


class Exchange(RequestResponseCycle):
    """The server's own, with another way to send."""

    _head = b""
    """Of an answer of a known length, until its body comes."""

    async def send(self, message: ASGISendEvent) -> None:
        """Raises RuntimeError for what does not belong to an answer, or not in this place."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start" and not self.response_started:
            self._begin(message)
        elif message["type"] == "http.response.body" and self.response_started and not self.response_complete:
            self._go_on(message)
        else:
            raise RuntimeError(f"{message['type']} has no place here")

    def _begin(self, message: HTTPResponseStartEvent) -> None:
        self.response_started, self.waiting_for_100_continue = True, False
        status, lines, closes = message["status"], [], False
        for name, value in (*self.default_headers, *message["headers"]):
            line, framing = written(name, value)
            lines.append(line)
            if framing == b"connection":
                closes = closes or b"close" in [token.strip() for token in value.lower().split(b",")]
            elif framing:
                self._frame(framing, value)
        self.keep_alive = self.keep_alive and not closes
        if not (self.keep_alive or closes):
            lines.append(b"connection: close\r\n")
        if self.chunked_encoding is None and self.scope["method"] != "HEAD" and status not in WITHOUT_BODY:
            self.chunked_encoding = True
            lines.append(b"transfer-encoding: chunked\r\n")
        self._head = b"".join([STATUS_LINE[status], *lines, b"\r\n"])
        if self.chunked_encoding is not False:
            self._write(b"")

    def _frame(self, name: bytes, value: bytes) -> None:
        """Take in how the length of the body is told."""
        if name == b"content-length" and self.chunked_encoding is None:
            self.expected_content_length, self.chunked_encoding = int(value), False
        elif name == b"transfer-encoding" and value.lower() == b"chunked":
            self.expected_content_length, self.chunked_encoding = 0, True

    def _go_on(self, message: HTTPResponseBodyEvent) -> None:
        body, more = message.get("body", b""), message.get("more_body", False)
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
            self._write(b"")
        elif self.chunked_encoding:
            last = b"" if more else b"0\r\n\r\n"
            self._write(b"%x\r\n%b\r\n%b" % (len(body), body, last) if body else last)
        else:
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0:
                raise RuntimeError("the body is longer than its Content-Length")
            self._write(body)
        if not more:
            self._end()

    def _write(self, part: bytes) -> None:
        head, self._head = self._head, b""
        if head or part:
            self.transport.write(head + part)

    def _end(self) -> None:
        if self.expected_content_length:
            raise RuntimeError("the body is shorter than its Content-Length")
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


@lru_cache(KNOWN)
def written(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A field as its line, and its name if it tells how the answer ends. Raises RuntimeError for what is no field."""
    if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        raise RuntimeError("no header field")
    name = name.lower()
    framing = name if name in {b"content-length", b"transfer-encoding", b"connection"} else b""
    return b"%b: %b\r\n" % (name, value), framing


class ExchangingProtocol(HttpToolsProtocol):
    """The server's protocol, whose requests are exchanges."""

    def on_headers_complete(self) -> None:
        """Begin to answer a request, or let it wait for those before it."""
        version = self.parser.get_http_version()
        before: RequestResponseCycle | None = self.cycle
        self._address()
        self.scope["method"] = self.parser.get_method().decode("ascii")
        self.scope["http_version"] = version
        self.cycle = Exchange(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def _address(self) -> None:
        """Put into the scope what was asked for."""
        address = httptools.parse_url(self.url)
        path = address.path.decode("ascii")
        self.scope["path"] = self.root_path + (unquote(path) if "%" in path else path)
        self.scope["raw_path"] = self.root_path.encode("ascii") + address.path
        self.scope["query_string"] = address.query or b""
