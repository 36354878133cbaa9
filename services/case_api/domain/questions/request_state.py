"""Where a request for assistance stands, from its answer and from the work that followed."""

from collections.abc import Iterator
from typing import Literal

from case_api.domain.case import Case
from case_api.domain.facts.requests import Request
from case_api.domain.words import RequestId, ServiceCode

State = Literal[
    "requested", "acknowledged", "accepted", "active", "on_hold", "ended", "declined", "withdrawn"
]
TERMINAL: frozenset[State] = frozenset({"ended", "declined", "withdrawn"})


def state_of(case: Case, request: Request) -> State:
    """The state of the request's machine: `on_hold` covers accepted and active alike."""
    if request.state != "accepted":
        return request.state
    work = case.involvement.of(request.asked.request_id)
    if work.ended_at is not None:
        return "ended"
    if work.paused:
        return "on_hold"
    return "active" if work.last_input else "accepted"


def open_requests(case: Case) -> Iterator[tuple[Request, State]]:
    """Requests that are not over, each with its state."""
    for request in case.requests.by_id.values():
        state = state_of(case, request)
        if state not in TERMINAL:
            yield request, state


def request_of_service(case: Case, request_id: RequestId, services: frozenset[ServiceCode]) -> Request | None:
    """The request if it is addressed to one of *services*."""
    request = case.requests.by_id.get(request_id)
    return request if request and request.asked.service in services else None
