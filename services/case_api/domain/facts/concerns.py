"""Concerns: who brought what to the school's notice, and what they heard back."""

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, ConcernId, Line, PersonId, Subject, Text, Value, has_come


class RaisedBy(Value):
    """Who raised a concern: a person on the case, a member of staff, or another professional (R5)."""

    kind: Literal["learner", "carer", "staff", "professional", "other"]
    person: PersonId | None = None
    staff: Subject | None = None


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

    examples = ({
        "concern_id": "01991f3a-6c00-7b2e-9d41-3f8a5c7e1b33",
        "raised_by": {"kind": "carer", "person": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11"},
        "received_by": "okafor",
        "wellbeing_indicators": ["achieving", "included"],
        "description": "Long instructions get lost on the way.",
    },)  # fmt: skip


class ConcernAcknowledged(Event, grounds="6.2", covers=("R50",)):
    """The person who raised a concern was told that it was heard, and what happens next."""

    refs = ("concern_id",)
    concern_id: ConcernId
    to: RaisedBy
    summary: Text
    next_step: Text
    by_when: date

    examples = ({
        "concern_id": "01991f3a-6c00-7b2e-9d41-3f8a5c7e1b33",
        "to": {"kind": "carer", "person": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11"}, "by_when": "2025-09-19",
        "summary": "Long instructions get lost.", "next_step": "We look together at what helps Maja follow.",
    },)  # fmt: skip


class ConcernClosed(Event, grounds="6.1", covers=("R20",)):
    """A concern was dealt with, and whoever raised it was told."""

    refs = ("concern_id",)
    concern_id: ConcernId
    outcome: Literal["supported", "no_action", "merged", "passed_on"]
    reason: Text
    fed_back_to: RaisedBy

    examples = ({
        "concern_id": "01991f3a-6c00-7b2e-9d41-3f8a5c7e1b33", "outcome": "supported",
        "reason": "A timetable in pictures is in place.",
        "fed_back_to": {"kind": "carer", "person": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11"},
    },)  # fmt: skip


class Concern(Struct, frozen=True, gc=False):
    concern_id: ConcernId
    raised_by: RaisedBy
    received_by: str
    occurred_at: date | datetime
    acknowledged_at: date | datetime | None = None
    closed_at: date | datetime | None = None

    @property
    def acknowledged(self) -> bool:
        return self.acknowledged_at is not None

    @property
    def closed(self) -> bool:
        return self.closed_at is not None


class Concerns(Struct, frozen=True, gc=False):
    by_id: Mapping[ConcernId, Concern] = {}

    def open_one(self, concern_id: ConcernId) -> Concern | None:
        concern = self.by_id.get(concern_id)
        return concern if concern and not concern.closed else None

    def open_at(self, at: datetime, zone: tzinfo) -> tuple[Concern, ...]:
        """Concerns that had been raised by *at* and not been closed."""
        return tuple(
            one
            for one in self.by_id.values()
            if has_come(one.occurred_at, at, zone) and not (one.closed_at and has_come(one.closed_at, at, zone))
        )


def _changed(concerns: Concerns, changed: Concern | None) -> Concerns:
    return Concerns(with_entry(concerns.by_id, changed.concern_id, changed)) if changed else concerns


def evolve(concerns: Concerns, fact: Event, at: Recorded) -> Concerns:
    match fact:
        case ConcernRaised():
            concern = Concern(fact.concern_id, fact.raised_by, fact.received_by, at.occurred_at)
            return Concerns(with_entry(concerns.by_id, fact.concern_id, concern))
        case ConcernAcknowledged():
            known = concerns.by_id.get(fact.concern_id)
            return _changed(concerns, known and replace(known, acknowledged_at=at.occurred_at))
        case ConcernClosed():
            known = concerns.by_id.get(fact.concern_id)
            return _changed(concerns, known and replace(known, closed_at=at.occurred_at))
        case _:
            return concerns
