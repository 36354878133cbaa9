"""Concerns that were raised and since which no support was put in place (I28)."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from case_api.boards.board import Board, FoldedCase, Row
from case_api.domain.questions.watches import unsupported_concerns


class UnsupportedConcernRow(Row, frozen=True, gc=False):
    """One such concern; it stands out from its day on."""

    concern_id: UUID
    raised_on: date
    stands_from: date
    waits_for: str | None


def unsupported_concern_rows(folded: FoldedCase) -> Iterator[UnsupportedConcernRow]:
    """A row for each, whether or not its day has come."""
    case = folded.case
    if case.people.learner is None:
        return
    for cause in folded.answer(unsupported_concerns):
        if cause.ref:
            yield UnsupportedConcernRow(case.id, cause.ref, cause.since, cause.stands_from, cause.waits_for)


UNSUPPORTED_CONCERNS = Board(
    "unsupported_concerns",
    UnsupportedConcernRow,
    key=("case_id", "concern_id"),
    rows=unsupported_concern_rows,
    of=("people", "concerns", "supports", "coordination"),
    rests_on=("concerns",),
    indexes=(("stands_from",),),
)
