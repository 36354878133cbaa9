"""The feed: what happened, in the order of the log, as thin CloudEvents (D18; CloudEvents 1.0).

A consumer sees what it may read now; a cursor is sealed and of fixed length, and sealed anew in each answer, so that
nobody can tell from it how much there is that they do not see.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final
from uuid import UUID

import structlog

from case_api.access.feed_sight import WHOLE_RECORD, may_see
from case_api.access.principal import Principal
from case_api.announcing import CloudEvent, cloud_event
from case_api.domain.event import Recorded
from case_api.store.journal import FrameError, Journal, Placed, PlacedHeader
from case_api.store.keys import Keyring

KIND: Final = "feed"
PLACE, RECEIPT = b"\x00", b"\x01"
LENGTH: Final = 25
LOOK: Final = 1.0
"""Seconds of waiting after which we look whether the caller is still there: else they would hold up a shutdown."""
PAGE: Final = 500
"""Headers that are looked at in one go; at most so many facts per answer."""
SLICE: Final = 25
"""Facts that are opened before others on the event loop have their turn."""
SPAN: Final = 50
"""Places of the log over which the facts of a slice may lie: what lies between them is opened, too."""
SEARCHED: Final = 10_000
"""Facts after which an answer leaves though nothing visible was found; the consumer goes on from its cursor."""

log = structlog.get_logger()


class CursorUnreadable(ValueError):
    """Not a cursor of this authority's feed."""


Gone = Callable[[], Awaitable[bool]]
"""Whether there is nobody left to answer."""


Follows = Callable[[Principal, Recorded], Awaitable[bool]]
"""Whether the case of an event is open to a consumer."""


async def _every_case(_: Principal, __: Recorded) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Page:
    """Visible events, and the cursor after the last fact that was looked at."""

    items: tuple[CloudEvent, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Visible facts in their places, and the position up to which the log was looked at."""

    seen: tuple[Placed, ...]
    position: int

    def upto(self, number: int) -> "Stretch":
        """So many of its facts, from the first on, and the position of the last of them."""
        if number >= len(self.seen):
            return self
        return Stretch(self.seen[:number], self.seen[number - 1].position if number else self.seen[0].position - 1)


Within = Callable[[Stretch], Awaitable[Stretch]]


class Feed:
    """One authority's feed."""

    def __init__(self, journal: Journal, public_url: str, zone: tzinfo, follows: Follows = _every_case) -> None:
        self._journal, self._public_url, self._zone, self._follows = journal, public_url, zone, follows

    async def page(
        self,
        consumer: Principal,
        after: str | None,
        types: Collection[str],
        limit: int,
        wait: float,
        gone: Gone | None = None,
        within: Within | None = None,
    ) -> Page:
        """Visible events after a cursor; waits up to *wait* seconds for the first, or until the caller is *gone*.

        *within* says how much of what was found leaves. Raises CursorUnreadable.
        """
        found = await self.stretch(consumer, await self.position(after), types, limit, wait, gone)
        found = found if within is None else await within(found)
        items = tuple(self.announced(one.recorded, consumer) for one in found.seen)
        return Page(items, self.cursor(found.position))

    async def stretch(
        self,
        consumer: Principal,
        begin: int,
        types: Collection[str],
        limit: int,
        wait: float,
        gone: Gone | None = None,
    ) -> Stretch:
        """Visible facts after a position; waits as a page does."""
        position = begin
        deadline = asyncio.get_running_loop().time() + wait
        while True:
            seen, position, more = await self._visible(consumer, position, types, limit)
            if more and not seen and position - begin < SEARCHED:
                continue
            left = deadline - asyncio.get_running_loop().time()
            if seen or more or left <= 0 or (gone is not None and await gone()):
                return Stretch(tuple(seen), position)
            await self._journal.wait(position, min(left, LOOK))

    def announced(self, event: Recorded, consumer: Principal) -> CloudEvent:
        """The event as *consumer* hears of it."""
        for_service = consumer.roles.isdisjoint(WHOLE_RECORD)
        return cloud_event(event, self._journal.authority, self._public_url, self._zone, for_service=for_service)

    def cursor(self, position: int) -> str:
        """A fresh cursor after a position of the log."""
        return place_cursor(self._journal.keyring, position)

    async def _visible(
        self, consumer: Principal, position: int, types: Collection[str], limit: int
    ) -> tuple[list[Placed], int, bool]:
        """The visible facts of the next page, how far the log was looked at, and whether there is more of it."""
        head = await self._journal.last_position()
        headers = await self._journal.headers_since(position, PAGE, sealed=False)
        wanted = [header for header in headers if _is_wanted(header.name, types)]
        seen: list[Placed] = []
        for some in _slices(wanted, limit):
            for placed in await self._opened(some):
                if may_see(consumer, placed.recorded) and await self._follows(consumer, placed.recorded):
                    seen.append(placed)
                if len(seen) == limit:
                    return seen, placed.position, True
            await asyncio.sleep(0)
        if len(headers) == PAGE:
            return seen, headers[-1].position, True
        return seen, max(head, *(header.position for header in headers), position), False

    async def _opened(self, wanted: Sequence[PlacedHeader]) -> list[Placed]:
        """The facts under some headers. One that was altered is passed by and reported, so that it stops nobody."""
        places = {header.position for header in wanted}
        try:
            facts = await self._journal.since(wanted[0].position - 1, SPAN, upto=wanted[-1].position, sealed=False)
        except FrameError:
            facts = [fact for header in wanted for fact in await self._alone(header)]
        return [fact for fact in facts if fact.position in places]

    async def _alone(self, header: PlacedHeader) -> list[Placed]:
        try:
            return await self._journal.since(header.position - 1, 1)
        except FrameError:
            log.warning("a damaged fact is passed by", authority=self._journal.authority, error=FrameError.__name__)
            return []

    async def position(self, cursor: str | None) -> int:
        """The position that a cursor stands for; the beginning for None. Raises CursorUnreadable."""
        if cursor is None:
            return 0
        try:
            sealed = self._journal.keyring.open_opaque(KIND, cursor)
        except ValueError:
            raise CursorUnreadable from None
        if len(sealed) != LENGTH:
            raise CursorUnreadable
        if sealed[:1] == PLACE:
            return int.from_bytes(sealed[1:9], "big")
        stream, version = UUID(bytes=sealed[1:17]), int.from_bytes(sealed[17:], "big")
        position = await self._journal.position_of(stream, version)
        if position is None:
            raise CursorUnreadable
        return position


def place_cursor(keyring: Keyring, position: int) -> str:
    """A cursor after a position of the log."""
    return keyring.seal_opaque(KIND, (PLACE + position.to_bytes(8, "big")).ljust(LENGTH, b"\0"))


def receipt_cursor(keyring: Keyring, stream: UUID, version: int) -> str:
    """A cursor after a version of a stream: a receipt is made before its position is known (D18)."""
    return keyring.seal_opaque(KIND, RECEIPT + stream.bytes + version.to_bytes(8, "big"))


def _is_wanted(name: str, types: Collection[str]) -> bool:
    return not types or name in types or name.partition(".")[0] in types


def _slices(wanted: Sequence[PlacedHeader], limit: int) -> Iterator[Sequence[PlacedHeader]]:
    """As many as are asked for, then more at a time where few of them were visible."""
    width = min(limit, SLICE)
    while wanted:
        some = [one for one in wanted[:width] if one.position - wanted[0].position < SPAN]
        yield some
        wanted, width = wanted[len(some) :], min(2 * width, SLICE)
