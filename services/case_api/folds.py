"""Streams folded once and kept: a bounded cache, and how each kind of stream is folded."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from case_api.domain import case as cases
from case_api.domain import matter as matters
from case_api.domain.case import Case
from case_api.domain.event import Recorded
from case_api.domain.facts import authority as authorities
from case_api.domain.facts import told as tellings
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.told import Told
from case_api.domain.matter import Matter
from case_api.store.journal import Journal

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Folded(Generic[S]):
    """A stream's state at a version, and when that version was recorded."""

    state: S
    version: int = 0
    recorded_at: datetime | None = None


class StreamKind(Protocol[S]):
    """How one kind of stream is folded."""

    def empty(self, stream: UUID) -> S: ...
    def forward(self, state: S, events: Sequence[Recorded]) -> S: ...
    def starts_anew(self, events: Sequence[Recorded]) -> bool: ...


class CaseKind:
    """Cases: a correction makes the fold start anew, since it changes the past (D7)."""

    def empty(self, stream: UUID) -> Case:
        return Case(stream)

    def forward(self, state: Case, events: Sequence[Recorded]) -> Case:
        return cases.forward(state, cases.corrected(events))

    def starts_anew(self, events: Sequence[Recorded]) -> bool:
        return cases.corrects(events)


class AuthorityKind:
    """The authority's own stream."""

    def empty(self, _: UUID) -> Authority:
        return Authority()

    def forward(self, state: Authority, events: Sequence[Recorded]) -> Authority:
        for event in events:
            state = authorities.evolve(state, event.fact, event)
        return state

    def starts_anew(self, _: Sequence[Recorded]) -> bool:
        return False


class ToldKind:
    """Who was told, beside each case."""

    def empty(self, _: UUID) -> Told:
        return Told()

    def forward(self, state: Told, events: Sequence[Recorded]) -> Told:
        for event in events:
            state = tellings.evolve(state, event.fact, event)
        return state

    def starts_anew(self, _: Sequence[Recorded]) -> bool:
        return False


class MatterKind:
    """Child-protection matters: nothing in them is corrected."""

    def empty(self, stream: UUID) -> Matter:
        return Matter(stream)

    def forward(self, state: Matter, events: Sequence[Recorded]) -> Matter:
        return matters.forward(state, events)

    def starts_anew(self, _: Sequence[Recorded]) -> bool:
        return False


@dataclass(slots=True)
class Held(Generic[S]):
    """A cached fold, and the lock that lets one command of this process at a time near it."""

    folded: Folded[S]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    counted: int = 0
    """What it counts for while it is kept."""


