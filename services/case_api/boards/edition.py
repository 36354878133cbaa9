"""One edition of all boards: rows replaced case by case, and how far in the log they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from case_api.boards.board import Board
from case_api.boards.catalogue import BOARDS
from case_api.boards.tables import PARKED, Turn, next_number, stored_columns


class EditionGone(Exception):
    """Another rebuild has begun, and removed this one."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What some cases contribute: their rows by board, and those that could not be folded, with the reason."""

    cases: Sequence[UUID]
    rows: Mapping[str, Sequence[tuple[object, ...]]]
    parked: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition, and the position in the log up to which it takes facts into account."""

    number: int
    position: int

    async def replace(self, turn: Turn, contents: Contents) -> None:
        """Put the rows of some cases in the place of those they had."""
        if not contents.cases:
            return
        for board in BOARDS:
            await self._clear(turn, board.table, contents.cases)
            await self._fill(turn, board, contents.rows[board.name])
        await self._clear(turn, "board_parked", contents.cases)
        if contents.parked:
            parked = [(self.number, case_id, reason) for case_id, reason in contents.parked.items()]
            await turn.insert("board_parked", PARKED, parked)

    async def move(self, turn: Turn, position: int) -> None:
        """Note the position that the rows stand for."""
        await turn.run("UPDATE board_editions SET position=? WHERE edition=?", (position, self.number))

    async def _clear(self, turn: Turn, table: str, cases: Sequence[UUID]) -> None:
        marks = ",".join("?" * len(cases))
        sql = f"DELETE FROM {table} WHERE edition=? AND case_id IN ({marks})"  # noqa: S608 (names are ours)
        await turn.run(sql, (self.number, *cases))

    async def _fill(self, turn: Turn, board: Board[Any], rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            await turn.insert(board.table, stored_columns(board), [(self.number, *row) for row in rows])


async def live(turn: Turn) -> Edition:
    """The edition that readers see."""
    [(number, position)] = await turn.run("SELECT edition, position FROM board_editions WHERE live=1")
    return Edition(number, position)


async def begin(turn: Turn) -> Edition:
    """A new edition, empty; what other rebuilds left behind is removed."""
    await remove_others(turn)
    number = await next_number(turn)
    await turn.run("INSERT INTO board_editions VALUES (?, 0, 0)", (number,))
    return Edition(number, 0)


async def again(turn: Turn, number: int) -> Edition:
    """An edition as it stands now. Raises EditionGone."""
    found = await turn.run("SELECT position FROM board_editions WHERE edition=?", (number,))
    if not found:
        raise EditionGone
    return Edition(number, found[0][0])


async def switch(turn: Turn, number: int) -> None:
    """Make an edition the one that readers see."""
    await turn.run("UPDATE board_editions SET live=CASE WHEN edition=? THEN 1 ELSE 0 END", (number,))


async def remove_others(turn: Turn) -> None:
    """Remove every edition but the live one."""
    current = (await live(turn)).number
    for table in ("board_editions", "board_parked", *(board.table for board in BOARDS)):
        await turn.run(f"DELETE FROM {table} WHERE edition<>?", (current,))  # noqa: S608 (names are ours)
