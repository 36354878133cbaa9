"""Who tried what and was refused: rows that are only ever added, apart from the log (D20, D22).

A restricted attempt is sealed whole: its row says when it was made, and bears a mark by which those of one matter are
found with the authority's key (I30).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Final
from uuid import UUID

import msgspec

from case_api.crash_points import passing
from case_api.store.append import Attempt
from case_api.store.database import Database, Row, id_out
from case_api.store.frame import FrameError
from case_api.store.keys import Keyring
from case_api.store.marks import AT_ONCE, Marks
from case_api.store.writer import GroupWriter

_COLUMNS = "at, subject, organisation, role, case_id, command, rule_ids, policy, reason"
KIND: Final = "attempt"
SEALED: Final = "Sealed"
"""In the place of the command of a restricted attempt."""
_FILLED_TO: Final = 1024
"""Bytes of a restricted attempt at least, so that its length tells nothing."""

_HOLDERS: Final = ",".join("?" * AT_ONCE)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Attempt).decode


class Attempts:
    """The record of refused commands; those that wait are stored together."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database, self._keyring = database, keyring
        self._marks = Marks(keyring, KIND, self._marked)
        self._writer = GroupWriter(self._store)

    async def add(self, attempt: Attempt) -> None:
        """Returns when it is on the disk. Raises StoreUnavailable."""
        await self._writer.append(attempt)

    async def latest(self, case_id: UUID | None, limit: int) -> list[Attempt]:
        """The newest first; of one case, or of all. Restricted ones are not among them."""
        of_case, parameters = ("", ()) if case_id is None else (" AND case_id=?", (self._database.id_in(case_id),))
        return [_attempt(row) for row in await self._rows(f"command<>?{of_case}", (SEALED, *parameters, limit))]

    async def restricted(self, about: Iterable[UUID]) -> list[Attempt]:
        """The restricted ones of a matter or a case, the newest first. Raises FrameError if one was altered."""
        rows = [row for one in about for row in await self._marks.rows(one)]
        return [self._opened(row) for row in sorted(rows, key=itemgetter(0), reverse=True)]

    async def close(self) -> None:
        await self._writer.close()

    async def _rows(self, which: str, parameters: tuple[object, ...]) -> list[Row]:
        sql = f"SELECT {_COLUMNS} FROM attempts WHERE {which} ORDER BY number DESC LIMIT ?"  # noqa: S608 (constants)
        return await self._database.rows(sql, parameters)

    async def _store(self, attempts: Sequence[Attempt]) -> list[None]:
        sql = f"INSERT INTO attempts ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?)"  # noqa: S608 (a constant)
        passing("refusing")
        marks = [await self._mark_of(attempt) for attempt in attempts]
        try:
            await self._database.write((sql, [self._row(*pair) for pair in zip(attempts, marks, strict=True)]))
        except BaseException:
            self._marks.unsure()
            raise
        passing("refused")
        return [None] * len(attempts)

    async def _mark_of(self, attempt: Attempt) -> object:
        about = (attempt.matter_id or attempt.case_id) if attempt.restricted else None
        return None if about is None else self._database.id_in(await self._marks.next_of(about))

    async def _marked(self, marks: Sequence[UUID]) -> list[Row]:
        """The number, the mark and the sealed text of each restricted attempt that bears one of the marks."""
        sql = f"SELECT number, case_id, reason FROM attempts WHERE command=? AND case_id IN ({_HOLDERS})"  # noqa: S608 (constants)
        return await self._database.rows(sql, (SEALED, *map(self._database.id_in, marks)))

    def _row(self, attempt: Attempt, mark: object) -> tuple[object, ...]:
        at = attempt.at.isoformat()
        if attempt.restricted:
            whole = self._keyring.seal_opaque(KIND, _encode(attempt).ljust(_FILLED_TO))
            return at, "", "", "", mark, SEALED, "", "", whole
        return (
            at,
            attempt.subject,
            attempt.organisation,
            attempt.role,
            self._database.id_in(attempt.case_id) if attempt.case_id else None,
            attempt.command,
            " ".join(attempt.rule_ids),
            attempt.policy,
            attempt.reason,
        )

    def _opened(self, row: Row) -> Attempt:
        try:
            return _decode(self._keyring.open_opaque(KIND, row[-1]))
        except (ValueError, msgspec.MsgspecError):
            raise FrameError("a restricted attempt was altered") from None


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
