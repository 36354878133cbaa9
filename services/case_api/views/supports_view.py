"""The supports of a learner: what was put in place, what it did, how it changed, whether it ended (R11, R24, R25)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.supports import Effect, Measure, SupportAdjusted, TargetedSupportStarted
from case_api.domain.policy import Policy
from case_api.domain.words import OutcomeStatus, day_of
from case_api.views.answer import Answer, AsOf, Part, times
from case_api.views.known import case_as_known


class EffectShown(Part):
    """What somebody saw of a support."""

    occurred_at: datetime | date
    score: int
    place: Literal["school", "home"]
    outcomes: tuple[OutcomeStatus, ...] = ()
    evidence: str
    by: str


class AdjustmentShown(Part):
    """How a support goes on in another way."""

    on: date
    change: str
    reason: str


class MeasureShown(Part):
    """One support."""

    measure_id: UUID
    strategy_code: str
    level: Literal["universal", "augmented", "targeted"]
    scope: Literal["learner", "group", "class"]
    joint_id: UUID | None = None
    need_refs: tuple[str, ...] = ()
    started_on: date
    by: str | None = None
    service: str | None = None
    coordinator: str | None = None
    exception_reason: str | None = None
    effects: tuple[EffectShown, ...] = ()
    adjustments: tuple[AdjustmentShown, ...] = ()
    ended_on: date | None = None
    end_reason: Literal["outcome_met", "ineffective", "replaced", "withdrawn"] | None = None


class SupportsView(Answer):
    """The supports that had begun, in the order in which they were recorded."""

    case_id: UUID
    items: tuple[MeasureShown, ...] = ()


def supports_view(events: Sequence[Recorded], as_of: AsOf, policy: Policy, _: Authority) -> SupportsView:
    """The supports as true at `as_of.valid_at`, those that have ended included. Raises NothingKnown."""
    case = case_as_known(events, as_of)
    return SupportsView(case_id=case.id, items=tuple(_measures(case, as_of.valid_at, policy)), **times(as_of))


def _measures(case: Case, at: datetime, policy: Policy) -> Iterator[MeasureShown]:
    day = day_of(at, policy.tz)
    for measure in case.supports.by_id.values():
        if measure.started_on <= day:
            yield MeasureShown(
                measure_id=measure.measure_id,
                strategy_code=measure.strategy_code,
                level=measure.level,
                scope=measure.scope,
                need_refs=measure.need_refs,
                started_on=measure.started_on,
                effects=tuple(_effect(one) for one in measure.effects_at(at, policy.tz)),
                adjustments=tuple(_adjustment(one) for one in measure.adjustments if one.on <= day),
                **_begun(measure),
                **_ended(measure, day),
            )


def _begun(measure: Measure) -> dict[str, str | UUID | None]:
    begun = measure.begun
    if isinstance(begun, TargetedSupportStarted):
        said = {"service": begun.service, "coordinator": begun.coordinator, "exception_reason": begun.exception_reason}
        return {**said}
    return {"by": begun.by, "joint_id": begun.joint_id}


def _ended(measure: Measure, day: date) -> dict[str, date | str]:
    ended = measure.ended
    return {"ended_on": ended.on, "end_reason": ended.reason} if ended and ended.on <= day else {}


def _effect(one: Effect) -> EffectShown:
    return EffectShown(occurred_at=one.occurred_at, **one.seen.model_dump(exclude={"measure_id"}))


def _adjustment(one: SupportAdjusted) -> AdjustmentShown:
    return AdjustmentShown(on=one.on, change=one.change, reason=one.reason)
