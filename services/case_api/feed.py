"""The feed: what happened, in the order of the log, as thin CloudEvents (D18; CloudEvents 1.0).

A consumer sees what it may read now; a cursor is sealed and of fixed length, and sealed anew in each answer, so that
nobody can tell from it how much there is that they do not see.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Final, Literal
from uuid import UUID

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from case_api.access.feed_sight import WHOLE_RECORD, may_see
from case_api.access.principal import Principal
from case_api.domain.event import Recorded
from case_api.domain.words import start_of
from case_api.store.journal import FrameError, Journal, Placed, PlacedHeader
from case_api.store.keys import Keyring

KIND: Final = "feed"
PLACE, RECEIPT = b"\x00", b"\x01"
LENGTH: Final = 25
LOOK: Final = 1.0
"""Seconds of waiting after which we look whether the caller is still there: else they would hold up a shutdown."""
PAGE: Final = 500
"""Facts that are looked at in one go; at most so many per answer."""
SEARCHED: Final = 10_000
"""Facts after which an answer leaves though nothing visible was found; the consumer goes on from its cursor."""

log = structlog.get_logger()


class CursorUnreadable(ValueError):
    """Not a cursor of this authority's feed."""


class Links(BaseModel):
    """Where to read more."""

    case: str | None = None
    recipients: str | None = None
    request: str | None = Field(default=None, description="The request for assistance, as its service may see it.")


class Data(BaseModel):
    """Ids and codes only; the event's own references stand beside `case_id`."""

    model_config = ConfigDict(extra="allow")

    case_id: UUID | None = None
    links: Links


class CloudEvent(BaseModel):
    """An event as it is announced (CloudEvents 1.0, JSON format)."""

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str
    type: str
    subject: str | None = None
    time: AwareDatetime = Field(description="When it happened; the start of the day where only the day is known.")
    recordedtime: AwareDatetime
    correlationid: UUID | None = None
    causationid: UUID | None = None
    traceparent: str | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    data: Data


@dataclass(frozen=True, slots=True)
class Page:
    """Visible events, and the cursor after the last fact that was looked at."""

    items: tuple[CloudEvent, ...]
    next: str


class Feed:
    """One authority's feed."""

    def __init__(self, journal: Journal, public_url: str, zone: tzinfo) -> None:
        self._journal, self._public_url, self._zone = journal, public_url, zone

    async def page(
        self,
        consumer: Principal,
        after: str | None,
        types: Collection[str],
        limit: int,
        wait: float,
        gone: Callable[[], Awaitable[bool]] | None = None,
    ) -> Page:
        """Visible events after a cursor; waits up to *wait* seconds for the first, or until the caller is *gone*.

        Raises CursorUnreadable.
        """
        begin = position = await self._position(after)
        deadline = asyncio.get_running_loop().time() + wait
        while True:
            seen, position, more = await self._visible(consumer, position, types, limit)
            if more and not seen and position - begin < SEARCHED:
                continue
            left = deadline - asyncio.get_running_loop().time()
            if seen or more or left <= 0 or (gone is not None and await gone()):
                items = tuple(self._announced(one, consumer) for one in seen)
                return Page(items, place_cursor(self._journal.keyring, position))
            await self._journal.wait(position, min(left, LOOK))

    def _announced(self, event: Recorded, consumer: Principal) -> CloudEvent:
        for_service = consumer.roles.isdisjoint(WHOLE_RECORD)
        return cloud_event(event, self._journal.authority, self._public_url, self._zone, for_service=for_service)

    async def _visible(
        self, consumer: Principal, position: int, types: Collection[str], limit: int
    ) -> tuple[list[Recorded], int, bool]:
        """The visible facts of the next page, how far the log was looked at, and whether there is more of it."""
        headers = await self._journal.headers_since(position, PAGE)
        wanted = [header for header in headers if _is_wanted(header.name, types)]
        seen: list[Recorded] = []
        for placed in await self._opened(wanted):
            if may_see(consumer, placed.recorded):
                seen.append(placed.recorded)
            if len(seen) == limit:
                return seen, placed.position, True
        return seen, headers[-1].position if headers else position, len(headers) == PAGE

    async def _opened(self, wanted: Sequence[PlacedHeader]) -> list[Placed]:
        """The facts under some headers. One that was altered is passed by and reported, so that it stops nobody."""
        if not wanted:
            return []
        places = {header.position for header in wanted}
        try:
            facts = await self._journal.since(wanted[0].position - 1, PAGE, upto=wanted[-1].position)
        except FrameError:
            facts = [fact for header in wanted for fact in await self._alone(header)]
        return [fact for fact in facts if fact.position in places]

    async def _alone(self, header: PlacedHeader) -> list[Placed]:
        try:
            return await self._journal.since(header.position - 1, 1)
        except FrameError:
            log.warning("a damaged fact is passed by", authority=self._journal.authority, error=FrameError.__name__)
            return []

    async def _position(self, cursor: str | None) -> int:
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


def cloud_event(
    event: Recorded, authority: str, public_url: str, zone: tzinfo, *, for_service: bool = False
) -> CloudEvent:
    """The announcement of one fact: ids, type, and links to what its reader may read."""
    case_id = _case_of(event)
    envelope = event.envelope
    fields: dict[str, Any] = {"correlationid": envelope.correlation_id} if envelope else {}
    if envelope:
        fields |= {"causationid": envelope.causation_id, "traceparent": envelope.traceparent}
    return CloudEvent(
        id=event.event_id,
        source=f"/stagepost/{authority}",
        type=event.name,
        subject=str(case_id) if case_id else None,
        time=_instant(event, zone),
        recordedtime=event.recorded_at,
        dataschema=f"{public_url}/schemas/feed.{event.name}.json#/properties/data",
        data=Data(case_id=case_id, links=_links(event, case_id, for_service=for_service), **_refs(event)),
        **fields,
    )


def _instant(event: Recorded, zone: tzinfo) -> datetime:
    return start_of(event.occurred_at, zone).astimezone(UTC)


def _case_of(event: Recorded) -> UUID | None:
    """The case that an event belongs to; the ledger's events carry it in the key that seals them (D10)."""
    if event.kind == "case":
        return event.stream
    return event.key_id if event.kind == "told" else None


def _links(event: Recorded, case_id: UUID | None, *, for_service: bool) -> Links:
    if case_id is None:
        return Links()
    request_id = getattr(event.fact, "request_id", None)
    request = f"/v1/cases/{case_id}/assistance-requests/{request_id}" if request_id else None
    if for_service:
        return Links(request=request)
    recipients = f"/v1/events/{event.event_id}/recipients" if event.kind == "case" else None
    return Links(case=f"/v1/cases/{case_id}", recipients=recipients, request=request)


def _refs(event: Recorded) -> dict[str, Any]:
    found = {name: getattr(event.fact, name) for name in event.fact.refs}
    return {name: value for name, value in found.items() if value is not None}


def _is_wanted(name: str, types: Collection[str]) -> bool:
    return not types or name in types or name.partition(".")[0] in types
