"""The feed as a stream that stays open: server-sent events (WHATWG HTML 9.2), each with the cursor that follows it.

A stream ends, in good order, when its token no longer holds, when the server is told to stop, when the store is not
there, when its reader has read of too many learners, or after ten minutes; the client comes back with Last-Event-ID and
misses nothing. No more is read from the log than what was sent before allows for, so a slow reader costs no memory.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from case_api.access.principal import Principal
from case_api.feed import Feed, Stretch
from case_api.http import problem_kinds as kinds
from case_api.http.problems import Problem
from case_api.store.journal import Placed, StoreUnavailable

MEDIA_TYPE: Final = "text/event-stream"
LIFE: Final = 600.0
"""Seconds after which a stream ends and the client comes back."""
SILENCE: Final = 15.0
"""Seconds without an event after which a sign of life is sent."""
BATCH: Final = 50
"""Facts that are read ahead of what was sent."""
BACK_AFTER: Final = 1000
"""Milliseconds after which a client whose stream ended comes back."""
MOST: Final = 8
"""Streams that one principal may have open at one process."""

Name = tuple[str, str, str]
log = structlog.get_logger()


def wants_stream(request: Request) -> bool:
    """Whether the caller accepts a stream; whoever does not say so gets a page."""
    accepted = ",".join(request.headers.getlist("accept")).split(",")
    return any(one.partition(";")[0].strip().lower() == MEDIA_TYPE for one in accepted)


Within = Callable[[Stretch], Awaitable[tuple[Stretch, int | None]]]
"""Of what was found as much as may be told now; and in how many seconds there is more, where it is not all."""


async def whole(found: Stretch) -> tuple[Stretch, int | None]:
    """All of it."""
    return found, None


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What one consumer is told, from a position of the log on."""

    feed: Feed
    consumer: Principal
    begin: int
    types: Collection[str]
    over: Callable[[], Awaitable[bool]]
    """Whether the consumer may hear no more, or the server is told to stop."""
    within: Within = whole
    """How much of what was found leaves, and whether the stream ends there."""
    life: float = LIFE
    silence: float = SILENCE

    async def lines(self) -> AsyncIterator[str]:
        """The text of the stream."""
        now = asyncio.get_running_loop().time
        position, end = self.begin, now() + self.life
        yield f"retry: {BACK_AFTER}\n\n"
        while (left := end - now()) > 0 and not await self.over():
            try:
                found = await self.feed.stretch(
                    self.consumer, position, self.types, BATCH, min(self.silence, left), self.over
                )
                found, wait = await self.within(found)
            except StoreUnavailable as error:
                log.warning("a stream ends early", error=type(error).__name__)
                return
            for placed in found.seen:
                if await self.over():
                    return
                yield self._event(placed)
                await asyncio.sleep(0)  # a client that takes everything at once would leave no turn to the others
            if wait is not None:
                yield f"retry: {wait * 1000}\n\n"
                return
            if not found.seen:
                yield self._sign_of_life(found.position)
            position = found.position

    def _event(self, placed: Placed) -> str:
        told = self.feed.announced(placed.recorded, self.consumer)
        data = told.model_dump_json(exclude_none=True)
        return f"id: {self.feed.cursor(placed.position)}\nevent: {told.type}\ndata: {data}\n\n"

    def _sign_of_life(self, position: int) -> str:
        """A comment with a cursor, without data: the same whether nothing happened or nothing for this consumer."""
        return f": \nid: {self.feed.cursor(position)}\n\n"


class Streams:
    """How many streams each principal has open at this process."""

    def __init__(self) -> None:
        self._open: Counter[Name] = Counter()

    def admit(self, who: Principal, broadcast: Broadcast) -> "OpenStream":
        """The answer to one more; raises a 429 Problem for too many."""
        name = (who.authority, who.client, who.subject)
        if self._open[name] >= MOST:
            raise Problem(kinds.TOO_MANY_REQUESTS, headers={"Retry-After": str(int(SILENCE))})
        return OpenStream(broadcast, self._open, name)


class OpenStream(StreamingResponse):
    """An answer that goes on, and is counted for as long."""

    def __init__(self, broadcast: Broadcast, counted: Counter[Name], name: Name) -> None:
        super().__init__(broadcast.lines(), media_type=MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})
        self._counted, self._name = counted, name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until it ends or the client leaves."""
        self._counted[self._name] += 1
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._counted[self._name] -= 1
            if not self._counted[self._name]:
                del self._counted[self._name]


def over(request: Request) -> Callable[[], Awaitable[bool]]:
    """Whether a stream has to end now: its token holds no longer, or the server is told to stop."""
    closing: threading.Event = request.app.state.closing
    holds: Callable[[], Awaitable[bool]] = request.scope["still_accepted"]

    async def ended() -> bool:
        return closing.is_set() or not await holds()

    return ended
