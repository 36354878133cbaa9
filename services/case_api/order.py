"""What a caller hands to the service, and how it can end."""

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar
from uuid import UUID

from msgspec import Struct

from case_api.access.principal import Principal
from case_api.access.rules import Fields
from case_api.access.ruling import ALLOWED, Ruling
from case_api.domain.command import Command, Situation
from case_api.domain.event import Event
from case_api.domain.refusal import Decision, Refusal
from case_api.store.journal import Reply

S = TypeVar("S")
C = TypeVar("C", bound=Command)


class Receipt(Struct, frozen=True):
    """What came of a command: where the stream stands now, and what was made."""

    stream: UUID
    version: int
    recorded: bool
    created: UUID | None = None


class Caller(Struct, frozen=True):
    """Who asks, in which role, and the trace that the request belongs to."""

    who: Principal
    role: str
    correlation_id: UUID
    traceparent: str | None = None


class Order(Struct, Generic[S, C], frozen=True):
    """One command on its way to a decision."""

    caller: Caller
    stream: UUID
    key_id: UUID
    """Of the stream's own data key (D10)."""
    case_id: UUID | None
    command: C
    decision: Callable[[S, C, Situation], Decision]
    reply: Callable[[Receipt], Reply]
    """Makes the answer before the append, so that the kept one is byte for byte the sent one (D13)."""
    key: str | None
    """The idempotency key; None on a dry run."""
    fingerprint: bytes
    expected: frozenset[int] | None = None
    """Versions that If-Match allows; None allows any."""
    opens: bool = False
    """The command begins the stream."""
    sealed: bool = False
    """Of a child-protection matter: its facts are stored sealed under its own key, its refusals are restricted."""
    may_see: Callable[[S, Situation], Ruling] = lambda *_: ALLOWED
    """Whether the caller may know of what is addressed; if not, it does not exist for them."""
    changes: frozenset[Fields] = frozenset()
    """Classes of fields that it replaces; whoever is not shown them may not."""


class Answer(Struct, frozen=True):
    """The reply to a command; `replayed` when it was kept from an earlier time."""

    reply: Reply
    replayed: bool = False


class WouldRecord(Struct, frozen=True):
    """What a dry run found: the events that the command would record."""

    events: tuple[Event, ...]


class CommandRefused(Exception):
    """The rules do not allow it now; *unseen* are the cases that it was meant for and that the caller may not see."""

    def __init__(self, refusals: Sequence[Refusal], policy: str, unseen: Iterable[UUID] = ()) -> None:
        super().__init__(refusals[0].slug)
        self.refusals, self.policy, self.unseen = tuple(refusals), policy, tuple(unseen)


class NoSuchStream(Exception):
    """What is addressed does not exist, or not for this caller; *unseen* are the cases, where it is about several."""

    def __init__(self, unseen: Iterable[UUID] = ()) -> None:
        super().__init__()
        self.unseen = tuple(unseen)


class NotShown(Exception):
    """It would replace what the caller may not read."""


class Stale(Exception):
    """If-Match names another version than the one in the store."""


class KeyUsedOtherwise(Exception):
    """The idempotency key was used for another request."""


class TwinInFlight(Exception):
    """The same command is being answered; it took longer than we wait."""


class TooBusy(Exception):
    """Others kept changing the case; nothing was stored."""
