"""One row for each event, recipient, template and channel: ids, a state, counters; no address, no text."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, ConfigDict

from notifier.database import Transaction
from notifier.instants import Instant, micros
from notifier.rules import NO_CHANNEL

State = Literal["queued", "claimed", "sent", "failed", "suppressed", "unreachable", "in_doubt"]
"""`failed`: tried and given up. `unreachable`: nothing to try. `in_doubt`: a call began, its end unknown."""

MESSAGES = uuid5(NAMESPACE_URL, "stagepost:message")


def message_id_of(event_id: UUID, recipient: str, template: str, channel: str) -> UUID:
    """The same four always make the same message (UUIDv5)."""
    return uuid5(MESSAGES, "\n".join((str(event_id), recipient, template, channel)))


class Entry(BaseModel):
    """A row of the outbox."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    message_id: UUID
    event_id: UUID
    event_type: str
    case_id: UUID
    recipient: str
    role: str
    template: str
    channel: str
    urgency: int
    state: State = "queued"
    reason: str | None = None
    attempts: int = 0
    possible_duplicate: bool = False
    next_attempt_at: Instant | None = None


def enqueue(work: Transaction, entries: Iterable[Entry], at: datetime) -> list[Entry]:
    """Add what is not there yet, due at once, and say which were new."""
    return [entry for entry in entries if _insert(work, entry, at)]


def _insert(work: Transaction, entry: Entry, at: datetime) -> bool:
    due = None if entry.channel == NO_CHANNEL else micros(at)
    return bool(
        work.execute(
            "INSERT INTO outbox (message_id, event_id, event_type, case_id, recipient, role, template,"
            " channel, urgency, state, reason, next_attempt_at, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            *(str(entry.message_id), str(entry.event_id), entry.event_type, str(entry.case_id)),
            *(entry.recipient, entry.role, entry.template, entry.channel, entry.urgency),
            *(entry.state, entry.reason, due, micros(at)),
        )
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """What one claim goes by."""

    now: datetime
    lease_until: datetime
    skip_locked: str


def claim(work: Transaction, channel: str, most: int, turn: Turn) -> list[Entry]:
    """Take up to *most* due rows of *channel*, the urgent first and one for each recipient, for a lease.

    A recipient with a claimed row waits, so that one who is slow holds one place and no more.
    """
    taken: list[Entry] = []
    while len(taken) < most and (row := _claim_one(work, channel, turn)):
        taken.append(row)
    return taken


def _claim_one(work: Transaction, channel: str, turn: Turn) -> Entry | None:
    found = work.rows(
        "UPDATE outbox SET state = 'claimed', lease_until = ? WHERE message_id IN ("  # noqa: S608 - a constant
        "SELECT message_id FROM outbox WHERE state IN ('queued', 'in_doubt') AND channel = ? AND next_attempt_at <= ?"
        " AND recipient NOT IN (SELECT recipient FROM outbox WHERE state = 'claimed' AND channel = ?)"
        f" ORDER BY urgency, next_attempt_at LIMIT 1 {turn.skip_locked}) RETURNING *",
        *(micros(turn.lease_until), channel, micros(turn.now), channel),
    )
    return Entry.model_validate(found[0]) if found else None


def begin_call(work: Transaction, entry: Entry) -> bool:
    """Count the attempt before it is made; False when the claim was lost meanwhile."""
    return _change(work, entry, "calling = 1, attempts = attempts + 1")


def put_back(work: Transaction, entry: Entry, due: datetime, *, reason: str | None, doubtful: bool) -> bool:
    """Let the row wait until *due*. Once a call's end was unknown, each later one may be a duplicate."""
    state = "in_doubt" if doubtful or entry.possible_duplicate else "queued"
    return _change(
        work,
        entry,
        "state = ?, reason = ?, next_attempt_at = ?, calling = 0, possible_duplicate = ?, lease_until = NULL",
        *(state, reason, micros(due), int(state == "in_doubt")),
    )


def finish(work: Transaction, entry: Entry, state: State, reason: str | None) -> bool:
    """Close the row for good; False when the claim was lost meanwhile."""
    changes = "state = ?, reason = ?, next_attempt_at = NULL, calling = 0, lease_until = NULL"
    return _change(work, entry, changes, state, reason)


def _change(work: Transaction, entry: Entry, changes: str, *cells: str | int | None) -> bool:
    where = "message_id = ? AND state = 'claimed' AND attempts = ?"
    sql = f"UPDATE outbox SET {changes} WHERE {where}"  # noqa: S608 - constants of this module
    return bool(work.execute(sql, *cells, str(entry.message_id), entry.attempts))


def abandoned(work: Transaction, now: datetime, *, all_of_them: bool) -> tuple[list[Entry], list[Entry]]:
    """Claims whose holder is gone: those where no call had begun, and those where one had.

    With *all_of_them* every claim counts: at the start of the only process, no holder can be alive.
    """
    found = work.rows(
        "SELECT * FROM outbox WHERE state = 'claimed' AND (lease_until <= ? OR ? = 1)",
        *(micros(now), int(all_of_them)),
    )
    untouched = [Entry.model_validate(row) for row in found if not row["calling"]]
    begun = [Entry.model_validate(row) for row in found if row["calling"]]
    return untouched, begun


def listed(work: Transaction, state: State | None, most: int) -> list[Entry]:
    """Rows for the operator, newest first."""
    found = work.rows(
        "SELECT * FROM outbox WHERE (? = '' OR state = ?) ORDER BY created_at DESC, message_id LIMIT ?",
        *(state or "", state or "", most),
    )
    return [Entry.model_validate(row) for row in found]


def waiting(work: Transaction) -> int:
    """How many rows are still to be sent."""
    (row,) = work.rows("SELECT COUNT(*) AS waiting FROM outbox WHERE state IN ('queued', 'in_doubt', 'claimed')")
    return int(row["waiting"] or 0)
