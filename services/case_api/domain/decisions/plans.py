"""Settling which support is required, agreeing a plan with the family, closing it."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.plans import (
    Baseline,
    Disagreement,
    Plan,
    PlanAgreed,
    PlanClosed,
    PlannedMeasure,
    PlannedNeed,
    PlanParty,
    SupportPlanned,
)
from case_api.domain.questions.references import NotOnThisCase, NotYetHappened, known, known_people
from case_api.domain.questions.views_heard import the_carers_were_heard, the_learner_was_heard
from case_api.domain.refusal import Decision, Refusal, decided
from case_api.domain.words import Day, Line, PlanId, Text, ViewsId, ViewsMissing


class PlanSupport(Command):
    """It is settled which support is required, to what end, and when to look again."""

    measures: Annotated[tuple[PlannedMeasure, ...], Field(min_length=1, max_length=30)]
    """The strategies, each with the assessed needs that it is to answer."""
    intended_outcomes: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    """What is to be reached."""
    baseline: Baseline | None = None
    """How things are before it begins, in four respects."""
    review_on: Day
    """The day on which it is looked at again."""
    responsible: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]
    """Who of the staff sees to it."""

    examples = ({
        "measures": [{"strategy_code": "visual_timetable", "need_refs": ["receptive_language"]}],
        "intended_outcomes": ["Maja starts a task alone"],
        "review_on": "2025-11-04",
        "responsible": ["okafor"],
    },)  # fmt: skip


class AgreePlan(Command):
    """A plan is agreed, needs in order of weight; with `plan_id`, a new version of the plan that is open."""

    plan_id: PlanId | None = None
    """The open plan of which this is a new version; absent for a first one."""
    agreed_on: Day | None = None
    """The day of the agreement; the day of `occurred_at` if absent."""
    needs: Annotated[tuple[PlannedNeed, ...], Field(min_length=1, max_length=30)]
    """The needs in order of weight, each with what is done, to what end, by whom and by when."""
    parties: Annotated[tuple[PlanParty, ...], Field(min_length=1, max_length=40)]
    """Who is party to it: a learner or carer by `person`, others by `name`."""
    disagreements: Annotated[tuple[Disagreement, ...], Field(max_length=30)] = ()
    """What a party does not agree with; the plan goes ahead with it on record."""
    views_refs: Annotated[tuple[ViewsId, ...], Field(max_length=30)] = ()
    """What the learner and carers said, by the ids of their views (`/views`)."""
    views_missing: Annotated[tuple[ViewsMissing, ...], Field(max_length=30)] = ()
    """Who could not be heard, each with the reason."""

    examples = ({
        "agreed_on": "2026-02-10",
        "needs": [
            {
                "need": "receptive_language",
                "action": "Therapy in a small group, twice a week",
                "outcome": "Follows three-step instructions",
                "responsible": "hay",
                "by_when": "2026-05-19",
            }
        ],
        "parties": [
            {"role": "mother", "person": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11"},
            {"role": "pupil_support", "name": "hay"},
        ],
        "views_missing": [
            {"party": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b10", "reason": "Ill that day; she is asked next week."},
        ],
    },)  # fmt: skip


class ClosePlan(Command):
    """A plan comes to its end."""

    on: Day | None = None
    """The last day; the day of `occurred_at` if absent."""
    reason: Text

    examples = ({"on": "2026-05-19", "reason": "Both outcomes were met."},)  # fmt: skip


class PlanStillOpen(Refusal):
    slug = "plan-still-open"
    rule_id = "R23"
    guidance_ref = "R23"
    title = "The learner has a plan already, and one plan holds at a time."
    advice = "Name it in plan_id to agree a new version of it, or close it first."


class PlanOver(Refusal):
    slug = "plan-over"
    rule_id = "R26"
    guidance_ref = "R26"
    title = "This plan is closed."
    advice = "Agree a new plan, without plan_id."


class PlanBeganLater(Refusal):
    slug = "plan-began-later"
    rule_id = "R23"
    guidance_ref = "R23"
    title = "What holds now was agreed after this day."
    advice = "Give the day on which the present version was agreed, or a later one."


class PartyNotNamed(Refusal):
    slug = "party-not-named"
    rule_id = "R51"
    guidance_ref = "R51"
    title = "A party to a plan is a person of the family, or somebody named."
    advice = "Give person for the learner and carers, and name for everybody else."


class ReviewBeforeThis(Refusal):
    slug = "review-before-this"
    rule_id = "R23"
    guidance_ref = "R23"
    title = "The day to look again lies before the day of planning."
    advice = "Give a later day in review_on."


def one_plan_holds_at_a_time(case: Case, plan: Plan | None) -> Refusal | None:
    """R23: a new plan begins where none is open."""
    if plan is None:
        return PlanStillOpen(pointer="/plan_id") if case.plans.open else None
    return PlanOver(pointer="/plan_id") if plan.closed else None


def what_holds_was_agreed_before(plan: Plan | None, on: date, pointer: str) -> Refusal | None:
    """D6: versions follow one another in time as they do in the record."""
    return PlanBeganLater(pointer=pointer) if plan and on < plan.latest.agreed_on else None


def every_party_is_somebody(parties: Iterable[PlanParty]) -> Refusal | None:
    """R51, R86: a plan is shared with people who can be asked."""
    return None if all(one.person or one.name for one in parties) else PartyNotNamed(pointer="/parties")


def plan_support(case: Case, command: PlanSupport, at: Situation) -> Decision:
    catalogue = {one.code for one in at.policy.strategies}
    needs = [need for one in command.measures for need in one.need_refs]
    return decided(
        known("/measures", (one.strategy_code for one in command.measures), catalogue),
        known("/measures", needs, case.assessments.needs),
        ReviewBeforeThis(pointer="/review_on") if command.review_on < at.day_of(command) else None,
        then=SupportPlanned(**command.said(without={"occurred_at"})),
    )


def agree_plan(case: Case, command: AgreePlan, at: Situation) -> Decision:
    """With the views of the learner and of every carer, or why they are missing (I19, I20)."""
    plan = case.plans.by_id.get(command.plan_id) if command.plan_id else None
    if command.plan_id and plan is None:
        return decided(known("/plan_id", (command.plan_id,), ()))
    plan_id, agreed_on = command.plan_id or at.new_id(), command.agreed_on or at.day_of(command)
    everybody = (*command.parties, *(one.party for one in command.disagreements))
    return decided(
        known("/needs", (one.need for one in command.needs), case.assessments.needs),
        known_people("/parties", (one.person for one in everybody if one.person), case),
        every_party_is_somebody(everybody),
        known("/views_refs", command.views_refs, case.assessments.views),
        known_people("/views_missing", (one.party for one in command.views_missing), case),
        NotYetHappened(pointer="/agreed_on") if agreed_on > at.today else None,
        one_plan_holds_at_a_time(case, plan),
        what_holds_was_agreed_before(plan, agreed_on, "/agreed_on"),
        the_learner_was_heard(case, command),
        the_carers_were_heard(case, command),
        then=PlanAgreed(
            plan_id=plan_id,
            version=len(plan.versions) + 1 if plan else 1,
            agreed_on=agreed_on,
            **command.said(without={"occurred_at", "plan_id", "agreed_on"}),
        ),
        created=None if plan else plan_id,
    )


def close_plan(case: Case, plan_id: PlanId, command: ClosePlan, at: Situation) -> Decision:
    plan = case.plans.by_id.get(plan_id)
    if plan is None:
        return decided(NotOnThisCase())
    on = command.on or at.day_of(command)
    return decided(
        PlanOver() if plan.closed else None,
        NotYetHappened(pointer="/on") if on > at.today else None,
        what_holds_was_agreed_before(plan, on, "/on"),
        then=PlanClosed(plan_id=plan_id, on=on, reason=command.reason),
    )
