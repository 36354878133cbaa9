"""The lists that are read from the boards: each brought up to the log first, each in pages by key."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final, TypeVar
from uuid import UUID

from case_api.boards.agency_desk import DESK, DeskRow
from case_api.boards.agreement_ends import AGREEMENT_ENDS, AgreementEndRow
from case_api.boards.board import Board, Row
from case_api.boards.case_search import SEARCH
from case_api.boards.contact_tasks import CONTACT_TASKS, ContactTaskRow
from case_api.boards.follower import Follower
from case_api.boards.open_postcards import OPEN_POSTCARDS, OpenPostcardRow
from case_api.boards.stage_board import STAGES, StageRow
from case_api.boards.tables import Tables

R = TypeVar("R", bound=Row)
T = TypeVar("T")

Where = tuple[str, object]
"""A condition with one `?`, and its value."""

LIVE: Final = "edition=(SELECT edition FROM board_editions WHERE live=1)"


class Boards:
    """Reads the live edition. Every list holds what was written before it was asked for; may raise StoreUnavailable."""

    def __init__(self, tables: Tables, follower: Follower) -> None:
        self._tables, self._follower = tables, follower

    async def stage_board(
        self,
        today: date,
        *,
        stage: str | None = None,
        setting: str | None = None,
        ids: Collection[UUID] | None = None,
        after: UUID | None = None,
        limit: int = 50,
    ) -> list[StageRow]:
        """The caseload as it stands *today*, by case; of the cases *ids* only, if given."""
        where: list[Where] = [("shown_from<=?", today), ("shown_until>?", today)]
        where += _given(("stage=?", stage), ("setting=?", setting), ("case_id>?", after))
        return await self._list(STAGES, where, ids=ids, limit=limit, order=("case_id",))

    async def agency_desk(
        self,
        *,
        service: str | None = None,
        state: str | None = None,
        after: tuple[UUID, UUID] | None = None,
        limit: int = 50,
    ) -> list[DeskRow]:
        """Requests by (case, request)."""
        where = _given(("service=?", service), ("state=?", state))
        return await self._list(DESK, where, after=after, limit=limit, order=("case_id", "request_id"))

    async def contact_tasks(self, *, after: tuple[UUID, UUID] | None = None, limit: int = 50) -> list[ContactTaskRow]:
        """Whom staff have to reach, by (case, message)."""
        return await self._list(CONTACT_TASKS, [], after=after, limit=limit, order=("case_id", "message_id"))

    async def postcards_awaiting_reply(
        self, *, side: str | None = None, after: tuple[UUID, UUID] | None = None, limit: int = 50
    ) -> list[OpenPostcardRow]:
        """Postcards without a reply, by (case, thread); of one side only, if given."""
        where = _given(("side=?", side))
        return await self._list(OPEN_POSTCARDS, where, after=after, limit=limit, order=OPEN_POSTCARDS.key)

    async def agreement_ends(
        self, until: date, *, after: tuple[UUID, UUID, date] | None = None, limit: int = 200
    ) -> list[AgreementEndRow]:
        """Agreements whose first day of no longer holding is *until* or lies before it."""
        where: list[Where] = [("until<=?", until)]
        return await self._list(AGREEMENT_ENDS, where, after=after, limit=limit, order=AGREEMENT_ENDS.key)

    async def search(self, hashes: Collection[bytes]) -> list[UUID]:
        """The cases whose learner has one of these names or identifiers, in order of id."""
        if not hashes:
            return []
        await self._follower.fresh()
        wanted = _rounded_up(hashes)
        marks = ",".join("?" * len(wanted))
        sql = f"SELECT DISTINCT case_id FROM board_search WHERE {LIVE} AND hash IN ({marks}) ORDER BY case_id"  # noqa: S608
        found = await self._tables.rows(sql, wanted, SEARCH.columns[:1])
        return [case_id for (case_id,) in found]

    async def _list(
        self,
        board: Board[R],
        where: Sequence[Where],
        *,
        order: tuple[str, ...],
        limit: int,
        after: tuple[object, ...] | None = None,
        ids: Collection[UUID] | None = None,
    ) -> list[R]:
        if ids is not None and not ids:
            return []
        await self._follower.fresh()
        wanted = _rounded_up(ids or ())
        names, keys = ",".join(column.name for column in board.columns), ",".join(order)
        conditions = [LIVE, *(condition for condition, _ in where)]
        conditions += [f"({keys})>({','.join('?' * len(after))})"] if after else []
        conditions += [f"case_id IN ({','.join('?' * len(wanted))})"] if wanted else []
        sql = f"SELECT {names} FROM {board.table} WHERE {' AND '.join(conditions)} ORDER BY {keys} LIMIT ?"  # noqa: S608
        values = (*(value for _, value in where), *(after or ()), *wanted, limit)
        rows = await self._tables.rows(sql, values, board.columns)
        return [board.row(*row) for row in rows]


def _given(*where: Where) -> list[Where]:
    return [(condition, value) for condition, value in where if value is not None]


def _rounded_up(values: Collection[T]) -> tuple[T, ...]:
    """The values, the last one repeated up to a power of two, so that there are few statements to prepare."""
    missing = (1 << (len(values) - 1).bit_length()) - len(values) if values else 0
    return (*values, *list(values)[-1:] * missing)
