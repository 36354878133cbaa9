"""Legal holds: as long as one stands, nothing of the case is erased, whatever a retention schedule says (I34)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code


class RetentionHoldPlaced(Event, grounds="6.4 Working together", covers=("R111",)):
    """The record must be kept, whatever its retention schedule says: a claim, a complaint, an inquiry.

    The reason is a word that tells nobody's story: everybody who reads the case reads it.
    """

    correctable = False
    true_until = "until"
    refs = ("hold_id",)
    hold_id: UUID
    reason: Code
    until: date | None = None

    examples = ({
        "hold_id": "01995a20-4c00-7d3e-8b11-5f6a7c8d9e10", "reason": "legal_claim", "until": "2031-06-30",
    },)  # fmt: skip


class RetentionHoldLifted(Event, grounds="6.4 Working together", covers=("R111",)):
    """The record need not be kept for this reason any more; its retention schedule counts again."""

    correctable = False
    refs = ("hold_id",)
    hold_id: UUID
    reason: Code

    examples = ({"hold_id": "01995a20-4c00-7d3e-8b11-5f6a7c8d9e10", "reason": "claim_settled"},)


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold, and how it ended."""

    placed: RetentionHoldPlaced
    at: date | datetime
    lifted: RetentionHoldLifted | None = None
    lifted_at: date | datetime | None = None

    def stands_on(self, day: date) -> bool:
        """Whether nothing may be erased on *day*: `until` is the first day on which it no longer holds."""
        return self.lifted is None and (self.placed.until is None or day < self.placed.until)


@dataclass(frozen=True, slots=True)
class Retention:
    """Every hold that was placed, in the order of recording."""

    holds: Mapping[UUID, Hold] = field(default_factory=dict)

    def held_on(self, day: date) -> tuple[Hold, ...]:
        """The holds that stand on *day*, by what is on record now. While there is one, nothing is erased (I34)."""
        return tuple(hold for hold in self.holds.values() if hold.stands_on(day))


def evolve(retention: Retention, fact: Event, at: Recorded) -> Retention:
    match fact:
        case RetentionHoldPlaced():
            return Retention(with_entry(retention.holds, fact.hold_id, Hold(fact, at.occurred_at)))
        case RetentionHoldLifted() if fact.hold_id in retention.holds:
            ended = replace(retention.holds[fact.hold_id], lifted=fact, lifted_at=at.occurred_at)
            return Retention(with_entry(retention.holds, fact.hold_id, ended))
        case _:
            return retention
