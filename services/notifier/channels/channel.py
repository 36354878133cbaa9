"""What every way to reach someone has in common: prepare without touching anything, then one call."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from notifier.outbox import Entry
from notifier.wire import Permit


@dataclass(frozen=True, slots=True)
class Result:
    """How a call ended: taken, to be tried again, or never to be."""

    end: Literal["sent", "again", "never"]
    reason: str | None = None
    doubtful: bool = False
    """The call may have taken effect although no answer came."""
    wish: timedelta | None = None
    """How long the provider asks us to wait."""


SENT = Result("sent")


class CannotPrepare(Exception):
    """A message cannot be made from this permit; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message ready to go. Holds personal data, so it lives in memory only and shows nothing of itself."""

    language: str | None
    """Of what is said in it; none where there are no words, only ids and codes."""
    call: Callable[[], Awaitable[Result]]

    def __repr__(self) -> str:
        return "<parcel>"


class Channel(Protocol):
    """A way to reach someone."""

    async def prepare(self, entry: Entry, permit: Permit) -> Parcel:
        """Make the message; contact nobody who would receive it. Raises CannotPrepare."""
        ...
