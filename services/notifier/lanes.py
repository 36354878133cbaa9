"""One lane for each case: an event that cannot be handled parks its own case, and the others flow.

What follows in a parked case waits behind it, in order, and is tried again until the lane is clear.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from notifier.database import Transaction
from notifier.instants import micros
from notifier.wire import FeedEvent

WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
"""How long a parked event waits after the first, second, and every later failure."""
BEHIND = "behind_a_parked_event"


class Parked(NamedTuple):
    """An event at the head of its lane."""

    event: FeedEvent
    tries: int


def is_parked(work: Transaction, case_id: UUID) -> bool:
    """Whether something of this case waits already."""
    return bool(work.rows("SELECT 1 AS one FROM parked WHERE case_id = ? LIMIT 1", str(case_id)))


def park(work: Transaction, event: FeedEvent, reason: str, at: datetime) -> None:
    """Put *event* at the end of its case's lane."""
    work.execute(
        "INSERT INTO parked (event_id, case_id, event_type, place, reason, tries, next_try_at)"
        " SELECT ?, ?, ?, COALESCE(MAX(place), 0) + 1, ?, 0, ? FROM parked WHERE 1 = 1"
        " ON CONFLICT DO NOTHING",
        *(str(event.id), str(event.case_id), event.type, reason, micros(at + WAITS[0])),
    )


def heads_due(work: Transaction, now: datetime) -> list[Parked]:
    """The first event of each parked lane whose time has come."""
    found = work.rows(
        "SELECT * FROM parked WHERE next_try_at <= ?"
        " AND place IN (SELECT MIN(place) FROM parked GROUP BY case_id) ORDER BY place LIMIT 50",
        micros(now),
    )
    return [
        Parked(
            FeedEvent.model_validate({"id": row["event_id"], "type": row["event_type"], "subject": row["case_id"]}),
            int(row["tries"] or 0),
        )
        for row in found
    ]


def leave(work: Transaction, event: FeedEvent, now: datetime) -> None:
    """Take *event* out; what stood behind it is due at once."""
    work.execute("DELETE FROM parked WHERE event_id = ?", str(event.id))
    work.execute(
        "UPDATE parked SET next_try_at = ? WHERE case_id = ? AND reason = ?",
        *(micros(now), str(event.case_id), BEHIND),
    )


def stay(work: Transaction, head: Parked, reason: str, now: datetime) -> None:
    """Let *head* wait longer."""
    again = now + WAITS[min(head.tries + 1, len(WAITS) - 1)]
    work.execute(
        "UPDATE parked SET tries = tries + 1, reason = ?, next_try_at = ? WHERE event_id = ?",
        *(reason, micros(again), str(head.event.id)),
    )


def parked_cases(work: Transaction) -> int:
    """How many cases wait."""
    (row,) = work.rows("SELECT COUNT(DISTINCT case_id) AS parked FROM parked")
    return int(row["parked"] or 0)
