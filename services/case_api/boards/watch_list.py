"""What stands out, in all cases: the watches that were raised and are not over (I21, I25, I26, I28)."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from case_api.boards.board import Board, FoldedCase, Row
from case_api.domain.words import day_of


class WatchRow(Row, frozen=True, gc=False):
    """One watch that stands."""

    watch: str
    ref: UUID
    """What it is about; the case itself where that is all."""
    since: date
    due: date | None
    raised_on: date
    escalated: int
    waits_for: str | None


def watch_rows(folded: FoldedCase) -> Iterator[WatchRow]:
    """A row for each watch."""
    case = folded.case
    if case.people.learner is None:
        return
    for watch in case.watches.open.values():
        raised = watch.raised
        yield WatchRow(
            case_id=case.id,
            watch=raised.watch,
            ref=raised.ref or case.id,
            since=raised.since,
            due=raised.due,
            raised_on=day_of(watch.at, folded.policy.tz),
            escalated=int(watch.escalated),
            waits_for=raised.waits_for,
        )


WATCHES = Board(
    "watches",
    WatchRow,
    key=("case_id", "watch", "ref", "raised_on"),
    rows=watch_rows,
    of=("people", "watches"),
    rests_on=("watches",),
    indexes=(("watch",),),
)
