"""Moving up and down the ladder of staged intervention."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.stages import StageChanged
from case_api.domain.policy import Policy, Stage
from case_api.domain.questions.references import NotYetHappened, known, known_people
from case_api.domain.questions.targeted import targeted_support_is_coordinated, targeted_support_is_planned_together
from case_api.domain.questions.views_heard import answered_for, the_carers_were_heard, the_learner_was_heard
from case_api.domain.refusal import Decision, Missing, Refusal, decided
from case_api.domain.words import Code, Day, Text, ViewsId, ViewsMissing


class ChangeStage(Command):
    """The learner moves to another stage; the rationale of a step up says why less does not suffice."""

    to_stage: Code
    """One of the stages of the policy's ladder."""
    on: Day | None = None
    """The day of the change; the day of `occurred_at` if absent."""
    rationale: Text
    """Why; for a step up, why less does not suffice."""
    evidence_refs: Annotated[tuple[UUID, ...], Field(max_length=30)] = ()
    """Events of the case on which it rests, such as the review."""
    views_refs: Annotated[tuple[ViewsId, ...], Field(max_length=30)] = ()
    """What the learner and carers said, by the ids of their views (`/views`)."""
    views_missing: Annotated[tuple[ViewsMissing, ...], Field(max_length=30)] = ()
    """Who could not be heard, each with the reason."""
    exception_reason: Text | None = None
    """Why a step up cannot wait for what the rules ask for."""

    examples = ({
        "to_stage": "universal_augmented",
        "on": "2025-11-05",
        "rationale": "Everyday support helps, but not enough in maths.",
        "views_missing": [
            {"party": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b10", "reason": "Ill that day; she is asked next week."},
        ],
    },)  # fmt: skip


class StepUpTooEarly(Refusal):
    slug = "step-up-too-early"
    rule_id = "I16"
    guidance_ref = "R17"
    title = "A more intrusive stage comes after the present one was tried and looked at together."
    advice = (
        "Assess the need, review or end at least one support of the present stage, and attach the views of the"
        " learner and of a carer."
    )


class StageSkipped(Refusal):
    slug = "stage-skipped"
    rule_id = "stage-order"
    guidance_ref = "R30"
    title = "The ladder is climbed and descended one stage at a time."
    advice = "Move by one stage, or give exception_reason for a step up that cannot wait."


class StageBeganLater(Refusal):
    slug = "stage-began-later"
    rule_id = "stage-order"
    guidance_ref = "R30"
    title = "The present stage began after the day of this change."
    advice = "Give the day on which the present stage began, or a later one."


class StageDecidedByOthers(Refusal):
    slug = "stage-decided-by-others"
    rule_id = "R84"
    guidance_ref = "R84"
    title = "This stage is decided on by other roles."
    advice = "Ask somebody of the Pupil Support Team or of the school's management to record the change."


def those_decide_whom_the_ladder_names(to: Stage, at: Situation) -> Refusal | None:
    """R84: who may take a learner to a stage is local; the ladder says it."""
    return None if at.policy.decides_on(to, at.roles) else StageDecidedByOthers(pointer="/to_stage")


def a_step_up_follows_what_was_tried(case: Case, command: ChangeStage, to: Stage, on: date) -> Refusal | None:
    """I16: what the ladder asks for at this stage: a need assessed, a measure looked at together, people heard."""
    missing = tuple(
        lack for name, found in EVIDENCE.items() if name in to.entry_evidence for lack in found(case, command, on)
    )
    return StepUpTooEarly(missing=missing) if missing else None


def _unassessed(case: Case, _: ChangeStage, __: date) -> Iterator[Missing]:
    if not case.assessments.needs:
        yield Missing(rule_id="I16", what="need_not_assessed")


def _not_looked_at(case: Case, _: ChangeStage, __: date) -> Iterator[Missing]:
    """In the order of recording: what came before the present stage began does not count."""
    began = case.stages.last.at_version if case.stages.last else 0
    reviewed = any(review.at_version > began for review in case.reviews.held)
    ended = any((measure.ended_at_version or 0) > began for measure in case.supports.by_id.values())
    if not (reviewed or ended):
        yield Missing(rule_id="I16", what="nothing_reviewed_or_ended_since_this_stage_began")


def _learner_unheard(case: Case, command: ChangeStage, _: date) -> Iterator[Missing]:
    learner = case.people.learner
    if learner and learner.person_id not in answered_for(case, command):
        yield Missing(rule_id="I16", what="views_missing", person=learner.person_id)


def _carers_unheard(case: Case, command: ChangeStage, _: date) -> Iterator[Missing]:
    if case.people.carers and answered_for(case, command).isdisjoint(case.people.carers):
        yield Missing(rule_id="I16", what="views_of_a_carer_missing")


def _without_a_plan(case: Case, _: ChangeStage, on: date) -> Iterator[Missing]:
    if case.plans.on(on) is None:
        yield Missing(rule_id="I16", what="no_plan_in_force")


EVIDENCE: Mapping[str, Callable[[Case, ChangeStage, date], Iterator[Missing]]] = {
    "need_assessed": _unassessed,
    "looked_at_together": _not_looked_at,
    "learner_heard": _learner_unheard,
    "carer_heard": _carers_unheard,
    "plan_agreed": _without_a_plan,
}
"""By kind of evidence: what of it is missing. A planning meeting is I17's to ask for."""


def the_present_stage_began_before(case: Case, on: date) -> Refusal | None:
    """D6: stages follow one another in time as they do in the record, or "since" would tell another story."""
    began = case.stages.last.since if case.stages.last else on
    return StageBeganLater(pointer="/on") if on < began else None


def no_stage_is_skipped(command: ChangeStage, to: Stage, now: Stage) -> Refusal | None:
    """R30: needs are met at the less intrusive stage first; an exception upwards gives its reason."""
    if abs(to.rank - now.rank) <= 1 or (to.rank > now.rank and command.exception_reason):
        return None
    return StageSkipped(pointer="/to_stage")


def _what_a_step_up_rests_on(
    case: Case, command: ChangeStage, to: Stage, now: Stage, on: date, policy: Policy
) -> Iterator[Refusal | None]:
    if to.rank > now.rank:
        yield a_step_up_follows_what_was_tried(case, command, to, on)
        yield targeted_support_is_planned_together(case, to, on, policy, command.exception_reason)


def change_stage(case: Case, command: ChangeStage, at: Situation) -> Decision:
    policy, on = at.policy, command.on or at.day_of(command)
    last = case.stages.last
    now = (policy.stage(last.stage) if last else None) or policy.first_stage
    to = policy.stage(command.to_stage)
    if to is None:
        return decided(known("/to_stage", (command.to_stage,), ()))
    if to == now:
        return decided()
    return decided(
        known("/views_refs", command.views_refs, case.assessments.views),
        known_people("/views_missing", (one.party for one in command.views_missing), case),
        NotYetHappened(pointer="/on") if on > at.today else None,
        the_present_stage_began_before(case, on),
        *_what_a_step_up_rests_on(case, command, to, now, on, policy),
        targeted_support_is_coordinated(case, to, on),
        no_stage_is_skipped(command, to, now),
        those_decide_whom_the_ladder_names(to, at),
        the_learner_was_heard(case, command),
        the_carers_were_heard(case, command),
        then=StageChanged(
            from_stage=now.code,
            to_stage=to.code,
            ladder_version=policy.ref,
            direction="up" if to.rank > now.rank else "down",
            on=on,
            **command.said(without={"occurred_at", "to_stage", "on"}),
        ),
    )
