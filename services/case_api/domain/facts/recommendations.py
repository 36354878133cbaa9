"""Recommendations: what a service advises, with whom the school shared it, and who says that they have it (R72)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import Annotated

from pydantic import Field

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, Line, RecommendationId, RequestId, ServiceCode, Text, has_come

_FOR_SLT = {
    "request_id": "019a8052-4c00-7173-a6a7-b3e092547199",
    "service": "slt",
    "recommendation_id": "019bdf6e-a000-7284-b7b8-c4f1a36582aa",
}


class RecommendationMade(Event, grounds="6.3 Strategies reach staff", covers=("R72", "R91")):
    """The service recommended strategies, and said which staff should use them and what may help at home."""

    correctable = False
    refs = ("request_id", "service", "recommendation_id")
    request_id: RequestId
    service: ServiceCode
    recommendation_id: RecommendationId
    strategies: Annotated[tuple[Text, ...], Field(min_length=1)]
    audience_roles: tuple[Code, ...]
    for_home: Text | None = None

    examples = ({
        **_FOR_SLT,
        "strategies": ["One step at a time, with a picture"],
        "audience_roles": ["teacher", "support_assistant"],
    },)  # fmt: skip


class RecommendationShared(Event, grounds="6.3 Strategies reach staff", covers=("R72", "R95")):
    """A recommendation was put before members of staff, as through the school's information system."""

    correctable = False
    refs = ("request_id", "service", "recommendation_id")
    request_id: RequestId
    service: ServiceCode
    recommendation_id: RecommendationId
    staff: Annotated[tuple[Line, ...], Field(min_length=1)]
    system: Line | None = None
    left_out_reason: Text | None = None

    examples = ({**_FOR_SLT, "staff": ["okafor", "dar", "hay"], "system": "School information system"},)


class RecommendationAcknowledged(Event, grounds="6.3 Strategies reach staff", covers=("R72", "R95")):
    """A member of staff said that they have a recommendation."""

    correctable = False
    refs = ("request_id", "service", "recommendation_id")
    request_id: RequestId
    service: ServiceCode
    recommendation_id: RecommendationId
    staff: Line

    examples = ({**_FOR_SLT, "staff": "okafor"},)


@dataclass(frozen=True, slots=True)
class Holder:
    """A member of staff who was given a recommendation, and since when they say that they have it."""

    staff: str
    shared_at: date | datetime
    system: str | None = None
    acknowledged_at: date | datetime | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    made: RecommendationMade
    made_at: date | datetime
    holders: Mapping[str, Holder] = field(default_factory=dict)
    left_out_reasons: tuple[tuple[date | datetime, str], ...] = ()

    def shared(self, fact: RecommendationShared, when: date | datetime) -> "Recommendation":
        """With those who had it already as they were."""
        new = {staff: Holder(staff, when, fact.system) for staff in fact.staff if staff not in self.holders}
        reasons = ((when, fact.left_out_reason),) if fact.left_out_reason else ()
        return replace(self, holders={**self.holders, **new}, left_out_reasons=(*self.left_out_reasons, *reasons))

    def acknowledged(self, staff: str, when: date | datetime) -> "Recommendation":
        held = self.holders.get(staff)
        if held is None or held.acknowledged_at is not None:
            return self
        return replace(self, holders=with_entry(self.holders, staff, replace(held, acknowledged_at=when)))

    def as_at(self, at: datetime, zone: tzinfo) -> "Recommendation":
        """As far as it had been shared and acknowledged by *at*."""
        come = (one for one in self.holders.values() if has_come(one.shared_at, at, zone))
        reasons = tuple(one for one in self.left_out_reasons if has_come(one[0], at, zone))
        return replace(self, holders={one.staff: _as_at(one, at, zone) for one in come}, left_out_reasons=reasons)


def _as_at(holder: Holder, at: datetime, zone: tzinfo) -> Holder:
    said = holder.acknowledged_at
    return holder if said is None or has_come(said, at, zone) else replace(holder, acknowledged_at=None)


@dataclass(frozen=True, slots=True)
class Recommendations:
    by_id: Mapping[RecommendationId, Recommendation] = field(default_factory=dict)

    def on_request(self, request_id: RequestId) -> tuple[Recommendation, ...]:
        """In the order in which they were recorded."""
        return tuple(one for one in self.by_id.values() if one.made.request_id == request_id)


def evolve(recommendations: Recommendations, fact: Event, at: Recorded) -> Recommendations:
    if isinstance(fact, RecommendationMade):
        made = Recommendation(fact, at.occurred_at)
        return Recommendations(with_entry(recommendations.by_id, fact.recommendation_id, made))
    if not isinstance(fact, RecommendationShared | RecommendationAcknowledged):
        return recommendations
    known = recommendations.by_id.get(fact.recommendation_id)
    if known is None:
        return recommendations
    return Recommendations(with_entry(recommendations.by_id, known.made.recommendation_id, _after(known, fact, at)))


def _after(known: Recommendation, fact: Event, at: Recorded) -> Recommendation:
    match fact:
        case RecommendationShared():
            return known.shared(fact, at.occurred_at)
        case RecommendationAcknowledged(staff=staff):
            return known.acknowledged(staff, at.occurred_at)
        case _:
            return known
