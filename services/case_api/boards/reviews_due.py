"""By when what is to be looked at again: reviews, stays at targeted support, and duties in law (R25, R83, I21)."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from case_api.boards.board import Board, FoldedCase, Row
from case_api.domain.questions.clocks import clocks_of_requests
from case_api.domain.questions.coordination import coordinating_staff_on
from case_api.domain.questions.request_state import open_requests
from case_api.domain.questions.reviews_due import review_due, stay_due
from case_api.domain.questions.watches import EVER

ORDER = ("due", "case_id", "what", "ref")
"""The earliest first."""


class ReviewDueRow(Row, frozen=True, gc=False):
    """One last day on which something is in time."""

    due: date
    what: str
    """`review`, `stay`, or the code of a clock."""
    ref: UUID
    """The request whose clock it is; the case itself otherwise."""
    since: date
    calendar: str
    waits_for: str | None


def review_due_rows(folded: FoldedCase) -> Iterator[ReviewDueRow]:
    """A row for each, of days past and to come."""
    case = folded.case
    if case.people.learner is None:
        return
    for what, ref, since, due, calendar in _due(folded):
        yield ReviewDueRow(case.id, due, what, ref, since, calendar, coordinating_staff_on(case, due))


def _due(folded: FoldedCase) -> Iterator[tuple[str, UUID, date, date, str]]:
    case, policy = folded.case, folded.policy
    for what, found in (("review", review_due(case, policy.tz)), ("stay", stay_due(case, policy))):
        if found:
            yield what, case.id, found.since, found.due, "calendar_days"
    open_now = {request.asked.request_id for request, _ in open_requests(case)}
    for request_id, clock in clocks_of_requests(case, EVER, policy):
        if request_id in open_now and clock.met_on is None:
            yield clock.code, request_id, clock.began, clock.due, policy.clocks[clock.code].unit


REVIEWS_DUE = Board(
    "reviews_due",
    ReviewDueRow,
    key=("case_id", "due", "what", "ref"),
    rows=review_due_rows,
    of=("people", "coordination", "plans", "recommendations", "requests", "involvement", "reviews", "stages"),
    rests_on=("plans", "requests", "reviews", "stages"),
    indexes=(("due",),),
)
