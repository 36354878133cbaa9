"""When agreements end: what the clerk has yet to record (D15)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from case_api.boards.board import Board, FoldedCase
from case_api.domain.questions.standing import unrecorded_ends


@dataclass(frozen=True, slots=True)
class AgreementEndRow:
    """An agreement that lasts to its end, whose end is not recorded."""

    case_id: UUID
    agreement_id: UUID
    until: date


def agreement_end_rows(folded: FoldedCase) -> Iterator[AgreementEndRow]:
    """A row for each such end."""
    for grant in unrecorded_ends(folded.case.agreements, folded.policy.tz):
        yield AgreementEndRow(folded.case.id, grant.agreement_id, grant.until)


AGREEMENT_ENDS = Board(
    "agreement_ends",
    AgreementEndRow,
    key=("case_id", "agreement_id", "until"),
    rows=agreement_end_rows,
    indexes=(("until",),),
)
