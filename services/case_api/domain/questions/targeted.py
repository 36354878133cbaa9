"""What targeted support asks for beside a step up: planned together, and coordinated by somebody (R37-R39)."""

from collections.abc import Iterator
from datetime import date

from case_api.domain.case import Case
from case_api.domain.policy import Policy, Stage
from case_api.domain.questions.coordination import coordinator_on
from case_api.domain.refusal import Missing, Refusal


class NotPlannedTogether(Refusal):
    slug = "not-planned-together"
    rule_id = "I17"
    guidance_ref = "R38"
    title = "Targeted support follows an assessment of need and a planning meeting."
    advice = "Assess the need and hold a planning meeting with the family, or give exception_reason."


class NobodyCoordinates(Refusal):
    slug = "nobody-coordinates"
    rule_id = "I18"
    guidance_ref = "R39"
    title = "At targeted support somebody always coordinates."
    advice = "Assign the named person or a lead professional, from that day at the latest."


class StageNotTargeted(Refusal):
    slug = "stage-not-targeted"
    rule_id = "I17"
    guidance_ref = "R37"
    title = "Targeted support begins at a targeted stage."
    advice = "Move the learner to a targeted stage first, or give exception_reason."


def targeted_support_is_planned_together(
    case: Case, to: Stage, on: date, policy: Policy, exception_reason: str | None
) -> Refusal | None:
    """I17: where the ladder asks for it, in most cases; an exception gives its reason."""
    if "planned_together" not in to.entry_evidence:
        return None
    return what_was_planned_together(case, on, policy, exception_reason)


def what_was_planned_together(case: Case, on: date, policy: Policy, exception_reason: str | None) -> Refusal | None:
    """I17: a need assessed and a planning meeting held, in most cases; an exception gives its reason."""
    missing = () if exception_reason else tuple(_not_done(case, on, policy))
    return NotPlannedTogether(missing=missing) if missing else None


def _not_done(case: Case, on: date, policy: Policy) -> Iterator[Missing]:
    if not case.assessments.needs:
        yield Missing(rule_id="I17", what="need_not_assessed")
    planning = policy.meetings.planning_kinds
    if not any(meeting.called.kind in planning for meeting in case.meetings.held_by(on)):
        yield Missing(rule_id="I17", what="no_planning_meeting_held")


def the_stage_is_targeted(case: Case, on: date, policy: Policy, exception_reason: str | None) -> Refusal | None:
    """R37: specialist people and places come in at a targeted stage; an exception gives its reason."""
    entry = case.stages.on(on)
    stage = (policy.stage(entry.stage) if entry else None) or policy.first_stage
    return None if stage.targeted or exception_reason else StageNotTargeted()


def targeted_support_is_coordinated(case: Case, to: Stage, on: date) -> Refusal | None:
    """I18: the named person or a lead professional coordinates, and no exception is made."""
    if not to.targeted or coordinator_on(case, on):
        return None
    return NobodyCoordinates(missing=(Missing(rule_id="I18", what="no_coordinator_assigned"),))
