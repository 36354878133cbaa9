"""The legal holds on a case: which stand, which are over (I34)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.policy import Policy
from case_api.domain.words import day_of, has_come
from case_api.views.answer import Answer, AsOf, Part, times
from case_api.views.known import case_as_known


class HoldShown(Part):
    """One hold."""

    hold_id: UUID
    reason: str
    placed_at: datetime | date
    until: date | None = Field(default=None, description="The first day on which it no longer holds.")
    lifted_at: datetime | date | None = None
    lifted_because: str | None = None
    stands: bool = Field(description="Whether it keeps the record from erasure at `valid_at`.")


class HoldsView(Answer):
    """Every hold that was placed on the case, the earliest first."""

    case_id: UUID
    holds: tuple[HoldShown, ...] = ()


def holds_view(events: Sequence[Recorded], as_of: AsOf, policy: Policy, _: Authority) -> HoldsView:
    """The holds as true at `as_of.valid_at`. Raises NothingKnown."""
    case = case_as_known(events, as_of)
    return HoldsView(case_id=case.id, holds=tuple(_holds(case, as_of.valid_at, policy)), **times(as_of))


def _holds(case: Case, at: datetime, policy: Policy) -> Iterator[HoldShown]:
    day = day_of(at, policy.tz)
    for hold in case.retention.holds.values():
        if not has_come(hold.at, at, policy.tz):
            continue
        over = hold.lifted_at is not None and has_come(hold.lifted_at, at, policy.tz)
        ended = hold.placed.until is not None and hold.placed.until <= day
        yield HoldShown(
            hold_id=hold.placed.hold_id,
            reason=hold.placed.reason,
            placed_at=hold.at,
            until=hold.placed.until,
            lifted_at=hold.lifted_at if over else None,
            lifted_because=hold.lifted.reason if hold.lifted and over else None,
            stands=not (over or ended),
        )
