"""Applying supports, seeing what they do, ending them."""

from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.supports import SupportAdjusted, SupportEffectObserved, SupportEnded
from case_api.domain.questions.applying import (
    applied,
    it_has_begun,
    the_strategy_is_in_the_catalogue,
    the_strategy_is_offered_at_this_level,
)
from case_api.domain.questions.references import NotOnThisCase, known
from case_api.domain.refusal import Decision, Refusal, decided
from case_api.domain.words import Code, Day, Line, MeasureId, OutcomeStatus, Text


class ApplySupport(Command):
    """An everyday adaptation is put in place."""

    strategy_code: Code
    """One of the strategies of the policy."""
    level: Literal["universal", "augmented"] = "universal"
    """Everyday support (`universal`), or more of it than others get (`augmented`)."""
    scope: Literal["learner", "group", "class"] = "learner"
    """For this learner, or for a group or class that they are in."""
    need_refs: Annotated[tuple[Code, ...], Field(max_length=30)] = ()
    """The assessed needs that it is for."""
    started_on: Day | None = None
    """The first day of the support; the day of `occurred_at` if absent."""
    by: Line | None = None
    """Who of the staff gives it; the caller if absent."""

    examples = ({
        "strategy_code": "visual_timetable", "need_refs": ["receptive_language"], "started_on": "2025-09-15",
    },)  # fmt: skip


class ObserveEffect(Command):
    """Somebody saw what a support did, from -2 (worse) to +2 (much better)."""

    score: Annotated[int, Field(ge=-2, le=2)]
    """From -2 (worse) to 2 (much better)."""
    outcomes: Annotated[tuple[OutcomeStatus, ...], Field(max_length=20)] = ()
    """How far each intended outcome was reached."""
    place: Literal["school", "home"] = "school"
    evidence: Text
    """What was seen."""
    by: Line | None = None
    """Who saw it; the caller if absent."""

    examples = ({"score": 1, "evidence": "Starts tasks without asking twice."},)  # fmt: skip


class AdjustSupport(Command):
    """A support goes on in another way."""

    change: Text
    """What is done differently from now on."""
    reason: Text
    """Why, such as what was seen of the support so far."""
    on: Day | None = None
    """The first day of the change; the day of `occurred_at` if absent."""

    examples = ({
        "change": "Three pictures at a time instead of six.", "reason": "Six at once were too many to look at.",
    },)  # fmt: skip


class EndSupport(Command):
    """A support comes to an end."""

    reason: Literal["outcome_met", "ineffective", "replaced", "withdrawn"]
    on: Day | None = None
    """The last day; the day of `occurred_at` if absent."""

    examples = ({"reason": "outcome_met", "on": "2025-12-19"},)  # fmt: skip


class SupportAlreadyEnded(Refusal):
    slug = "support-already-ended"
    rule_id = "R24"
    guidance_ref = "R24"
    title = "This support has ended."
    advice = "Apply the support again if it is to go on."


class ChangedBeforeItBegan(Refusal):
    slug = "changed-before-it-began"
    rule_id = "R24"
    guidance_ref = "R24"
    title = "A support is adjusted or ended on its first day or later."
    advice = "Give the first day of the support or a later one; correct the record if it began earlier."


def apply_support(case: Case, command: ApplySupport, at: Situation) -> Decision:
    measure_id = at.new_id()
    started_on = command.started_on or at.day_of(command)
    return decided(
        the_strategy_is_in_the_catalogue(command.strategy_code, at),
        the_strategy_is_offered_at_this_level(command.strategy_code, command.level, at),
        known("/need_refs", command.need_refs, case.assessments.needs),
        it_has_begun(started_on, at, "/started_on"),
        then=applied(
            at,
            measure_id=measure_id,
            started_on=started_on,
            **command.said(without={"occurred_at", "started_on"}),
        ),
        created=measure_id,
    )


def observe_effect(case: Case, measure_id: MeasureId, command: ObserveEffect, at: Situation) -> Decision:
    if measure_id not in case.supports.by_id:
        return decided(NotOnThisCase())
    seen = command.said(without={"occurred_at", "by"})
    return decided(then=SupportEffectObserved(measure_id=measure_id, by=command.by or at.actor.subject, **seen))


def adjust_support(case: Case, measure_id: MeasureId, command: AdjustSupport, at: Situation) -> Decision:
    """A support that has ended is not adjusted; it is applied again."""
    measure = case.supports.by_id.get(measure_id)
    if measure is None:
        return decided(NotOnThisCase())
    on = command.on or at.day_of(command)
    return decided(
        SupportAlreadyEnded() if measure.ended else None,
        ChangedBeforeItBegan(pointer="/on") if on < measure.started_on else None,
        it_has_begun(on, at, "/on"),
        then=SupportAdjusted(measure_id=measure_id, change=command.change, reason=command.reason, on=on),
    )


def end_support(case: Case, measure_id: MeasureId, command: EndSupport, at: Situation) -> Decision:
    measure = case.supports.by_id.get(measure_id)
    if measure is None:
        return decided(NotOnThisCase())
    on = command.on or at.day_of(command)
    return decided(
        SupportAlreadyEnded() if measure.ended else None,
        ChangedBeforeItBegan(pointer="/on") if on < measure.started_on else None,
        it_has_begun(on, at, "/on"),
        then=SupportEnded(measure_id=measure_id, reason=command.reason, on=on),
    )
