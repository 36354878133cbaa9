"""One connection: what is taken from the network before any of our code sees a request."""

import asyncio
import json
from itertools import chain
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from case_api.http import problem_kinds as kinds
from case_api.http.limits import WHOLE
from case_api.http.problem_kinds import Kind
from case_api.http.problems import MEDIA_TYPE

HEADER_PATIENCE: Final = 10.0
"""Seconds from the first byte of a request (or from the connection) to the end of its header fields."""
READING_PATIENCE: Final = 20.0
"""Seconds for which a client may take nothing of an answer that waits for it."""
LAST_CALL: Final = 1.0
"""Seconds for which an idle connection may bring a request that was on its way when the server was told to stop."""
LARGEST_HEAD: Final = 32 * 1024
"""Bytes of the address and all header fields together."""


class GuardedProtocol(HttpToolsProtocol):
    """The server's protocol with what it lacks: deadlines for header fields and for reading, a limit, and problems."""

    patience, reading_patience = HEADER_PATIENCE, READING_PATIENCE
    _stuck: asyncio.TimerHandle | None = None
    _deadline: asyncio.TimerHandle | None = None
    _ending: asyncio.TimerHandle | None = None
    _in_head = False
    """Whether a request has begun whose header fields are not all here."""
    _arrived = 0
    """Bytes of the pieces that came of it alone."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        self._reads_again()
        if self._ending is not None:
            self._ending.cancel()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Answer what is under way, and what is about to arrive: an answer that begins from now on is the last."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_started:
            super().shutdown()
        elif self._ending is None:
            self._ending = self.loop.call_later(LAST_CALL, super().shutdown)

    def pause_writing(self) -> None:
        """The client takes nothing: it has so long to begin again."""
        super().pause_writing()
        self._reads_again()
        self._stuck = self.loop.call_later(self.reading_patience, self.transport.abort)

    def resume_writing(self) -> None:
        self._reads_again()
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        underway = self._in_head or self.cycle is None
        super().data_received(data)
        if not self._in_head:
            return
        if self._deadline is None:
            self._wait_for_head()
        if underway:
            self._arrived += len(data)
        self._limit_head(self._arrived if underway else self._told())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._stop()
        self._in_head, self._arrived = True, 0

    def on_headers_complete(self) -> None:
        self._stop()
        self._in_head = False
        self._limit_head(self._told())
        if self.transport.is_closing():
            return
        super().on_headers_complete()
        if self._ending is not None and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self.transport.is_closing():
            self.scope[WHOLE] = True  # type: ignore[typeddict-unknown-key]
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """A request that is no HTTP; the answer is a problem document, as all are."""
        if not self.transport.is_closing():
            self._end_with(NO_HTTP)

    def _wait_for_head(self) -> None:
        self._deadline = self.loop.call_later(self.patience, self.transport.close)

    def _reads_again(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _told(self) -> int:
        """Bytes of the address and the fields that are complete."""
        return len(self.url) + sum(map(len, chain.from_iterable(self.headers)))

    def _limit_head(self, size: int) -> None:
        if size > LARGEST_HEAD and not self.transport.is_closing():
            self._end_with(kinds.HEADERS_TOO_LARGE)

    def _answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and cycle.response_started and not cycle.response_complete

    def _end_with(self, kind: Kind) -> None:
        self._stop()
        if not self._answering():
            self.transport.write(_bare_answer(kind))
        self.transport.close()


NO_HTTP = kinds.kind(
    "unreadable-request", 400, "This is not HTTP that can be read.", "Send a well-formed HTTP/1.1 request."
)


def _bare_answer(kind: Kind) -> bytes:
    document = {"type": f"/problems/{kind.slug}", "title": kind.title, "status": kind.status}
    body = json.dumps({**document, "detail": kind.title, "code": kind.slug, "advice": kind.advice}).encode()
    head = (
        f"HTTP/1.1 {kind.status} Refused\r\ncontent-type: {MEDIA_TYPE}\r\ncache-control: no-store\r\n"
        "x-content-type-options: nosniff\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
