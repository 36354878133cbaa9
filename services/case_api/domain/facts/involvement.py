"""Involvement: what a service does once it has accepted, and when its work pauses, resumes and ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from functools import reduce
from typing import Literal

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, Line, RequestId, Sensitivity, ServiceCode, Text, has_come

_FOR_SLT = {"request_id": "019a8052-4c00-7173-a6a7-b3e092547199", "service": "slt"}


class AssistanceInputRecorded(Event, grounds="6.3 Kinds of input", covers=("R69", "R70")):
    """The service worked with the learner, the family or the staff."""

    correctable = False
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

    examples = ({
        **_FOR_SLT, "kind": "assessment", "on": "2026-01-14", "place": "school",
        "present": ["Ms Rao"], "summary": "Follows two-step instructions; four steps are too many at once.",
    },)  # fmt: skip


class InvolvementPaused(Event, grounds="6.3 Requesting assistance", covers=("R79",)):
    """An agreement on which the work stands no longer holds, so the work and all sharing on it stop."""

    correctable = False
    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    cause: Literal["withdrawn", "expired"]
    acknowledge_by: date

    examples = ({**_FOR_SLT, "cause": "withdrawn", "acknowledge_by": "2026-02-11"},)


class PauseAcknowledged(Event, grounds="6.3 Communication", covers=("R79", "R83")):
    """The service confirmed that it paused, and said what it lawfully keeps."""

    correctable = False
    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    kept: Text | None = None

    examples = ({**_FOR_SLT, "kept": "Our own session notes, as the law asks of us."},)


class InvolvementResumed(Event, grounds="6.3 Requesting assistance", covers=("R79",)):
    """The agreements hold again; the work goes on within what they now cover."""

    correctable = False
    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    categories: tuple[Code, ...]

    examples = ({**_FOR_SLT, "categories": ["identity_contact", "learning_profile"]},)


class InvolvementEnded(Event, grounds="6.3 Communication", covers=("R110",)):
    """The service's work with the learner came to an end."""

    correctable = False
    refs = ("request_id", "service", "outcome")
    request_id: RequestId
    service: ServiceCode
    outcome: Literal["met", "partly_met", "not_met", "withdrawn", "moved"]
    summary: Text
    learner_view: Text | None = None

    examples = ({
        **_FOR_SLT, "outcome": "met", "summary": "Both outcomes were met twice running.",
        "learner_view": "I can do it with my cards.",
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Involvement:
    """The work on one request, after some of its turns; it keeps each with the day or instant from which it is true."""

    first_input: date | None = None
    last_input: date | None = None
    paused_at: date | datetime | None = None
    resumed_at: date | datetime | None = None
    resumed_with: frozenset[str] = frozenset()
    acknowledge_by: date | None = None
    pause_acknowledged: bool = False
    ended_at: date | datetime | None = None
    turns: tuple[tuple[date | datetime, Event], ...] = ()

    @property
    def paused(self) -> bool:
        return self.paused_at is not None

    def as_at(self, at: datetime, zone: tzinfo) -> "Involvement":
        """The involvement as far as it had come by *at*."""
        come = (turn for turn in self.turns if has_come(turn[0], at, zone))
        return reduce(lambda involvement, turn: after(involvement, turn[1], turn[0]), come, Involvement())


@dataclass(frozen=True, slots=True)
class Involvements:
    by_request: Mapping[RequestId, Involvement] = field(default_factory=dict)

    def of(self, request_id: RequestId) -> Involvement:
        return self.by_request.get(request_id, Involvement())


def after(involvement: Involvement, fact: Event, when: date | datetime) -> Involvement:
    """The involvement after one turn, true from *when*."""
    return replace(_moved(involvement, fact, when), turns=(*involvement.turns, (when, fact)))


def _moved(involvement: Involvement, fact: Event, when: date | datetime) -> Involvement:
    match fact:
        case AssistanceInputRecorded(on=on):
            first, last = involvement.first_input or on, involvement.last_input or on
            return replace(involvement, first_input=min(on, first), last_input=max(on, last))
        case InvolvementPaused(acknowledge_by=by):
            return replace(involvement, paused_at=when, acknowledge_by=by, pause_acknowledged=False)
        case PauseAcknowledged():
            return replace(involvement, acknowledge_by=None, pause_acknowledged=True)
        case InvolvementResumed(categories=categories):
            goes_on = replace(involvement, paused_at=None, resumed_at=when, acknowledge_by=None)
            return replace(goes_on, resumed_with=frozenset(categories))
        case InvolvementEnded():
            return replace(involvement, ended_at=when, paused_at=None, acknowledge_by=None)
        case _:
            return involvement


OWN = AssistanceInputRecorded | InvolvementPaused | PauseAcknowledged | InvolvementResumed | InvolvementEnded


def evolve(involvements: Involvements, fact: Event, at: Recorded) -> Involvements:
    if not isinstance(fact, OWN):
        return involvements
    changed = after(involvements.of(fact.request_id), fact, at.true_from)
    return Involvements(with_entry(involvements.by_request, fact.request_id, changed))
