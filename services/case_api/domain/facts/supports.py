"""Supports: what was tried for the learner, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import Annotated, Literal, Self

from pydantic import Field

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, JointId, Label, Line, MeasureId, OutcomeStatus, ServiceCode, Text, has_come


class UniversalSupportApplied(
    Event, grounds="6.1 Universal support", covers=("R27", "R29", "R31", "R34", "R35", "R36")
):
    """An everyday adaptation was put in place for the learner, their group or their class."""

    true_from = "started_on"
    refs = ("measure_id", "strategy_code", "joint_id")
    measure_id: MeasureId
    strategy_code: Code
    catalogue_version: Label
    area: Literal["physical", "curriculum", "planning"]
    level: Literal["universal", "augmented"] = "universal"
    scope: Literal["learner", "group", "class"] = "learner"
    joint_id: JointId | None = Field(default=None, description="The same for all who were given it by one command.")
    need_refs: tuple[Code, ...] = ()
    started_on: date
    by: Line

    examples = ({
        "measure_id": "01995220-1000-7e40-a374-80bd6f214e66", "strategy_code": "visual_timetable",
        "catalogue_version": "scotland-generic@1",
        "area": "physical", "need_refs": ["receptive_language"], "started_on": "2025-09-16", "by": "okafor",
    },)  # fmt: skip


class TargetedSupportStarted(Event, grounds="6.1 Targeted support", covers=("R37", "R38", "R39", "R41", "R42")):
    """Specialist people or places began to support the learner, and somebody coordinates it."""

    true_from = "started_on"
    refs = ("measure_id", "strategy_code", "service")
    measure_id: MeasureId
    strategy_code: Code
    catalogue_version: Label
    need_refs: tuple[Code, ...] = ()
    service: ServiceCode | None = None
    coordinator: Line
    exception_reason: Text | None = None
    started_on: date

    examples = ({
        "measure_id": "019c4733-2400-7a15-8f0e-2b6d9c417a55", "strategy_code": "agency_input",
        "catalogue_version": "scotland-generic@1", "need_refs": ["receptive_language"], "service": "slt",
        "coordinator": "hay", "started_on": "2026-02-10",
    },)  # fmt: skip


class SupportAdjusted(Event, grounds="6.1 ASPIRE", covers=("R24",)):
    """A support goes on in another way, for a reason."""

    true_from = "on"
    refs = ("measure_id",)
    measure_id: MeasureId
    change: Text
    reason: Text
    on: date

    examples = ({
        "measure_id": "01995220-1000-7e40-a374-80bd6f214e66", "change": "Three pictures at a time instead of six.",
        "reason": "Six at once were too many to look at.", "on": "2025-10-06",
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
    """What somebody saw, and when."""

    occurred_at: date | datetime
    seen: SupportEffectObserved
    at_version: int = 0

    @property
    def score(self) -> int:
        return self.seen.score


@dataclass(frozen=True, slots=True)
class Measure:
    """A support with all that came of it."""

    begun: UniversalSupportApplied | TargetedSupportStarted
    applied_at_version: int
    effects: tuple[Effect, ...] = ()
    adjustments: tuple[SupportAdjusted, ...] = ()
    ended: SupportEnded | None = None
    ended_at_version: int | None = None

    @property
    def measure_id(self) -> MeasureId:
        return self.begun.measure_id

    @property
    def strategy_code(self) -> str:
        return self.begun.strategy_code

    @property
    def need_refs(self) -> tuple[str, ...]:
        return self.begun.need_refs

    @property
    def started_on(self) -> date:
        return self.begun.started_on

    @property
    def ended_on(self) -> date | None:
        return self.ended.on if self.ended else None

    @property
    def level(self) -> Literal["universal", "augmented", "targeted"]:
        return self.begun.level if isinstance(self.begun, UniversalSupportApplied) else "targeted"

    @property
    def scope(self) -> Literal["learner", "group", "class"]:
        return self.begun.scope if isinstance(self.begun, UniversalSupportApplied) else "learner"

    @property
    def last_score(self) -> int | None:
        return self.effects[-1].score if self.effects else None

    def score_at(self, at: datetime, zone: tzinfo) -> int | None:
        """The score recorded last of all effects that had been seen by *at*."""
        seen = self.effects_at(at, zone)
        return seen[-1].score if seen else None

    def effects_at(self, at: datetime, zone: tzinfo) -> tuple[Effect, ...]:
        """The effects that had been seen by *at*, in the order of recording."""
        return tuple(one for one in self.effects if has_come(one.occurred_at, at, zone))


@dataclass(frozen=True, slots=True)
class Supports:
    by_id: Mapping[MeasureId, Measure] = field(default_factory=dict)

    def running_on(self, day: date) -> tuple[Measure, ...]:
        return tuple(
            one for one in self.by_id.values() if one.started_on <= day and (one.ended_on is None or day < one.ended_on)
        )

    def with_one(self, measure: Measure) -> Self:
        return replace(self, by_id=with_entry(self.by_id, measure.measure_id, measure))


def evolve(supports: Supports, fact: Event, at: Recorded) -> Supports:
    match fact:
        case UniversalSupportApplied() | TargetedSupportStarted():
            return supports.with_one(Measure(fact, at.version))
        case SupportEffectObserved() | SupportAdjusted() | SupportEnded() if fact.measure_id in supports.by_id:
            return supports.with_one(_after(supports.by_id[fact.measure_id], fact, at))
        case _:
            return supports


def _after(measure: Measure, fact: SupportEffectObserved | SupportAdjusted | SupportEnded, at: Recorded) -> Measure:
    match fact:
        case SupportEffectObserved():
            return replace(measure, effects=(*measure.effects, Effect(at.occurred_at, fact, at.version)))
        case SupportAdjusted():
            return replace(measure, adjustments=(*measure.adjustments, fact))
        case SupportEnded():
            return replace(measure, ended=fact, ended_at_version=at.version)
