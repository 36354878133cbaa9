"""Watches: what nobody did in time, or what may be done now. They block nothing; they stand until their cause is gone.

Only the clerk records them, from the facts and the calendar (D15).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import Literal
from uuid import UUID

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, Line, has_come

_OF_A_CONCERN = {
    "watch": "unsupported_concern", "ref": "01991f3a-6c00-7b2e-9d41-3f8a5c7e1b33", "due": "2025-09-22",
}  # fmt: skip

Key = tuple[str, UUID | None, date | None]
"""Which watch, of what, and by which day it should have been settled."""


class WatchRaised(Event, grounds="6.1 ASPIRE", covers=("R17", "R20", "R25", "R72", "R92")):
    """Something about the learner's support waits for somebody, or was proposed by what was observed."""

    correctable = False
    refs = ("watch", "ref")
    watch: Code
    ref: UUID | None = None
    since: date
    due: date | None = None
    waits_for: Line | None = None

    examples = ({**_OF_A_CONCERN, "since": "2025-09-08", "waits_for": "hay"},)


class WatchEscalated(Event, grounds="6.1 ASPIRE", covers=("R20", "R25")):
    """Nobody settled a watch for some school days more, so those who lead support in the school hear of it."""

    correctable = False
    refs = ("watch", "ref")
    watch: Code
    ref: UUID | None = None
    due: date | None = None

    examples = (_OF_A_CONCERN,)


class WatchCleared(Event, grounds="6.1 ASPIRE", covers=("R17", "R20", "R25")):
    """The cause of a watch is gone: it was settled, or what it counted from was moved by a later fact."""

    correctable = False
    refs = ("watch", "ref")
    watch: Code
    ref: UUID | None = None
    due: date | None = None
    because: Literal["settled", "moved"]

    examples = ({**_OF_A_CONCERN, "because": "settled"},)


@dataclass(frozen=True, slots=True)
class Watch:
    """A watch, from when it stood, and until when."""

    raised: WatchRaised
    at: date | datetime
    escalated_at: date | datetime | None = None
    cleared_at: date | datetime | None = None

    @property
    def escalated(self) -> bool:
        return self.escalated_at is not None


@dataclass(frozen=True, slots=True)
class Watches:
    """The watches that stand, and those that are over in the order in which they were."""

    open: Mapping[Key, Watch] = field(default_factory=dict)
    over: tuple[Watch, ...] = ()

    def standing_at(self, at: datetime, zone: tzinfo) -> tuple[Watch, ...]:
        """Those that had been raised by *at* and were not over."""
        return tuple(
            one
            for one in (*self.over, *self.open.values())
            if has_come(one.at, at, zone) and not (one.cleared_at and has_come(one.cleared_at, at, zone))
        )


def key_of(fact: WatchRaised | WatchEscalated | WatchCleared) -> Key:
    return fact.watch, fact.ref, fact.due


def evolve(watches: Watches, fact: Event, at: Recorded) -> Watches:
    match fact:
        case WatchRaised():
            return replace(watches, open=with_entry(watches.open, key_of(fact), Watch(fact, at.occurred_at)))
        case WatchEscalated() if key_of(fact) in watches.open:
            unheeded = replace(watches.open[key_of(fact)], escalated_at=at.occurred_at)
            return replace(watches, open=with_entry(watches.open, key_of(fact), unheeded))
        case WatchCleared() if key_of(fact) in watches.open:
            over = replace(watches.open[key_of(fact)], cleared_at=at.occurred_at)
            left = {key: watch for key, watch in watches.open.items() if key != key_of(fact)}
            return Watches(left, (*watches.over, over))
        case _:
            return watches
