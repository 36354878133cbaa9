"""The desk of each service: what it was asked, and how far it has come (R66, R110)."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from case_api.boards.board import Board, FoldedCase, Row
from case_api.domain.questions.request_state import state_of
from case_api.domain.words import day_of


class DeskRow(Row, frozen=True, gc=False):
    """One request to one service, those that are over included."""

    request_id: UUID
    service: str
    purpose: str
    route: str
    state: str
    asked_on: date
    last_input: date | None
    acknowledge_by: date | None


def desk_rows(folded: FoldedCase) -> Iterator[DeskRow]:
    """A row for each request."""
    case = folded.case
    for request in case.requests.by_id.values():
        asked = request.asked
        work = case.involvement.of(asked.request_id)
        yield DeskRow(
            case_id=case.id,
            request_id=asked.request_id,
            service=asked.service,
            purpose=asked.purpose,
            route=asked.route,
            state=state_of(case, request),
            asked_on=day_of(request.asked_at, folded.policy.tz),
            last_input=work.last_input,
            acknowledge_by=work.acknowledge_by,
        )


DESK = Board(
    "desk",
    DeskRow,
    key=("case_id", "request_id"),
    rows=desk_rows,
    of=("requests", "involvement"),
    rests_on=("requests",),
    indexes=(("service", "state"),),
)
