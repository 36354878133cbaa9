"""Reviews: progress looked at together, and what was decided."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.event import Event, Recorded
from case_api.domain.words import Line, MeasureId, OutcomeStatus, ReviewId, ViewsId, ViewsMissing


class ReviewHeld(Event, grounds="6.1 ASPIRE", covers=("R19", "R25")):
    """Progress was reviewed with the people concerned, and a decision was taken about the support."""

    true_from = "held_on"
    refs = ("review_id",)
    review_id: ReviewId
    of_refs: Annotated[tuple[MeasureId, ...], Field(min_length=1)]
    held_on: date
    present: tuple[Line, ...] = ()
    views_refs: tuple[ViewsId, ...] = ()
    views_missing: tuple[ViewsMissing, ...] = ()
    progress: tuple[OutcomeStatus, ...] = ()
    decision: Literal["continue", "adjust", "step_up", "step_down", "close"]
    next_review_on: date | None = None

    examples = ({
        "review_id": "019a4d33-7800-7f51-8485-91ce70325f77",
        "of_refs": ["01995220-1000-7e40-a374-80bd6f214e66"], "held_on": "2025-11-04", "decision": "adjust",
        "present": ["Ms Okafor", "Anna Nowak"], "views_refs": ["0199521d-2800-7d3f-b263-7fac5e103d55"],
        "progress": [{"outcome": "Starts a task alone", "status": "partly_met"}],
        "next_review_on": "2026-02-10",
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Review:
    review_id: ReviewId
    of_refs: tuple[MeasureId, ...]
    held_on: date
    decision: str
    next_review_on: date | None
    at_version: int
    views_refs: tuple[ViewsId, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviews:
    held: tuple[Review, ...] = ()

    def next_on(self, day: date) -> date | None:
        """The date set at the latest review held by *day*."""
        held = [review for review in self.held if review.held_on <= day]
        return max(held, key=lambda review: (review.held_on, review.at_version)).next_review_on if held else None


def evolve(reviews: Reviews, fact: Event, at: Recorded) -> Reviews:
    match fact:
        case ReviewHeld():
            review = Review(
                fact.review_id,
                fact.of_refs,
                fact.held_on,
                fact.decision,
                fact.next_review_on,
                at.version,
                fact.views_refs,
            )
            return Reviews((*reviews.held, review))
        case _:
            return reviews
