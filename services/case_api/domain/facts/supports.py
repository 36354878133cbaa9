"""Supports: what was tried for the learner, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, Line, MeasureId, OutcomeStatus, Text, has_come


class UniversalSupportApplied(
    Event, grounds="6.1 Universal support", covers=("R27", "R29", "R31", "R34", "R35", "R36")
):
    """An everyday adaptation was put in place for the learner, their group or their class."""

    true_from = "started_on"
    refs = ("measure_id", "strategy_code")
    measure_id: MeasureId
    strategy_code: Code
    catalogue_version: Line
    area: Literal["physical", "curriculum", "planning"]
    level: Literal["universal", "augmented"] = "universal"
    scope: Literal["learner", "group", "class"] = "learner"
    need_refs: tuple[Code, ...] = ()
    started_on: date
    by: Line

    examples = ({
        "measure_id": "01995220-1000-7e40-a374-80bd6f214e66", "strategy_code": "visual_timetable",
        "catalogue_version": "scotland-generic@1",
        "area": "physical", "need_refs": ["receptive_language"], "started_on": "2025-09-16", "by": "okafor",
    },)  # fmt: skip


class SupportEffectObserved(Event, grounds="6.1 ASPIRE", covers=("R25", "R44")):
    """Somebody saw what a support did, at school or at home, from -2 (worse) to +2 (much better)."""

    refs = ("measure_id",)
    measure_id: MeasureId
    score: Annotated[int, Field(ge=-2, le=2)]
    outcomes: tuple[OutcomeStatus, ...] = ()
    place: Literal["school", "home"]
    evidence: Text
    by: Line

    examples = ({
        "measure_id": "01995220-1000-7e40-a374-80bd6f214e66", "score": 1, "place": "school", "by": "okafor",
        "evidence": "Starts three tasks of four without being told again.",
    },)  # fmt: skip


class SupportEnded(Event, grounds="6.1 ASPIRE", covers=("R24",)):
    """A support came to an end, for a reason."""

    true_from = "on"
    refs = ("measure_id",)
    measure_id: MeasureId
    reason: Literal["outcome_met", "ineffective", "replaced", "withdrawn"]
    on: date

    examples = ({"measure_id": "01995220-1000-7e40-a374-80bd6f214e66", "reason": "outcome_met", "on": "2026-05-19"},)


@dataclass(frozen=True, slots=True)
class Effect:
    occurred_at: date | datetime
    score: int


@dataclass(frozen=True, slots=True)
class Measure:
    measure_id: MeasureId
    strategy_code: str
    level: str
    need_refs: tuple[str, ...]
    started_on: date
    applied_at_version: int
    effects: tuple[Effect, ...] = ()
    ended_on: date | None = None
    ended_at_version: int | None = None

    @property
    def last_score(self) -> int | None:
        return self.effects[-1].score if self.effects else None

    def score_at(self, at: datetime, zone: tzinfo) -> int | None:
        """The score recorded last of all effects that had been seen by *at*."""
        return next((one.score for one in reversed(self.effects) if has_come(one.occurred_at, at, zone)), None)


@dataclass(frozen=True, slots=True)
class Supports:
    by_id: Mapping[MeasureId, Measure] = field(default_factory=dict)

    def running_on(self, day: date) -> tuple[Measure, ...]:
        return tuple(
            one for one in self.by_id.values() if one.started_on <= day and (one.ended_on is None or day < one.ended_on)
        )


def _applied(fact: UniversalSupportApplied, at: Recorded) -> Measure:
    return Measure(fact.measure_id, fact.strategy_code, fact.level, fact.need_refs, fact.started_on, at.version)


def evolve(supports: Supports, fact: Event, at: Recorded) -> Supports:
    match fact:
        case UniversalSupportApplied():
            return Supports({**supports.by_id, fact.measure_id: _applied(fact, at)})
        case SupportEffectObserved() if fact.measure_id in supports.by_id:
            measure = supports.by_id[fact.measure_id]
            seen = replace(measure, effects=(*measure.effects, Effect(at.occurred_at, fact.score)))
            return Supports({**supports.by_id, fact.measure_id: seen})
        case SupportEnded() if fact.measure_id in supports.by_id:
            ended = replace(supports.by_id[fact.measure_id], ended_on=fact.on, ended_at_version=at.version)
            return Supports({**supports.by_id, fact.measure_id: ended})
        case _:
            return supports
