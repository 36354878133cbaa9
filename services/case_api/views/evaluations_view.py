"""What periods of support came to (R26, R32)."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.evaluations import CarerRating, Evaluation, FourOutcomes, Period
from case_api.domain.policy import Policy
from case_api.views.answer import Answer, AsOf, Part, times
from case_api.views.known import case_as_known


class EvaluationShown(Part):
    """One evaluation."""

    evaluation_id: UUID
    at: datetime | date
    period: Period
    four_outcomes: FourOutcomes
    learner_rating: int | None = None
    carer_rating: CarerRating | None = None
    learning: str


class EvaluationsView(Answer):
    """The evaluations of a case, in the order in which they were recorded."""

    case_id: UUID
    items: tuple[EvaluationShown, ...] = ()


def evaluations_view(events: Sequence[Recorded], as_of: AsOf, policy: Policy, _: Authority) -> EvaluationsView:
    """The evaluations as true at `as_of.valid_at`. Raises NothingKnown."""
    case = case_as_known(events, as_of)
    held = case.evaluations.at(as_of.valid_at, policy.tz)
    return EvaluationsView(case_id=case.id, items=tuple(map(_shown, held)), **times(as_of))


def _shown(one: Evaluation) -> EvaluationShown:
    return EvaluationShown(at=one.at, **one.fact.model_dump())
