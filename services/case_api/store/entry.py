"""A command as the writer sees it: sealed, and stored whole or not at all."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Protocol
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from msgspec import Struct

from case_api.store.append import IdentifierTaken, KeyDestroyed, KeyReused, VersionConflict
from case_api.store.frame import take_apart


class Verdict(IntEnum):
    """What the log says to one command of a batch; the numbers are those of the PostgreSQL function."""

    STORED = 0
    STALE = -1
    SEEN = -2
    TAKEN = -3
    KEYLESS = -4


REFUSALS: Mapping[Verdict, type[Exception]] = {
    Verdict.STALE: VersionConflict,
    Verdict.SEEN: KeyReused,
    Verdict.TAKEN: IdentifierTaken,
    Verdict.KEYLESS: KeyDestroyed,
}


class KeyedRow(Struct, frozen=True):
    """An idempotency row with its reply sealed."""

    client: str
    key: str
    fingerprint: bytes
    reply: bytes
    case_id: UUID | None
    kept_at: int
    """Seconds since 1970."""


class Entry(Struct, frozen=True):
    """One sealed command."""

    events: tuple[StoredEvent, ...]
    event_ids: tuple[UUID, ...]
    keyed: KeyedRow | None
    identifiers: Mapping[bytes, UUID]
    key_ids: tuple[UUID, ...] = ()
    """Of the keys under which the events are sealed, each once."""

    def touches(self) -> Iterator[Hashable]:
        """What no other command of the same batch may touch."""
        for event in self.events:
            yield stream_of(event).int  # which is looked up sooner than an id
        if self.keyed is not None:
            yield self.keyed.client, self.keyed.key
        yield from self.identifiers


def stream_of(event: StoredEvent) -> UUID:
    """The library also knows streams that are named by texts; ours never are. Raises ValueError."""
    return event.originator_id if isinstance(event.originator_id, UUID) else UUID(event.originator_id)


def entry_of(stored_events: Sequence[StoredEvent]) -> Entry:
    """What the library wants to store, as a command."""
    named = [take_apart(event.state).header for event in stored_events]
    ids, keys = tuple(one.event_id for one in named), tuple({one.key_id for one in named})
    return Entry(tuple(stored_events), ids, keyed=None, identifiers={}, key_ids=keys)


class Unsure(Exception):
    """The database was lost while it worked on a batch: the batch may or may not be stored."""


class Unreachable(Exception):
    """There is no connection to the database. Nothing was sent."""


class Busy(Exception):
    """The database gave up waiting or has no room. Nothing of the batch was stored."""


class Line(Protocol):
    """The writer's own line to the log of one authority. What is sealed under a key that was destroyed it refuses."""

    is_elsewhere: bool
    """Whether another process does the work, while this one goes on."""

    async def connect(self) -> None:
        """Open the line anew. Raises Unreachable."""

    async def run(self, batch: Sequence[Entry]) -> list[Verdict]:
        """Judge and store a batch in one transaction. Raises Unsure, Unreachable, Busy, Unstorable."""

    async def stands(self, entry: Entry) -> bool:
        """Whether this very command is stored, byte for byte. Raises Unsure, Unreachable, Busy."""
