"""A request for assistance with what may be sent for it: the categories that everybody agrees to (I6, I9, R79)."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.requests import InputKind, Request, Route
from case_api.domain.policy import Policy
from case_api.domain.questions.consequences import agreed_categories
from case_api.domain.questions.request_state import State, progress_at
from case_api.views.agreement_status import Ground
from case_api.views.answer import Answer, AsOf, NothingKnown, Part, times
from case_api.views.known import case_as_known

OPEN: frozenset[State] = frozenset({"requested", "acknowledged", "accepted", "active"})


class LearnerSent(Part):
    """Who the learner is; under the category identity_contact."""

    name: str
    date_of_birth: date
    setting: str
    year_stage: str | None = None
    languages: tuple[str, ...]


class MeasureSent(Part):
    """A support that was tried, and its last effect from -2 to +2; under strategies_and_effect."""

    strategy_code: str
    need_refs: tuple[str, ...]
    started_on: date
    last_score: int | None = None


class RequestView(Answer):
    """One request. What is outside the agreed categories is absent."""

    case_id: UUID
    request_id: UUID
    service: str
    purpose: str
    route: Route
    input_sought: tuple[InputKind, ...]
    state: State
    asked_at: datetime | date
    urgency: str
    statutory_basis: str | None = None
    categories: tuple[str, ...] = Field(default=(), description="What the school may send now.")
    learner: LearnerSent | None = None
    need_refs: tuple[str, ...] | None = Field(default=None, description="Under learning_profile.")
    measures_tried: tuple[MeasureSent, ...] | None = None


def request_view(
    events: Sequence[Recorded],
    as_of: AsOf,
    policy: Policy,
    authority: Authority,
    *,
    request_id: UUID,
    services: frozenset[str] | None,
) -> RequestView:
    """The request as true at `as_of.valid_at`; *services* limits whose requests are seen.

    Raises NothingKnown where there is none, or none for these services.
    """
    case = case_as_known(events, as_of)
    request = case.requests.by_id.get(request_id)
    progress = request and progress_at(case, request, as_of.valid_at, policy.tz)
    if request is None or progress is None or (services is not None and request.asked.service not in services):
        raise NothingKnown
    agreed = _agreed(case, request, progress.state, as_of.valid_at, Ground(policy, authority))
    asked = request.asked
    return RequestView(
        case_id=case.id,
        request_id=request_id,
        service=asked.service,
        purpose=asked.purpose,
        route=asked.route,
        input_sought=asked.input_sought,
        state=progress.state,
        asked_at=request.asked_at,
        urgency=asked.urgency,
        statutory_basis=asked.statutory_basis,
        categories=tuple(sorted(agreed)),
        learner=_learner(case) if "identity_contact" in agreed else None,
        need_refs=asked.need_refs if "learning_profile" in agreed else None,
        measures_tried=_measures(case, request) if "strategies_and_effect" in agreed else None,
        **times(as_of),
    )


def _agreed(case: Case, request: Request, state: State, at: datetime, ground: Ground) -> frozenset[str]:
    """What may be sent now: nothing once the work is over or paused, or when the agreements no longer hold."""
    agreed = agreed_categories(case, request, case.agreements, at, ground) if state in OPEN else None
    return agreed or frozenset()


def _learner(case: Case) -> LearnerSent | None:
    learner = case.people.learner
    return LearnerSent.model_validate(learner.model_dump(include=set(LearnerSent.model_fields))) if learner else None


def _measures(case: Case, request: Request) -> tuple[MeasureSent, ...]:
    tried = dict.fromkeys(one.measure_id for one in request.asked.measures_tried)
    measures = (case.supports.by_id[ref] for ref in tried if ref in case.supports.by_id)
    return tuple(
        MeasureSent(
            strategy_code=one.strategy_code,
            need_refs=one.need_refs,
            started_on=one.started_on,
            last_score=one.last_score,
        )
        for one in measures
    )
