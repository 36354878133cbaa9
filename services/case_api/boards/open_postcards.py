"""Postcards that nobody has answered yet, on either side (R63)."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from case_api.boards.board import Board, FoldedCase, Row
from case_api.domain.words import day_of


class OpenPostcardRow(Row, frozen=True, gc=False):
    """One postcard, the day on which it was sent, and the side that has not answered."""

    thread: UUID
    side: str
    carer: UUID
    strategy_code: str | None
    sent_on: date


def open_postcard_rows(folded: FoldedCase) -> Iterator[OpenPostcardRow]:
    """A row for each thread without a reply."""
    for thread in folded.case.postcards.threads.values():
        if thread.awaits is not None:
            yield OpenPostcardRow(
                case_id=folded.case.id,
                thread=thread.sent.thread,
                side=thread.awaits,
                carer=thread.sent.carer,
                strategy_code=thread.sent.strategy_code,
                sent_on=day_of(thread.at, folded.policy.tz),
            )


OPEN_POSTCARDS = Board(
    "open_postcards",
    OpenPostcardRow,
    key=("case_id", "thread"),
    rows=open_postcard_rows,
    of=("postcards",),
    rests_on=("postcards",),
    indexes=(("side",),),
)
