"""Moving up and down the ladder of staged intervention."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.stages import StageChanged
from case_api.domain.policy import Stage
from case_api.domain.questions.references import NotYetHappened, known, known_people
from case_api.domain.questions.targeted import targeted_support_is_coordinated, targeted_support_is_planned_together
from case_api.domain.questions.views_heard import answered_for, the_learner_was_heard
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


def a_step_up_follows_what_was_tried(case: Case, command: ChangeStage, to: Stage, now: Stage) -> Refusal | None:
    """I16: a need assessed, a measure ended or reviewed since this stage began, the views of learner and a carer."""
    if to.rank <= now.rank:
        return None
    missing = (*_nothing_tried(case), *_unheard(case, command))
    return StepUpTooEarly(missing=missing) if missing else None


def _nothing_tried(case: Case) -> tuple[Missing, ...]:
    began = case.stages.last.at_version if case.stages.last else 0
    reviewed = any(review.at_version > began for review in case.reviews.held)
    ended = any((measure.ended_at_version or 0) > began for measure in case.supports.by_id.values())
    found = [] if case.assessments.needs else [Missing(rule_id="I16", what="need_not_assessed")]
    if not (reviewed or ended):
        found.append(Missing(rule_id="I16", what="nothing_reviewed_or_ended_since_this_stage_began"))
    return tuple(found)


def _unheard(case: Case, command: ChangeStage) -> tuple[Missing, ...]:
    answered = answered_for(case, command)
    learner = case.people.learner
    found = []
    if learner and learner.person_id not in answered:
        found.append(Missing(rule_id="I16", what="views_missing", person=learner.person_id))
    if case.people.carers and answered.isdisjoint(case.people.carers):
        found.append(Missing(rule_id="I16", what="views_of_a_carer_missing"))
    return tuple(found)


def the_present_stage_began_before(case: Case, on: date) -> Refusal | None:
    """D6: stages follow one another in time as they do in the record, or "since" would tell another story."""
    began = case.stages.last.since if case.stages.last else on
    return StageBeganLater(pointer="/on") if on < began else None


def no_stage_is_skipped(command: ChangeStage, to: Stage, now: Stage) -> Refusal | None:
    """R30: needs are met at the less intrusive stage first; an exception upwards gives its reason."""
    if abs(to.rank - now.rank) <= 1 or (to.rank > now.rank and command.exception_reason):
        return None
    return StageSkipped(pointer="/to_stage")


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
        a_step_up_follows_what_was_tried(case, command, to, now),
        targeted_support_is_planned_together(case, to, now, on, policy, command.exception_reason),
        targeted_support_is_coordinated(case, to, on),
        no_stage_is_skipped(command, to, now),
        the_learner_was_heard(case, command),
        then=StageChanged(
            from_stage=now.code,
            to_stage=to.code,
            ladder_version=policy.ref,
            direction="up" if to.rank > now.rank else "down",
            on=on,
            **command.model_dump(exclude={"occurred_at", "to_stage", "on"}),
        ),
    )
