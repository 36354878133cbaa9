"""Time limits of law and guidance that run from one event to another, and whether they were kept (R83)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from case_api.domain.case import Case
from case_api.domain.facts.requests import Request
from case_api.domain.policy import Policy
from case_api.domain.questions.request_state import TERMINAL, progress_at
from case_api.domain.words import RequestId, day_of, has_come

ClockState = Literal["running", "kept", "missed", "stopped"]


@dataclass(frozen=True, slots=True)
class Clock:
    """One limit. `stopped`: what it waits for will not come, since the request was over by its last day."""

    code: str
    began: date
    due: date
    state: ClockState
    met_on: date | None = None


def clock_of(case: Case, request: Request, at: datetime, policy: Policy) -> Clock | None:
    """The limit on which a request was made, as it stood at *at*: from the request to its first recommendation.

    None for a request without a basis in law, and where the pack of that day set no limit for that basis. The last
    day was recorded with the request, so a pack that is published later does not move it (I32).
    """
    code, began = request.asked.statutory_basis, day_of(request.asked_at, policy.tz)
    due = request.asked.due_on
    if code is None or due is None:
        return None
    met_on = _first_recommended_on(case, request, at, policy)
    if met_on is not None:
        return Clock(code, began, due, "kept" if met_on <= due else "missed", met_on)
    over_on = _over_on(case, request, at, policy)
    if over_on is not None and over_on <= due:
        return Clock(code, began, due, "stopped")
    return Clock(code, began, due, "running" if day_of(at, policy.tz) <= due else "missed")


def clocks_of_requests(case: Case, at: datetime, policy: Policy) -> Iterator[tuple[RequestId, Clock]]:
    """The limit of each request that was made by *at* and has one."""
    for request_id, request in case.requests.by_id.items():
        clock = clock_of(case, request, at, policy) if has_come(request.asked_at, at, policy.tz) else None
        if clock:
            yield request_id, clock


def _first_recommended_on(case: Case, request: Request, at: datetime, policy: Policy) -> date | None:
    made = (one.made_at for one in case.recommendations.on_request(request.asked.request_id))
    return min((day_of(moment, policy.tz) for moment in made if has_come(moment, at, policy.tz)), default=None)


def _over_on(case: Case, request: Request, at: datetime, policy: Policy) -> date | None:
    progress = progress_at(case, request, at, policy.tz)
    return day_of(progress.since, policy.tz) if progress and progress.state in TERMINAL else None
