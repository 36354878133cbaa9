"""What services recommend for a learner, and whether it reached those who work with them (R72, R95, I26)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.recommendations import Holder, Recommendation
from case_api.domain.policy import Policy
from case_api.domain.questions.recommendations import left_out, took_school_days
from case_api.domain.words import day_of, has_come
from case_api.views.answer import Answer, AsOf, Part, times
from case_api.views.known import case_as_known


class HolderShown(Part):
    """A member of staff who was given it."""

    staff: str
    name: str = Field(description="By which families know them; the subject where none is on record.")
    shared_at: datetime | date
    system: str | None = None
    acknowledged_at: datetime | date | None = None
    school_days: int | None = Field(default=None, description="From sharing to acknowledgement.")


class RecommendationShown(Part):
    """One recommendation, with everybody who has it."""

    recommendation_id: UUID
    request_id: UUID
    service: str
    title: str
    made_at: datetime | date
    strategies: tuple[str, ...]
    audience_roles: tuple[str, ...]
    for_home: str | None = None
    holders: tuple[HolderShown, ...] = ()
    shared: int = Field(description="How many were given it.")
    acknowledged: int = Field(description="How many of them say that they have it.")
    slowest_school_days: int | None = Field(default=None, description="Of those who said so.")
    left_out: tuple[str, ...] = Field(
        default=(), description="Who teaches or assists the learner and was not given it."
    )
    left_out_reasons: tuple[str, ...] = ()


class RecommendationsView(Answer):
    """Every recommendation on the case, in the order in which they were recorded."""

    case_id: UUID
    items: tuple[RecommendationShown, ...] = ()


def recommendations_view(
    events: Sequence[Recorded], as_of: AsOf, policy: Policy, authority: Authority
) -> RecommendationsView:
    """The recommendations as true at `as_of.valid_at`. Raises NothingKnown."""
    case, at = case_as_known(events, as_of), as_of.valid_at
    come = (one for one in case.recommendations.by_id.values() if has_come(one.made_at, at, policy.tz))
    day = day_of(at, policy.tz)
    items = tuple(_shown(case, one.as_at(at, policy.tz), day, policy, authority) for one in come)
    return RecommendationsView(case_id=case.id, items=items, **times(as_of))


def _shown(case: Case, known: Recommendation, day: date, policy: Policy, authority: Authority) -> RecommendationShown:
    listed = authority.services.get(known.made.service)
    holders = tuple(_holder(one, policy, authority) for one in known.holders.values())
    return RecommendationShown(
        title=listed.title if listed else known.made.service,
        made_at=known.made_at,
        holders=holders,
        shared=len(holders),
        acknowledged=sum(one.acknowledged_at is not None for one in holders),
        slowest_school_days=_slowest(holders),
        left_out=left_out(case, known, authority, day),
        left_out_reasons=tuple(reason for _, reason in known.left_out_reasons),
        **known.made.model_dump(),
    )


def _holder(one: Holder, policy: Policy, authority: Authority) -> HolderShown:
    return HolderShown(
        staff=one.staff,
        name=authority.name_of(one.staff),
        shared_at=one.shared_at,
        system=one.system,
        acknowledged_at=one.acknowledged_at,
        school_days=took_school_days(one, policy),
    )


def _slowest(holders: Iterable[HolderShown]) -> int | None:
    return max((one.school_days for one in holders if one.school_days is not None), default=None)
