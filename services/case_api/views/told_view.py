"""Who was told what, when and how (R11, R92)."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.told import Delivery, Disclosure, Told, evolve
from case_api.domain.policy import Policy
from case_api.views.answer import Answer, AsOf, NothingKnown, Part, times
from case_api.views.known import as_known


class Line(Part):
    """One message to one recipient, as it was reported last."""

    message_id: UUID
    about: UUID = Field(description="The event that they were told of.")
    about_type: str | None = Field(default=None, description="Its type, such as `StageChanged.v1`.")
    to: str
    channel: str
    template: str
    language: str | None = None
    delivery: Delivery
    reason: str | None = None
    at: datetime | date
    recorded_at: datetime
    attempts: int
    possible_duplicate: bool
    by_hand: str | None = Field(default=None, description="The member of staff who told them.")


class ToldView(Answer):
    """The ledger, in the order in which it was written."""

    case_id: UUID
    items: tuple[Line, ...] = ()


def told_view(
    events: Sequence[Recorded], told: Sequence[Recorded], as_of: AsOf, policy: Policy, authority: Authority
) -> ToldView:
    """The ledger of a case from its Told stream, as true at `as_of.valid_at`. Raises NothingKnown."""
    known = as_known(events, as_of.known_at)
    if not known:
        raise NothingKnown
    ledger = Told()
    for event in as_known(told, as_of.known_at):
        ledger = evolve(ledger, event.fact, event)
    names = {event.event_id: event.name for event in known}
    lines = ledger.as_at(as_of.valid_at, policy.tz).by_message.values()
    return ToldView(case_id=known[0].stream, items=tuple(_line(one, names) for one in lines), **times(as_of))


def _line(one: Disclosure, names: dict[UUID, str]) -> Line:
    made = one.made
    return Line(
        about_type=names.get(made.about),
        at=one.at,
        recorded_at=one.recorded_at,
        **made.model_dump(),
    )
