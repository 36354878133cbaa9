"""One connection: what is taken from the network before any of our code sees a request."""

import asyncio
from typing import Final

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from case_api.http import problem_kinds as kinds
from case_api.http.bare_answers import NO_HTTP, bare_answer
from case_api.http.limits import WHOLE
from case_api.http.one_piece import OnePiece
from case_api.http.problem_kinds import Kind
from case_api.http.reading import Reading

HEADER_PATIENCE: Final = 10.0
"""Seconds from the first byte of a request (or from the connection) to the end of its header fields."""
READING_PATIENCE: Final = 20.0
"""Seconds for which a client may take nothing of an answer that waits for it."""
LAST_CALL: Final = 1.0
"""Seconds for which an idle connection may bring a request that was on its way when the server was told to stop."""
LARGEST_HEAD: Final = 32 * 1024
"""Bytes of the address and all header fields together."""
MOST_WAITING: Final = 50
"""Requests of one connection that may wait for the answers before theirs."""
UNDERSTOOD: Final = ((), (b"chunked",))
"""Transfer codings of a request that are taken apart here: none, or chunks (RFC 9112, 6.1)."""


class GuardedProtocol(HttpToolsProtocol):
    """The server's protocol with what it lacks: deadlines for header fields and for reading, limits, and problems."""

    patience, reading_patience = HEADER_PATIENCE, READING_PATIENCE
    _stuck: asyncio.TimerHandle | None = None
    _deadline: asyncio.TimerHandle | None = None
    _ending: asyncio.TimerHandle | None = None
    _running: RequestResponseCycle | None = None
    """The request that is being answered, or was the last to be."""
    _answer: OnePiece | None = None
    """Where its answer goes."""
    _in_head = False
    """Whether a request has begun whose header fields are not all here."""
    _once_more = b""
    """The head of a request that offers another protocol, without the offer: so it is read again."""
    _in_trailers = False
    """Whether the size of a chunk has come and nothing of the chunk: it may be the last, with trailers behind it."""
    _begun = 0
    """Heads, and sizes of chunks, that have come so far."""
    _told = 0
    """Bytes of its address and its fields that are complete."""
    _coded: tuple[bytes, ...] = ()
    """The transfer codings that it names."""
    _arrived = 0
    """Bytes of the pieces that came of the last of them alone."""
    _ended = False
    """Whether nothing more is taken: what was asked before is still answered."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = Reading(transport, self.pipeline)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the request that is being answered; let go of all, so that no search for cycles is needed to free it."""
        self._stop()
        self._reads_again()
        self._unset_keepalive_if_required()
        if self._ending is not None:
            self._ending.cancel()
        if self._running is not None:
            self._running.transport, self._running.disconnected = self.transport, not self._running.response_complete
            self._running.message_event.set()
        self.pipeline.clear()
        super().connection_lost(exc)
        self._running = self._answer = self.cycle = None  # type: ignore[assignment]

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
        if self._over():
            return
        begun = self._begun
        self._unset_keepalive_if_required()
        rest = data
        while rest and not self._over():
            rest = self._fed(rest)
        if self._over():
            return
        if (self._in_head or self._answered()) and self._deadline is None and self.timeout_keep_alive_task is None:
            self._wait_for_head()
        if self._in_head or self._in_trailers:
            if self._begun in {begun, 1}:  # the piece is of nothing that was before
                self._arrived += len(data)
            self._limit_head(max(self._arrived, self._told if self._in_head else 0))

    def _fed(self, data: bytes) -> bytes:
        """Have *data* read; returns what is to be read next, for an offer that is declined (RFC 9110, 7.8)."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.send_400_response("")
        except httptools.HttpParserUpgrade as offer:
            if self._once_more:
                self.parser = httptools.HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
                return self._once_more + data[offer.args[0] :]
        return b""

    def _without_offer(self) -> bytes:
        version = self.parser.get_http_version().encode()
        lines = [self.parser.get_method() + b" " + self.url + b" HTTP/" + version]
        lines += [name + b": " + value for name, value in self.headers if name != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._stop()
        self._unset_keepalive_if_required()
        self._in_head, self._arrived, self._once_more = True, 0, b""
        self._told, self._coded = 0, ()
        self._begun += 1

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._told += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of the head; trailers are dropped, they are no header fields (RFC 9110, 6.5.1)."""
        if self._in_head:
            super().on_header(name, value)
            self._told += len(name) + len(value)
            if self.headers[-1][0] == b"transfer-encoding":
                self._coded += (value.strip().lower(),)

    def on_chunk_header(self) -> None:
        """The size of a chunk is here."""
        self._in_trailers, self._arrived = True, 0
        self._begun += 1

    def on_headers_complete(self) -> None:
        self._stop()
        self._in_head = False
        self._limit_head(self._told)
        if self._over():
            return
        if len(self.pipeline) >= MOST_WAITING or self._coded not in UNDERSTOOD:
            self._end_with(NO_HTTP)
            return
        if self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT":
            self._once_more = self._without_offer()
            return
        super().on_headers_complete()
        if self._ending is not None and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        self._in_trailers = False
        if not self._over():
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_trailers = False
        if not self._over() and not self._once_more:
            self.scope[WHOLE] = True  # type: ignore[typeddict-unknown-key]
            super().on_message_complete()
            if self._answered():  # before its body was here, for which a deadline was set; now it waits as ever
                self._stop()
                self.timeout_keep_alive_task = self.loop.call_later(
                    self.timeout_keep_alive, self.timeout_keep_alive_handler
                )

    def on_response_complete(self) -> None:
        if self._answer is not None:
            self._answer.let_go()
        super().on_response_complete()
        if not self.transport.is_closing():
            self.flow.resume_reading()

    def send_400_response(self, msg: str) -> None:
        """A request that is no HTTP; the answer is a problem document, as all are."""
        if not self._over():
            self._end_with(NO_HTTP)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running, self._answer = cycle, OnePiece(cycle)
        super()._start_asgi_task(cycle, app)

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

    def _over(self) -> bool:
        return self._ended or self.transport.is_closing()

    def _answered(self) -> bool:
        """Whether all that was asked is answered, though more of its body may come."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and cycle.response_complete

    def _limit_head(self, size: int) -> None:
        if size > LARGEST_HEAD and not self._over():
            self._end_with(kinds.HEADERS_TOO_LARGE)

    def _owed(self) -> RequestResponseCycle | None:
        """The last request that is whole, or whose answer has begun, and that has not all of its answer."""
        if self.pipeline and self.pipeline[0][0].more_body:
            self.pipeline.popleft()  # the one that is refused
        last = self.pipeline[0][0] if self.pipeline else self._running
        if last is None or last.response_complete or (last.more_body and not last.response_started):
            return None
        return last

    def _end_with(self, kind: Kind) -> None:
        """Refuse what is arriving and take nothing more; whoever asked before is answered first, and then no more."""
        self._stop()
        self._ended = True
        if (owed := self._owed()) is not None:
            owed.keep_alive = False
            return
        if not self._answered() or self._in_head or WHOLE in self.scope:  # else it is the body of one that was answered
            self.transport.write(bare_answer(kind))
        self.transport.close()
