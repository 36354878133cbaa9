"""Who tried what and was refused: rows that are only ever added, apart from the log (D20, D22)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from case_api.store.append import Attempt
from case_api.store.database import Database, Row, id_out
from case_api.store.writer import GroupWriter

_COLUMNS = "at, subject, organisation, role, case_id, command, rule_ids, policy, reason"


class Attempts:
    """The record of refused commands; those that wait are stored together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = GroupWriter(self._store)

    async def add(self, attempt: Attempt) -> None:
        """Returns when it is on the disk. Raises StoreUnavailable."""
        await self._writer.append(attempt)

    async def latest(self, case_id: UUID | None, limit: int) -> list[Attempt]:
        """The newest first; of one case, or of all."""
        sql = f"SELECT {_COLUMNS} FROM attempts {{}} ORDER BY number DESC LIMIT ?"  # noqa: S608 (a constant)
        where, parameters = ("", ()) if case_id is None else ("WHERE case_id=?", (self._database.id_in(case_id),))
        return [_attempt(row) for row in await self._database.rows(sql.format(where), (*parameters, limit))]

    async def close(self) -> None:
        await self._writer.close()

    async def _store(self, attempts: Sequence[Attempt]) -> list[None]:
        sql = f"INSERT INTO attempts ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)"  # noqa: S608 (a constant)
        await self._database.write((sql, [self._row(attempt) for attempt in attempts]))
        return [None] * len(attempts)

    def _row(self, attempt: Attempt) -> tuple[object, ...]:
        return (
            attempt.at.isoformat(),
            attempt.subject,
            attempt.organisation,
            attempt.role,
            self._database.id_in(attempt.case_id) if attempt.case_id else None,
            attempt.command,
            " ".join(attempt.rule_ids),
            attempt.policy,
            attempt.reason,
        )


def _attempt(row: Row) -> Attempt:
    at, subject, organisation, role, case_id, command, rule_ids, policy, reason = row
    return Attempt(
        at=datetime.fromisoformat(at),
        subject=subject,
        organisation=organisation,
        role=role,
        case_id=id_out(case_id) if case_id else None,
        command=command,
        rule_ids=tuple(rule_ids.split()),
        policy=policy,
        reason=reason,
    )
