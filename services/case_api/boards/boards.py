"""The lists that are read from the boards: each brought up to the log first, each in pages by key."""

from collections.abc import Collection
from typing import TypeVar
from uuid import UUID

from case_api.boards.board import Board, Row
from case_api.boards.case_search import SEARCH
from case_api.boards.follower import Follower
from case_api.boards.selection import EVERYTHING, LIVE, Selection
from case_api.boards.tables import Tables
from case_api.store.database import rounded_up

R = TypeVar("R", bound=Row)


class Boards:
    """Reads the live edition. Every list holds what was written before it was asked for; may raise StoreUnavailable."""

    def __init__(self, tables: Tables, follower: Follower) -> None:
        self._tables, self._follower = tables, follower

    async def rows(
        self,
        board: Board[R],
        wanted: Selection = EVERYTHING,
        *,
        order: tuple[str, ...] = (),
        after: tuple[object, ...] | None = None,
        ids: Collection[UUID] | None = None,
        limit: int = 50,
    ) -> list[R]:
        """The rows of a board that are *wanted*, in *order* (its key unless said otherwise), on from a place in it."""
        if ids is not None and not ids:
            return []
        await self._follower.fresh()
        chosen = rounded_up(ids or ())
        names, keys = ",".join(column.name for column in board.columns), ",".join(order or board.key)
        conditions = [LIVE, *(condition for condition, _ in wanted.where)]
        conditions += [f"({keys})>({','.join('?' * len(after))})"] if after else []
        conditions += [f"case_id IN ({','.join('?' * len(chosen))})"] if chosen else []
        sql = f"SELECT {names} FROM {board.table} WHERE {' AND '.join(conditions)} ORDER BY {keys} LIMIT ?"  # noqa: S608
        values = (*(value for _, some in wanted.where for value in some), *(after or ()), *chosen, limit)
        rows = await self._tables.rows(sql, values, board.columns)
        return [board.row(*row) for row in rows]

    async def search(self, hashes: Collection[bytes]) -> list[UUID]:
        """The cases whose learner has one of these names or identifiers, in order of id."""
        if not hashes:
            return []
        await self._follower.fresh()
        wanted = rounded_up(hashes)
        marks = ",".join("?" * len(wanted))
        sql = f"SELECT DISTINCT case_id FROM board_search WHERE {LIVE} AND hash IN ({marks}) ORDER BY case_id"  # noqa: S608
        found = await self._tables.rows(sql, wanted, SEARCH.columns[:1])
        return [case_id for (case_id,) in found]
