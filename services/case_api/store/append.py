"""What is handed to a journal to store, what it hands back, and why it can refuse."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct, field

from case_api.domain.event import Envelope, Event, Recorded


class VersionConflict(Exception):
    """A stream has moved on, or a version would be missing. Nothing of the command was stored."""


class KeyReused(Exception):
    """The idempotency key already has a reply, which the caller looks up. Nothing was stored."""


class IdentifierTaken(Exception):
    """An identifier already belongs to a case (D9). Nothing of the command was stored."""


class CommitUnknown(Exception):
    """The database was lost while it committed and did not come back: the command may be stored or not."""


class StoreUnavailable(Exception):
    """The database cannot be reached or is too busy. Nothing of the command was stored."""


class Unstorable(Exception):
    """The database refuses the command for what it holds: a mistake in this program. Nothing was stored."""


class KeyDestroyed(Exception):
    """The key under which a fact would be sealed was destroyed, and is never made anew."""


class KeyMissing(Exception):
    """No key was ever made under this id, or the key table was lost; never passed by as an erasure."""


class Fact(Struct, frozen=True):
    """One event about to be stored at its place; the journal seals it."""

    stream: UUID
    version: int
    event_id: UUID
    recorded_at: datetime
    key_id: UUID
    envelope: Envelope
    fact: Event
    sealed: bool = False
    """Of a matter: the log shows neither its type nor how long it is (D11)."""


class Reply(Struct, frozen=True):
    """What a command answered; kept, sealed, under its idempotency key (D13)."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Keyed(Struct, frozen=True):
    """The row of an idempotency key, written in the transaction of its events (D13)."""

    client: str
    key: str
    fingerprint: bytes
    reply: Reply
    case_id: UUID | None
    kept_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """In real time, whatever the story's clock shows: the client who repeats a command lives in it (D16)."""


class Append(Struct, frozen=True):
    """One command: stored whole or not at all (D4)."""

    facts: tuple[Fact, ...]
    keyed: Keyed | None = None
    identifiers: Mapping[bytes, UUID] = field(default_factory=dict)
    """Search hash of an identifier → the case that it belongs to (D9)."""
    new_keys: tuple[UUID, ...] = ()
    """Data keys to make; they are committed before the events (D10)."""


class Kept(Struct, frozen=True):
    """What is kept under an idempotency key."""

    fingerprint: bytes
    reply: Reply | None
    """None where the case or matter was erased: that the key was used is all that is left (D13)."""


class Placed(Struct, frozen=True, gc=False):
    """A recorded fact and its position in the authority's log."""

    position: int
    recorded: Recorded


class PlacedHeader(Struct, frozen=True, gc=False):
    """What the log shows of a fact without a key."""

    position: int
    stream: UUID
    version: int
    name: str
    key_id: UUID | None
    """Of the key it is sealed under; None if the frame was altered."""


class Stored(Struct, frozen=True, gc=False):
    """A fact as it stands in the log, byte for byte, and where."""

    position: int
    stream: UUID
    version: int
    name: str
    state: bytes
    event_id: UUID
    """As the log looks it up; the frame says it too."""


class Shown(Struct, frozen=True):
    """What an export shows of a fact: its body, and the salt that binds it to the frame (D2)."""

    salt: bytes
    body: bytes


class Attempt(Struct, frozen=True):
    """A command that was refused: it leaves no event and no reply, only this (D20)."""

    at: datetime
    subject: str
    organisation: str
    role: str
    case_id: UUID | None
    command: str
    rule_ids: tuple[str, ...]
    policy: str
    reason: str
    matter_id: UUID | None = None
    """Of the child-protection matter that was addressed."""
    restricted: bool = False
    """Stored sealed, and shown to nobody but the group of the matter that it concerns (I30)."""
