"""Where a request for assistance stands, from its answer and from the work that followed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Literal

from case_api.domain.case import Case
from case_api.domain.facts.involvement import Involvement
from case_api.domain.facts.requests import Request
from case_api.domain.words import RequestId, ServiceCode, has_come

State = Literal["requested", "acknowledged", "accepted", "active", "on_hold", "ended", "declined", "withdrawn"]
TERMINAL: frozenset[State] = frozenset({"ended", "declined", "withdrawn"})


def state_of(case: Case, request: Request) -> State:
    """The state of the request's machine: `on_hold` covers accepted and active alike."""
    return _state(request, case.involvement.of(request.asked.request_id))


def _state(request: Request, work: Involvement) -> State:
    if request.state != "accepted":
        return request.state
    if work.ended_at is not None:
        return "ended"
    if work.paused:
        return "on_hold"
    return "active" if work.last_input else "accepted"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a request had come at one instant, with the work on it."""

    request: Request
    work: Involvement
    state: State
    since: date | datetime
    """When that state began."""


def progress_at(case: Case, asked: Request, at: datetime, zone: tzinfo) -> Progress | None:
    """The request as true at *at*; None if it had not been made by then (D6)."""
    if not has_come(asked.asked_at, at, zone):
        return None
    request = asked.as_at(at, zone)
    work = case.involvement.of(asked.asked.request_id).as_at(at, zone)
    return Progress(request, work, _state(request, work), _since(request, work))


def _since(request: Request, work: Involvement) -> date | datetime:
    match _state(request, work):
        case "ended" | "on_hold":
            began = work.ended_at or work.paused_at
        case "active":
            began = work.resumed_at or work.first_input
        case "accepted":
            began = work.resumed_at or request.since
        case _:
            began = request.since
    return began or request.asked_at


def open_requests(case: Case) -> Iterator[tuple[Request, State]]:
    """Requests that are not over, each with its state."""
    for request in case.requests.by_id.values():
        state = state_of(case, request)
        if state not in TERMINAL:
            yield request, state


def works_now(case: Case, service: ServiceCode) -> bool:
    """Whether the service has accepted a request and is at work: neither on hold nor at an end."""
    states = {state for request, state in open_requests(case) if request.asked.service == service}
    return not states.isdisjoint({"accepted", "active"})


def request_of_service(case: Case, request_id: RequestId, services: frozenset[ServiceCode]) -> Request | None:
    """The request if it is addressed to one of *services*."""
    request = case.requests.by_id.get(request_id)
    return request if request and request.asked.service in services else None
