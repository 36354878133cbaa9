"""Reviewing progress."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.questions.references import NotYetHappened, known, known_people
from case_api.domain.questions.views_heard import the_carers_were_heard, the_learner_was_heard
from case_api.domain.refusal import Decision, Refusal, decided
from case_api.domain.words import Day, Line, MeasureId, OutcomeStatus, ViewsId, ViewsMissing


class HoldReview(Command):
    """Progress is looked at with the people concerned, and a decision is taken."""

    of_refs: Annotated[tuple[MeasureId, ...], Field(min_length=1, max_length=30)]
    """The supports that were looked at."""
    held_on: Day | None = None
    """The day of the review; the day of `occurred_at` if absent."""
    present: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    """Who took part."""
    views_refs: Annotated[tuple[ViewsId, ...], Field(max_length=30)] = ()
    """What the learner and carers said, by the ids of their views (`/views`)."""
    views_missing: Annotated[tuple[ViewsMissing, ...], Field(max_length=30)] = ()
    """Who could not be heard, each with the reason."""
    progress: Annotated[tuple[OutcomeStatus, ...], Field(max_length=30)] = ()
    """How far each intended outcome was reached."""
    decision: Literal["continue", "adjust", "step_up", "step_down", "close"]
    """What was decided; a change of stage is a command of its own."""
    next_review_on: Day | None = None

    examples = ({
        "of_refs": ["0b8f2f5e-3a47-4f4e-8d1c-7a5e9c6b1d20"],
        "held_on": "2025-11-04",
        "present": ["Ms Okafor", "Anna Kowalska"],
        "views_missing": [
            {"party": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b10", "reason": "Ill that day; she is asked next week."},
        ],
        "progress": [{"outcome": "Follows three-step instructions", "status": "partly_met"}],
        "decision": "step_up",
        "next_review_on": "2026-01-20",
    },)  # fmt: skip


class NextReviewBeforeThis(Refusal):
    slug = "next-review-before-this"
    rule_id = "R25"
    guidance_ref = "R25"
    title = "The next review lies before this one."
    advice = "Give a later day for the next review, or leave it out."


def the_next_review_is_later(command: HoldReview, held_on: date) -> Refusal | None:
    earlier = command.next_review_on is not None and command.next_review_on <= held_on
    return NextReviewBeforeThis(pointer="/next_review_on") if earlier else None


def hold_review(case: Case, command: HoldReview, at: Situation) -> Decision:
    review_id, held_on = at.new_id(), command.held_on or at.day_of(command)
    return decided(
        known("/of_refs", command.of_refs, case.supports.by_id),
        known("/views_refs", command.views_refs, case.assessments.views),
        known_people("/views_missing", (one.party for one in command.views_missing), case),
        NotYetHappened(pointer="/held_on") if held_on > at.today else None,
        the_next_review_is_later(command, held_on),
        the_learner_was_heard(case, command),
        the_carers_were_heard(case, command),
        then=ReviewHeld(review_id=review_id, held_on=held_on, **command.said(without={"occurred_at", "held_on"})),
        created=review_id,
    )
