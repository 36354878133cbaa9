"""Evaluations: what a period of support came to, by the four measures of universal support."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.event import Event, Recorded
from case_api.domain.words import EvaluationId, PersonId, Text, Value, has_come

Course = Literal["improved", "same", "worse"]
Rating = Annotated[int, Field(ge=1, le=5)]


class Period(Value):
    """From one day up to and including another."""

    from_day: date
    until: date


class FourOutcomes(Value):
    """Whether the learner is more present, participating, achieving and supported than before (R32)."""

    present: Course
    participating: Course
    achieving: Course
    supported: Course


class CarerRating(Value):
    """What one carer says of the support, from 1 (poor) to 5 (very good)."""

    carer: PersonId
    rating: Rating


class EvaluationRecorded(Event, grounds="6.1 ASPIRE", covers=("R26", "R32")):
    """What a period of support came to was put on record, with what was learned from it."""

    refs = ("evaluation_id",)
    evaluation_id: EvaluationId
    period: Period
    four_outcomes: FourOutcomes
    learner_rating: Rating | None = None
    carer_rating: CarerRating | None = None
    learning: Text

    examples = ({
        "evaluation_id": "01975412-3000-7b02-8c11-2f4e6a8b0d31",
        "period": {"from_day": "2025-09-16", "until": "2026-06-09"},
        "four_outcomes": {
            "present": "improved", "participating": "improved", "achieving": "improved", "supported": "improved",
        },
        "carer_rating": {"carer": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11", "rating": 5},
        "learning": "Pictures first, words after: it carries over to new tasks.",
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evaluation:
    fact: EvaluationRecorded
    at: date | datetime


@dataclass(frozen=True, slots=True)
class Evaluations:
    recorded: tuple[Evaluation, ...] = ()

    def at(self, at: datetime, zone: tzinfo) -> tuple[Evaluation, ...]:
        """Those that had been recorded of a day up to *at*."""
        return tuple(one for one in self.recorded if has_come(one.at, at, zone))


def evolve(evaluations: Evaluations, fact: Event, at: Recorded) -> Evaluations:
    match fact:
        case EvaluationRecorded():
            return Evaluations((*evaluations.recorded, Evaluation(fact, at.occurred_at)))
        case _:
            return evaluations
