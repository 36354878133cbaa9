"""Who was told of a matter, on what basis, what was withheld from whom; for its named group alone (R92, I30)."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.policy import Policy
from case_api.domain.words import day_of, has_come
from case_api.views.answer import Answer, AsOf, Part, times
from case_api.views.known import as_known
from case_api.views.matter_view import matter_as_known
from case_api.views.told_view import Kept, Line, kept_of, lines_of


class OthersTold(Part):
    """Somebody outside the school told a person of the family: no disclosure of the school's."""

    by: str
    person: UUID
    at: datetime | date
    decision_id: UUID = Field(description="The decision that says so.")


class MatterTold(Answer):
    """The ledger of a matter: whom the school told by hand, what it withheld, and whom others told."""

    matter_id: UUID
    items: tuple[Line, ...] = ()
    withheld: tuple[Kept, ...] = Field(default=(), description="What is kept from whom, lifted ones included.")
    told_by_others: tuple[OthersTold, ...] = ()


def matter_told(events: Sequence[Recorded], as_of: AsOf, policy: Policy, _: Authority) -> MatterTold:
    """The ledger as true at `as_of.valid_at`. Raises NothingKnown."""
    matter, at = matter_as_known(events, as_of), as_of.valid_at
    told = matter.told.as_at(at, policy.tz)
    names = {event.event_id: event.true_name for event in as_known(events, as_of.known_at)}
    others = (
        OthersTold(decision_id=one.fact.decision_id, **said.model_dump())
        for one in matter.protection.decisions
        for said in one.fact.told
        if has_come(one.at, at, policy.tz) and has_come(said.at, at, policy.tz)
    )
    return MatterTold(
        matter_id=matter.id,
        items=lines_of(told, names),
        withheld=kept_of(told, day_of(at, policy.tz)),
        told_by_others=tuple(others),
        **times(as_of),
    )
