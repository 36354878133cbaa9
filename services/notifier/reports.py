"""What became of each message, kept until the case API has accepted it."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from notifier.bell import Bell
from notifier.case_api import CaseApi, CaseApiRefused, CaseApiUnavailable
from notifier.clock import Clock
from notifier.crash_points import passing
from notifier.database import Database, DatabaseUnavailable, Transaction
from notifier.instants import micros
from notifier.logs import logger
from notifier.outbox import Entry

LONGEST_WAIT = timedelta(minutes=5)
AT_ONCE = 20
"""How many reports are read from the database in one go."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a message ended, in the words of `POST /v1/disclosures`."""

    outcome: str
    """`sent`, `suppressed`, or `unreachable`: then a person has to find another way (a task for staff)."""
    reason: str | None = None
    permit: str | None = None
    language: str | None = None
    """Of the letter; absent where none was written."""


def note(work: Transaction, entry: Entry, outcome: Outcome, at: datetime) -> None:
    """Keep the report, word for word as it will be posted, in the transaction that closed the row."""
    body = {
        **entry.model_dump(mode="json", include={"message_id", "event_id", "recipient", "channel", "template"}),
        "language": outcome.language,
        "outcome": outcome.outcome,
        "permit": outcome.permit,
        "reason": outcome.reason,
        "possible_duplicate": entry.possible_duplicate or None,
        "attempts": entry.attempts,
        "at": at.isoformat(),
    }
    said = json.dumps({name: value for name, value in body.items() if value is not None})
    work.execute(
        "INSERT INTO reports (message_id, outcome, body, next_try_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        *(str(entry.message_id), outcome.outcome, said, micros(at)),
    )


def unreported(work: Transaction) -> int:
    """How many outcomes the case API has not accepted yet."""
    (row,) = work.rows("SELECT COUNT(*) AS unreported FROM reports WHERE reported = 0")
    return int(row["unreported"] or 0)


@dataclass(frozen=True, slots=True)
class _Due:
    message_id: UUID
    body: bytes
    tries: int


def _due(work: Transaction, now: datetime) -> list[_Due]:
    found = work.rows(
        "SELECT * FROM reports WHERE reported = 0 AND next_try_at <= ? ORDER BY next_try_at LIMIT ?",
        *(micros(now), AT_ONCE),
    )
    return [_Due(UUID(str(row["message_id"])), str(row["body"]).encode(), int(row["tries"] or 0)) for row in found]


def _done(work: Transaction, message_id: UUID) -> None:
    work.execute("UPDATE reports SET reported = 1, body = NULL WHERE message_id = ?", str(message_id))


def _later(work: Transaction, due: _Due, at: datetime) -> None:
    work.execute(
        "UPDATE reports SET tries = tries + 1, next_try_at = ? WHERE message_id = ?",
        micros(at),
        str(due.message_id),
    )


class Reporter:
    """Posts reports until each is accepted; the message id is the idempotency key, so twice is harmless."""

    def __init__(self, database: Database, case_api: CaseApi, clock: Clock, bell: Bell) -> None:
        self._database, self._case_api, self._clock, self._bell = database, case_api, clock, bell
        self._log = logger()

    async def run(self) -> None:
        """Report what is due, for ever."""
        while True:
            try:
                reported = await self.report_due()
            except DatabaseUnavailable as error:
                self._log.warning("database_unavailable", code=error.code)
                reported = 0
            if not reported:
                await self._bell.wait(1)

    async def report_due(self) -> int:
        """Post each report that is due; say how many were settled. Raises DatabaseUnavailable."""
        due = await self._database.run(lambda work: _due(work, self._clock.now()))
        return sum([await self._post(each) for each in due])

    async def _post(self, due: _Due) -> bool:
        try:
            accepted = await self._case_api.disclose(due.message_id, due.body)
        except (CaseApiUnavailable, CaseApiRefused) as error:
            again = self._clock.now() + min(timedelta(seconds=2 ** min(due.tries, 10)), LONGEST_WAIT)
            self._log.warning("report_waits", message_id=str(due.message_id), code=error.code)
            await self._database.run(lambda work: _later(work, due, again))
            return False
        if not accepted:
            self._log.warning("report_has_no_case", message_id=str(due.message_id))
        passing("reported")
        await self._database.run(lambda work: _done(work, due.message_id))
        passing("report-noted")
        return True