class Folds(Generic[S]):
    """The folds of one kind of stream of one authority, the least recently used let go first.

    *limit* bounds the facts that are folded in what is kept, since memory goes by facts: many short cases, or few long
    ones. The stream that was used last is always kept.

    What it holds may be stale: whoever answers from it confirms the head first (D3).
    """

    def __init__(self, journal: Journal, kind: StreamKind[S], limit: int) -> None:
        self._journal, self._kind, self._limit = journal, kind, limit
        self._held: OrderedDict[int, Held[S]] = OrderedDict()
        """By the numbers of their streams, which are looked up sooner than ids."""
        self._counted = 0

    async def hold(self, stream: UUID) -> Held[S]:
        """The cached fold of *stream*, read from the log where there is none."""
        if stream.int not in self._held:
            fresh = Held(await self._advanced(stream, self._new(stream)))
            self._held.setdefault(stream.int, fresh)  # somebody else may have been quicker
        return self._used(stream)

    async def forward(self, stream: UUID, held: Held[S]) -> None:
        """Take in what the log holds beyond the cached version."""
        fresh = await self._advanced(stream, held.folded)
        if fresh.version > held.folded.version:  # somebody else may have come further while this one read
            held.folded = fresh
            self._count(stream, held)

    def include(self, stream: UUID, held: Held[S], events: Sequence[Recorded]) -> None:
        """Take in events that were just appended, unless the cache has them already or lacks what precedes them."""
        if self._kind.starts_anew(events):
            self.forget(stream)
            held.folded = self._new(stream)
        elif events[0].version == held.folded.version + 1:
            held.folded = self._with(held.folded, events)
            self._count(stream, held)

    def forget(self, stream: UUID) -> None:
        """Let go of a stream, for one whose key was destroyed (D10): it is folded anew from what can be read."""
        held = self._held.pop(stream.int, None)
        if held is not None:
            self._counted -= held.counted

    async def latest(self, stream: UUID) -> Folded[S]:
        """The fold at the head of the stream, confirmed by an indexed read (D3)."""
        held = await self.hold(stream)
        if await self._journal.head(stream) != held.folded.version:
            await self.forward(stream, held)
        return held.folded

    async def confirmed(self, stream: UUID, events: Sequence[Recorded]) -> Folded[S]:
        """The fold of all *events* that the log was just found to hold of the stream, or beyond; at the head of none.

        Where it is not held, it is made of them: nobody asks the log twice.
        """
        if not events:
            return await self.latest(stream)
        return self.at_hand(stream, events[-1].version) or await self.take(stream, 0, events)

    def version_of(self, stream: UUID) -> int:
        """The version at which a stream is held in memory; 0 where it is not."""
        held = self._held.get(stream.int)
        return held.folded.version if held else 0

    def at_hand(self, stream: UUID, version: float) -> Folded[S] | None:
        """The fold of a stream that is held at *version* or beyond; None where it is not."""
        held = self._held.get(stream.int)
        return self._used(stream).folded if held and held.folded.version >= version else None

    async def take(self, stream: UUID, after: int, events: Sequence[Recorded]) -> Folded[S]:
        """The fold of a stream that was held at version *after*, with *events* that were read beyond it.

        What became of it while they were read counts: it may have gone on, or have been let go of.
        """
        held = self._held.get(stream.int) or Held(self._new(stream))
        if held.folded.version < after:
            return await self.latest(stream)
        fresh = [event for event in events if event.version > held.folded.version]
        if not fresh:
            return held.folded
        if fresh[0].version != held.folded.version + 1 or (held.folded.version and self._kind.starts_anew(fresh)):
            await self.forward(stream, held)
        else:
            held.folded = self._with(held.folded, fresh)
        self._held.setdefault(stream.int, held)
        return self._used(stream).folded

    async def as_known(self, stream: UUID, known_at: datetime) -> Folded[S]:
        """The fold of what was on record at *known_at*: a prefix of the stream (D5). Not kept."""
        events = await self._journal.read(stream)
        known = [event for event in events if event.recorded_at <= known_at]
        return self._with(self._new(stream), known)

    def _used(self, stream: UUID) -> Held[S]:
        held = self._held[stream.int]
        self._held.move_to_end(stream.int)
        self._count(stream, held)
        return held

    def _new(self, stream: UUID) -> Folded[S]:
        return Folded(self._kind.empty(stream))

    async def _advanced(self, stream: UUID, before: Folded[S]) -> Folded[S]:
        events = await self._journal.read(stream, after=before.version)
        if before.version and self._kind.starts_anew(events):
            events = await self._journal.read(stream)
            before = self._new(stream)
        return self._with(before, events)

    def _with(self, before: Folded[S], events: Sequence[Recorded]) -> Folded[S]:
        if not events:
            return before
        state = self._kind.forward(before.state, events)
        return Folded(state, events[-1].version, events[-1].recorded_at)

    def _count(self, stream: UUID, held: Held[S]) -> None:
        """Note what a kept fold has come to; an empty one counts too, or guesses at ids would fill the memory."""
        if self._held.get(stream.int) is held:
            before, held.counted = held.counted, held.folded.version + 1
            self._counted += held.counted - before
        self._shrink()

    def _shrink(self) -> None:
        while self._counted > self._limit and len(self._held) > 1:
            number, held = next(iter(self._held.items()))
            if held.lock.locked():
                self._held.move_to_end(number)
                break
            del self._held[number]
            self._counted -= held.counted
