"""Who was informed of the help that is theirs to have, on what, and from which source (R8, R9, R61)."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.entitlements import Provided, TopicGiven
from case_api.domain.policy import Policy
from case_api.views.answer import Answer, AsOf, Part, times
from case_api.views.known import case_as_known


class InformationShown(Part):
    """What one person was given at one time."""

    to: UUID
    at: datetime | date
    topics: tuple[TopicGiven, ...]
    language: str
    format: str


class EntitlementsView(Answer):
    """The information that was given, in the order in which it was recorded."""

    case_id: UUID
    items: tuple[InformationShown, ...] = ()


def entitlements_view(events: Sequence[Recorded], as_of: AsOf, policy: Policy, _: Authority) -> EntitlementsView:
    """The information given by `as_of.valid_at`. Raises NothingKnown."""
    case = case_as_known(events, as_of)
    given = case.entitlements.at(as_of.valid_at, policy.tz)
    return EntitlementsView(case_id=case.id, items=tuple(map(_shown, given)), **times(as_of))


def _shown(one: Provided) -> InformationShown:
    return InformationShown(at=one.at, **one.fact.model_dump())
