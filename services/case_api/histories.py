"""Opened events of streams, kept so that a read of one case decrypts only what is new.

What is held may be stale: every answer first asks the log for what lies beyond it, by one indexed read (D3).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from case_api.domain.event import Recorded
from case_api.domain.facts.erasure import erases, without_the_erased
from case_api.store.journal import Journal


@dataclass(slots=True)
class _Kept:
    """What is held of a stream, and the lock that lets one reader open it first while the others wait."""

    events: tuple[Recorded, ...] = ()
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)


class Histories:
    """The streams of one authority as opened events, the least recently read let go first.

    Args:
        journal: the log.
        limit: events that are kept in all; a stream that is longer by itself is kept while it is the last one read.
    """

    def __init__(self, journal: Journal, limit: int) -> None:
        self._journal, self._limit = journal, limit
        self._kept: OrderedDict[UUID, _Kept] = OrderedDict()
        self._count = 0

    async def of(self, stream: UUID) -> tuple[Recorded, ...]:
        """Every event of *stream* that the log held when this was asked. Raises what the journal's `read` raises."""
        kept = self._kept.setdefault(stream, _Kept())
        self._kept.move_to_end(stream)
        try:
            if kept.events:
                return await self._brought_up(stream, kept)
            async with kept.opening:
                return await self._brought_up(stream, kept)
        finally:
            self._tidy(stream, kept)

    def holds(self, stream: UUID, events: tuple[Recorded, ...]) -> bool:
        """Whether *events*, which it gave, are what it holds: they may have been let go of since (D10)."""
        kept = self._kept.get(stream)
        return kept is not None and kept.events is events

    def forget(self, stream: UUID) -> None:
        """Let go of a stream, for one whose key was destroyed (D10)."""
        kept = self._kept.pop(stream, None)
        self._count -= len(kept.events) if kept else 0

    async def _brought_up(self, stream: UUID, kept: _Kept) -> tuple[Recorded, ...]:
        before = kept.events
        if before and await self._journal.head(stream) == len(before):
            return before
        newer = await self._journal.read(stream, after=len(before))
        events = (*before, *newer) if newer else before
        if erases(newer):
            events = without_the_erased(events)
        self._keep(stream, kept, events)
        return events

    def _keep(self, stream: UUID, kept: _Kept, events: Sequence[Recorded]) -> None:
        """Hold the longer history: another reader may have come further, or the stream may be let go by now."""
        if self._kept.get(stream) is not kept:
            return
        if len(events) > len(kept.events):
            self._count += len(events) - len(kept.events)
            kept.events = tuple(events)

    def _tidy(self, stream: UUID, kept: _Kept) -> None:
        if not kept.events and self._kept.get(stream) is kept:
            del self._kept[stream]
        while self._count > self._limit and len(self._kept) > 1:
            _, kept = self._kept.popitem(last=False)
            self._count -= len(kept.events)
