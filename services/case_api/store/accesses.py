"""Who looked at whom, and was let or not: rows that are only ever added, apart from the log (D22).

What a look at a child-protection matter tells is sealed whole, in a table of its own (I30).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from case_api.store.access import Access, Glance, Overdue, Shown, Wanted, instant, moment
from case_api.store.database import Database, Row, id_out, rounded_up
from case_api.store.frame import FrameError
from case_api.store.keys import Keyring
from case_api.store.marks import AT_ONCE, Marks
from case_api.store.writer import GroupWriter

KIND: Final = "access"
BRAKE: Final = "brake"
"""In the place of a rule, where somebody has read of too many learners."""
NUMBER: Final = "identifier"
"""In the place of what was asked for, where somebody learns by an identifier that there is a learner, and no more."""
_FILLED_TO: Final = 1024
"""Bytes of a sealed look at least, so that its length tells nothing."""
_QUARTER: Final = 900_000_000
"""Microseconds of a quarter of an hour: every day in every zone begins with one."""
_HOLDERS: Final = ",".join("?" * AT_ONCE)
_COLUMNS: Final = (
    "at, request_id, subject, organisation, client, role, roles, behalf, purpose, operation, seen, decision,"
    " rule_ids, policy, case_id"
)


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Access).decode


class Accesses:
    """The record of looks; those that wait are stored together, in one flush for all of them."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database, self._keyring = database, keyring
        self._marks = Marks(keyring, KIND, self._marked)
        self._writer: GroupWriter[Shown] = GroupWriter(self._store)

    @property
    def commits(self) -> int:
        """How many flushes there were."""
        return self._writer.batches

    async def add(self, shown: Shown) -> None:
        """Returns when one answer's rows are on the disk: one for each whom it is about. Raises StoreUnavailable."""
        await self._writer.append(shown)

    async def latest(self, wanted: Wanted, limit: int) -> list[Access]:
        """The newest first. Looks at matters are not among them."""
        which, parameters = wanted.conditions(self._database)
        sql = f"SELECT number, {_COLUMNS} FROM accesses WHERE {which} ORDER BY at DESC, number DESC LIMIT ?"  # noqa: S608 (constants)
        return [_access(row) for row in await self._database.rows(sql, [*parameters, limit])]

    async def released(self, case_id: UUID, since: datetime, until: datetime) -> list[Glance]:
        """Who was shown something of a case in a time; once for each quarter of an hour."""
        sql = (
            "SELECT min(at), organisation, role, roles, behalf, seen FROM accesses"
            " WHERE case_id=? AND at>=? AND at<? AND decision='released'"
            " GROUP BY at / ?, organisation, role, roles, behalf, seen"
        )
        parameters = (self._database.id_in(case_id), instant(since), instant(until), _QUARTER)
        return [
            Glance(moment(at), organisation, role, frozenset(roles.split()), tuple(behalf.split()), seen)
            for at, organisation, role, roles, behalf, seen in await self._database.rows(sql, parameters)
        ]

    async def learners_of(self, subject: str, since: datetime) -> dict[UUID, datetime]:
        """The learners whom somebody was shown since a moment, or came upon by a number, and when the last time."""
        sql = (
            "SELECT case_id, max(at) FROM accesses WHERE subject=? AND at>=?"
            " AND (decision='released' OR (seen=? AND rule_ids<>?)) AND case_id IS NOT NULL GROUP BY case_id"
        )
        rows = await self._database.rows(sql, (subject, instant(since), NUMBER, BRAKE))
        return {id_out(case_id): moment(at) for case_id, at in rows}

    async def refused_to(self, subject: str, since: datetime, most: int) -> int:
        """How often somebody was refused a learner, or found none, since a moment; counted up to *most* times."""
        sql = (
            "SELECT 1 FROM accesses WHERE subject=? AND at>=? AND decision<>'released' AND rule_ids<>?"
            " AND case_id IS NOT NULL LIMIT ?"
        )
        return len(await self._database.rows(sql, (subject, instant(since), BRAKE, most)))

    async def restricted(self, *about: UUID) -> list[Access]:
        """The sealed looks at a matter or a case, the newest first. Raises FrameError if one was altered."""
        rows = [row for one in about for row in await self._marks.rows(one)]
        return [self._opened(row) for row in sorted(rows, key=itemgetter(0), reverse=True)]

    async def before(self, kept_from: datetime, held: Collection[UUID]) -> Overdue | None:
        """The rows of before a moment, but for those of cases that are *held*; None where there are none.

        Looks at matters are not among them: they go by what keeps the matter.
        """
        which, parameters = self._before(kept_from, held)
        [[rows, first]] = await self._database.rows(f"SELECT count(*), min(at) FROM accesses WHERE {which}", parameters)  # noqa: S608 (constants)
        return Overdue(moment(first), kept_from, int(rows)) if rows else None

    async def prune(self, kept_from: datetime, held: Collection[UUID]) -> None:
        """Remove those rows, and leave nothing of them in the files. Raises StoreUnavailable."""
        which, parameters = self._before(kept_from, held)
        await self._database.prune("accesses", (f"DELETE FROM accesses WHERE {which}", [parameters]))  # noqa: S608 (constants)

    async def close(self) -> None:
        await self._writer.close()

    def _before(self, kept_from: datetime, held: Collection[UUID]) -> tuple[str, list[object]]:
        kept = [self._database.id_in(one) for one in rounded_up(held)]
        others = f" AND (case_id IS NULL OR case_id NOT IN ({','.join('?' * len(kept))}))" if kept else ""
        return f"at<?{others}", [instant(kept_from), *kept]

    async def _store(self, batch: Sequence[Shown]) -> list[None]:
        open_ones = [row for one in batch if not one.look.restricted for row in self._rows(one)]
        sealed = [row for one in batch if one.look.restricted for row in await self._sealed(one)]
        insert = f"INSERT INTO accesses ({_COLUMNS}) VALUES ({','.join('?' * 15)})"  # noqa: S608 (a constant)
        insert_sealed = "INSERT INTO sealed_accesses (at, mark, sealed) VALUES (?,?,?)"
        steps = [step for step in ((insert, open_ones), (insert_sealed, sealed)) if step[1]]
        try:
            await self._database.write(*steps)
        except BaseException:
            self._marks.unsure()
            raise
        return [None] * len(batch)

    def _rows(self, shown: Shown) -> list[tuple[object, ...]]:
        """They differ in the learner alone, and a page of a list has many."""
        look, id_in = shown.look, self._database.id_in
        row = (
            instant(look.at),
            id_in(look.request_id),
            look.subject,
            look.organisation,
            look.client,
            look.role,
            " ".join(look.roles),
            look.behalf,
            look.purpose,
            look.operation,
            look.seen,
            look.decision,
            " ".join(look.rule_ids),
            look.policy,
        )
        return [(*row, id_in(one)) for one in shown.about] or [(*row, None)]

    async def _sealed(self, shown: Shown) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        for one in shown.about or (None,):
            mark = self._database.id_in(await self._marks.next_of(one))
            whole = _encode(replace(shown.look, matter_id=one)).ljust(_FILLED_TO)
            rows.append((instant(shown.look.at), mark, self._keyring.seal_opaque(KIND, whole)))
        return rows

    async def _marked(self, marks: Sequence[UUID]) -> list[Row]:
        sql = f"SELECT number, mark, sealed FROM sealed_accesses WHERE mark IN ({_HOLDERS})"  # noqa: S608 (constants)
        return await self._database.rows(sql, [self._database.id_in(mark) for mark in marks])

    def _opened(self, row: Row) -> Access:
        try:
            return replace(_decode(self._keyring.open_opaque(KIND, row[2])), number=row[0])
        except (ValueError, msgspec.MsgspecError):
            raise FrameError("a sealed look was altered") from None


def _access(row: Row) -> Access:
    (number, at, request_id, subject, organisation, client, role, roles, behalf, purpose, operation, seen,
     decision, rule_ids, policy, case_id) = row  # fmt: skip
    return Access(
        at=moment(at),
        request_id=id_out(request_id),
        subject=subject,
        organisation=organisation,
        client=client,
        role=role,
        roles=tuple(roles.split()),
        behalf=behalf,
        purpose=purpose,
        operation=operation,
        seen=seen,
        case_id=id_out(case_id) if case_id else None,
        decision=decision,
        rule_ids=tuple(rule_ids.split()),
        policy=policy,
        number=number,
    )
