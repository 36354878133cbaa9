"""Involvement: what a service does once it has accepted, and when its work pauses, resumes and ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, Line, RecommendationId, RequestId, Sensitivity, ServiceCode, Text


class AssistanceInputRecorded(Event, grounds="6.3 Kinds of input", covers=("R69", "R70")):
    """The service worked with the learner, the family or the staff."""

    true_from = "on"
    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    kind: Literal["consultation", "assessment", "advice", "ongoing"]
    on: date
    place: Literal["school", "home", "elsewhere", "remote"]
    present: tuple[Line, ...] = ()
    summary: Text
    sensitivity: Sensitivity = "routine"


class RecommendationMade(Event, grounds="6.3 Strategies reach staff", covers=("R72", "R91")):
    """The service recommended strategies, and said which staff should use them and what may help at home."""

    refs = ("request_id", "service", "recommendation_id")
    request_id: RequestId
    service: ServiceCode
    recommendation_id: RecommendationId
    strategies: Annotated[tuple[Text, ...], Field(min_length=1)]
    audience_roles: tuple[Code, ...]
    for_home: Text | None = None


class InvolvementPaused(Event, grounds="6.3 Requesting assistance", covers=("R79",)):
    """An agreement on which the work stands no longer holds, so the work and all sharing on it stop."""

    correctable = False
    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    cause: Literal["withdrawn", "expired"]
    acknowledge_by: date


class PauseAcknowledged(Event, grounds="6.3 Communication", covers=("R79", "R83")):
    """The service confirmed that it paused, and said what it lawfully keeps."""

    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    kept: Text | None = None


class InvolvementResumed(Event, grounds="6.3 Requesting assistance", covers=("R79",)):
    """The agreements hold again; the work goes on within what they now cover."""

    correctable = False
    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    categories: tuple[Code, ...]


class InvolvementEnded(Event, grounds="6.3 Communication", covers=("R110",)):
    """The service's work with the learner came to an end."""

    refs = ("request_id", "service", "outcome")
    request_id: RequestId
    service: ServiceCode
    outcome: Literal["met", "partly_met", "not_met", "withdrawn", "moved"]
    summary: Text
    learner_view: Text | None = None


@dataclass(frozen=True, slots=True)
class Involvement:
    last_input: date | None = None
    paused: bool = False
    pause_acknowledged: bool = False
    ended_at: date | datetime | None = None
    recommendations: tuple[RecommendationId, ...] = ()


@dataclass(frozen=True, slots=True)
class Involvements:
    by_request: Mapping[RequestId, Involvement] = field(default_factory=dict)

    def of(self, request_id: RequestId) -> Involvement:
        return self.by_request.get(request_id, Involvement())


def _after(involvement: Involvement, fact: Event, at: Recorded) -> Involvement:
    match fact:
        case AssistanceInputRecorded(on=on):
            return replace(involvement, last_input=max(on, involvement.last_input or on))
        case RecommendationMade():
            made = (*involvement.recommendations, fact.recommendation_id)
            return replace(involvement, recommendations=made)
        case InvolvementPaused():
            return replace(involvement, paused=True, pause_acknowledged=False)
        case PauseAcknowledged():
            return replace(involvement, pause_acknowledged=True)
        case InvolvementResumed():
            return replace(involvement, paused=False)
        case InvolvementEnded():
            return replace(involvement, ended_at=at.occurred_at, paused=False)
        case _:
            return involvement


OWN = (
    AssistanceInputRecorded
    | RecommendationMade
    | InvolvementPaused
    | PauseAcknowledged
    | InvolvementResumed
    | InvolvementEnded
)


def evolve(involvements: Involvements, fact: Event, at: Recorded) -> Involvements:
    if not isinstance(fact, OWN):
        return involvements
    changed = _after(involvements.of(fact.request_id), fact, at)
    return Involvements({**involvements.by_request, fact.request_id: changed})
