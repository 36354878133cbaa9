"""A request for assistance with what may be sent for it: the categories that everybody agrees to (I6, I9, R79)."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case, corrected, fold
from case_api.domain.event import Event, Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.involvement import AssistanceInputRecorded
from case_api.domain.facts.recommendations import RecommendationMade
from case_api.domain.facts.requests import (
    FurtherInformationRequested,
    FurtherInformationSupplied,
    InputKind,
    Request,
    Route,
)
from case_api.domain.policy import Policy
from case_api.domain.questions.clocks import ClockState, clock_of
from case_api.domain.questions.consequences import sendable
from case_api.domain.questions.request_state import Progress, State, progress_at
from case_api.domain.words import has_come
from case_api.views.agreement_status import Ground
from case_api.views.answer import Answer, AsOf, NothingKnown, Part, times
from case_api.views.known import as_known, case_as_known

OPEN: frozenset[State] = frozenset({"requested", "acknowledged", "accepted", "active"})


Kind = Literal["asked", "answered", "input", "recommendation"]


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


class Exchange(Part):
    """What the service asked, what the school answered, what the service did and recommended."""

    event_id: UUID
    kind: Kind
    at: datetime | date
    texts: tuple[str, ...]


class ClockShown(Part):
    """A limit in time that law or guidance sets for an answer, from the request to the first recommendation."""

    code: str
    began: date
    due: date = Field(description="Its last day.")
    state: ClockState = Field(description="`stopped`: the request was over before the limit was.")
    met_on: date | None = None
    kept: bool | None = Field(default=None, description="Absent while it runs, and where it stopped.")


class RequestView(Answer):
    """One request. What is outside the agreed categories is absent.

    Of one that was withdrawn a service keeps that there was one, that it was withdrawn, and since when.
    """

    case_id: UUID
    request_id: UUID
    service: str
    state: State
    since: datetime | date = Field(description="When that state began.")
    purpose: str | None = None
    route: Route | None = None
    input_sought: tuple[InputKind, ...] = ()
    asked_at: datetime | date | None = None
    urgency: str | None = None
    statutory_basis: str | None = None
    clock: ClockShown | None = None
    categories: tuple[str, ...] = Field(default=(), description="What the school may send now.")
    learner: LearnerSent | None = None
    need_refs: tuple[str, ...] | None = Field(default=None, description="Under learning_profile.")
    measures_tried: tuple[MeasureSent, ...] | None = None
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """Which request is looked at, by whom, and when."""

    request_id: UUID
    services: frozenset[str] | None
    """The services whose requests they see; None for staff, who see all."""
    now: datetime


def request_view(
    events: Sequence[Recorded], as_of: AsOf, policy: Policy, authority: Authority, asking: Asking
) -> RequestView:
    """The request as true at `as_of.valid_at`, with no more than may be sent now, whatever held then (I9).

    Raises NothingKnown where there is none, or none for these services.
    """
    request_id, services = asking.request_id, asking.services
    case = case_as_known(events, as_of)
    request = case.requests.by_id.get(request_id)
    progress = request and progress_at(case, request, as_of.valid_at, policy.tz)
    if request is None or progress is None or (services is not None and request.asked.service not in services):
        raise NothingKnown
    asked, ground, present = request.asked, Ground(policy, authority), fold(case.id, events)
    if services is not None and (over := _withdrawn(present, request_id, asking.now, policy)):
        known = {"case_id": case.id, "request_id": request_id, "service": asked.service}
        return RequestView(**known, state=over.state, since=over.since, **times(as_of))
    agreed = _agreed(case, request, as_of.valid_at, ground)
    agreed &= _agreed_now(present, request_id, asking.now, ground)
    return RequestView(
        case_id=case.id,
        request_id=request_id,
        service=asked.service,
        state=progress.state,
        since=progress.since,
        purpose=asked.purpose,
        route=asked.route,
        input_sought=asked.input_sought,
        asked_at=request.asked_at,
        urgency=asked.urgency,
        statutory_basis=asked.statutory_basis,
        clock=_clock(case, request, as_of.valid_at, policy),
        categories=tuple(sorted(agreed)),
        learner=_learner(case) if "identity_contact" in agreed else None,
        need_refs=asked.need_refs if "learning_profile" in agreed else None,
        measures_tried=_measures(case, request) if "strategies_and_effect" in agreed else None,
        exchanges=tuple(_exchanges(events, request_id, as_of, policy)) if agreed else (),
        **times(as_of),
    )


def _withdrawn(case: Case, request_id: UUID, now: datetime, policy: Policy) -> Progress | None:
    """Where the request stands now, if it was withdrawn, whatever time is asked for (I9)."""
    request = case.requests.by_id.get(request_id)
    progress = progress_at(case, request, now, policy.tz) if request else None
    return progress if progress and progress.state == "withdrawn" else None


def _clock(case: Case, request: Request, at: datetime, policy: Policy) -> ClockShown | None:
    clock = clock_of(case, request, at, policy)
    kept = {"kept": True, "missed": False}
    return ClockShown(**asdict(clock), kept=kept.get(clock.state)) if clock else None


def _agreed(case: Case, request: Request, at: datetime, ground: Ground) -> frozenset[str]:
    """What may be sent at *at*: nothing once the work is over or paused, or when the agreements do not hold."""
    progress = progress_at(case, request, at, ground.policy.tz)
    is_open = progress is not None and progress.state in OPEN
    return sendable(case, request, at, ground) if is_open else frozenset()


def _agreed_now(case: Case, request_id: UUID, now: datetime, ground: Ground) -> frozenset[str]:
    request = case.requests.by_id.get(request_id)
    return _agreed(case, request, now, ground) if request else frozenset()


def _exchanges(events: Sequence[Recorded], request_id: UUID, as_of: AsOf, policy: Policy) -> Iterator[Exchange]:
    """In the order of the record, corrections in place of what they correct."""
    for event in corrected(as_known(events, as_of.known_at)):
        told = _told(event.fact) if getattr(event.fact, "request_id", None) == request_id else None
        if told and has_come(event.occurred_at, as_of.valid_at, policy.tz):
            kind, texts = told
            yield Exchange(event_id=event.event_id, kind=kind, at=event.occurred_at, texts=texts)


def _told(fact: Event) -> tuple[Kind, tuple[str, ...]] | None:
    match fact:
        case FurtherInformationRequested(items=items):
            return "asked", items
        case FurtherInformationSupplied(items=items):
            return "answered", items
        case AssistanceInputRecorded(summary=summary):
            return "input", (summary,)
        case RecommendationMade(strategies=strategies):
            return "recommendation", strategies
        case _:
            return None


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
