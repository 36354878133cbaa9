"""Concerns: who brought what to the school's notice, and what they heard back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from pydantic import model_validator

from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, ConcernId, Line, PersonId, Text, Value


class RaisedBy(Value):
    """Who raised a concern: a person on the case, a member of staff, or another professional (R5)."""

    kind: Literal["learner", "carer", "staff", "professional", "other"]
    person: PersonId | None = None
    staff: Line | None = None

    @model_validator(mode="after")
    def _names_whom_it_can(self) -> "RaisedBy":
        if self.kind in ("learner", "carer") and self.person is None:
            raise ValueError("a learner or carer is named by person")
        return self


class ConcernRaised(Event, grounds="6.1", covers=("R5",)):
    """Someone who knows the learner brought a concern to the school's notice."""

    refs = ("concern_id",)
    concern_id: ConcernId
    raised_by: RaisedBy
    received_by: Line
    wellbeing_indicators: tuple[Code, ...] = ()
    barrier_areas: tuple[Code, ...] = ()
    description: Text
    wants_reply: bool = True


class ConcernAcknowledged(Event, grounds="6.2", covers=("R50",)):
    """The person who raised a concern was told that it was heard, and what happens next."""

    refs = ("concern_id",)
    concern_id: ConcernId
    to: RaisedBy
    summary: Text
    next_step: Text
    by_when: date


class ConcernClosed(Event, grounds="6.1", covers=("R20",)):
    """A concern was dealt with, and whoever raised it was told."""

    refs = ("concern_id",)
    concern_id: ConcernId
    outcome: Literal["supported", "no_action", "merged", "passed_on"]
    reason: Text
    fed_back_to: RaisedBy


@dataclass(frozen=True, slots=True)
class Concern:
    concern_id: ConcernId
    raised_by: RaisedBy
    received_by: str
    occurred_at: date | datetime
    acknowledged: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Concerns:
    by_id: Mapping[ConcernId, Concern] = field(default_factory=dict)

    def open_one(self, concern_id: ConcernId) -> Concern | None:
        concern = self.by_id.get(concern_id)
        return concern if concern and not concern.closed else None


def _changed(concerns: Concerns, changed: Concern | None) -> Concerns:
    return Concerns({**concerns.by_id, changed.concern_id: changed}) if changed else concerns


def evolve(concerns: Concerns, fact: Event, at: Recorded) -> Concerns:
    match fact:
        case ConcernRaised():
            concern = Concern(fact.concern_id, fact.raised_by, fact.received_by, at.occurred_at)
            return Concerns({**concerns.by_id, fact.concern_id: concern})
        case ConcernAcknowledged():
            known = concerns.by_id.get(fact.concern_id)
            return _changed(concerns, known and replace(known, acknowledged=True))
        case ConcernClosed():
            known = concerns.by_id.get(fact.concern_id)
            return _changed(concerns, known and replace(known, closed=True))
        case _:
            return concerns
