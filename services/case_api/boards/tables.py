"""Where rows are kept: what both databases offer, and the layout that they share.

Rows belong to an edition. One edition is live; a rebuild writes another beside it, and the switch is one row.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar, Final, Protocol
from uuid import UUID

from case_api.boards.board import Board, Column, Kind
from case_api.boards.catalogue import BOARDS

Values = tuple[Any, ...]

BOOKS: Final = (
    (
        "CREATE TABLE board_editions (edition bigint PRIMARY KEY, position bigint NOT NULL, live bigint NOT NULL,"
        " policy text NOT NULL)"
    ),
    "CREATE TABLE board_parked (edition bigint, case_id {uuid}, reason text NOT NULL, PRIMARY KEY (edition, case_id))",
)
SHAPE: Final = sha256(
    repr([BOOKS, *((one.table, one.columns, one.key, one.of, one.indexes) for one in BOARDS)]).encode()
).hexdigest()
"""Changes with any declaration; tables of another shape are made anew, and filled from the log."""
NUMBER: Final = Column("number", "integer", optional=False)
EDITION: Final = Column("edition", "integer", optional=False)
PARKED: Final = (Column("case_id", "uuid", optional=False), Column("reason", "text", optional=False))


class Occupied(Exception):
    """It is somebody else's turn just now."""


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one table: the rows of some cases in an edition go, and others come."""

    table: str
    columns: Sequence[Column]
    """Of the rows; as stored the edition stands before them."""
    key: Sequence[str]
    """The columns by which a row is told from the others of an edition."""
    edition: int
    cases: Sequence[UUID]
    rows: Sequence[Sequence[object]]


Step = tuple[str, Sequence[object]]
"""A statement, with `?` for each parameter, and the parameters."""


class Turn(Protocol):
    """A transaction that nobody else's, in any process, runs beside; rolled back by whatever is raised in it."""

    answer: list[Values]
    """What the question found that was asked with the turn."""

    async def run(self, sql: str, parameters: Sequence[object] = ()) -> list[Values]:
        """Run one statement, with `?` for each parameter; what it returns."""

    async def change(self, changes: Sequence[Change], *also: Step) -> None:
        """Make all changes, and run what is *also* to be done with them, in one exchange with the database."""

    async def load(self, changes: Sequence[Change]) -> None:
        """Add rows of cases that have none in the edition, in one exchange with the database."""


class Tables(Protocol):
    """The boards of one authority. Every method may raise StoreUnavailable."""

    types: ClassVar[Mapping[Kind, str]]
    """What each kind of column is called there."""
    has_table: ClassVar[str]
    """A question with one parameter: it finds a row if there is a table of that name."""

    def turn(self, *, waits: bool = True, asks: str = "", lasts: bool = False) -> AbstractAsyncContextManager[Turn]:
        """One's turn to write, and the answer to what one *asks* once it has come.

        What a turn writes can be made again from the log, so it may be lost with the power, position and rows alike,
        unless it is said that it *lasts*. Raises Occupied where one would have to wait and does not want to.
        """

    async def rows(self, sql: str, parameters: Sequence[object], columns: Sequence[Column]) -> list[Values]:
        """Read on a connection that no writer holds up."""

    async def close(self) -> None:
        """Let go of the database."""


async def lay_out(tables: Tables) -> None:
    """Make the tables, if there are none of this shape; else nothing, and nobody is waited for."""
    if await tables.rows(tables.has_table, ("board_shape",), (NUMBER,)) and await _shape(tables) == [(SHAPE,)]:
        return
    async with tables.turn() as turn:
        await turn.run("CREATE TABLE IF NOT EXISTS board_shape (shape text NOT NULL, begun bigint NOT NULL)")
        known = await turn.run("SELECT shape FROM board_shape")
        if known == [(SHAPE,)]:
            return
        for name in ("board_editions", "board_parked", *(board.table for board in BOARDS)):
            await turn.run(f"DROP TABLE IF EXISTS {name}")
        for statement in (*BOOKS, *(made for board in BOARDS for made in _made(board, tables.types))):
            await turn.run(statement.replace("{uuid}", tables.types["uuid"]))
        await turn.run("UPDATE board_shape SET shape=?" if known else "INSERT INTO board_shape VALUES (?, 0)", (SHAPE,))
        await turn.run("INSERT INTO board_editions VALUES (?, 0, 1, '')", (await next_number(turn),))


async def _shape(tables: Tables) -> list[Values]:
    return await tables.rows("SELECT shape FROM board_shape", (), (Column("shape", "text", optional=False),))


async def next_number(turn: Turn) -> int:
    """The number of a new edition; never one that another had."""
    [(number,)] = await turn.run("UPDATE board_shape SET begun=begun+1 RETURNING begun")
    return int(number)


def stored_key(board: Board[Any]) -> tuple[str, ...]:
    """The primary key as stored."""
    return (EDITION.name, *board.key)


def stored_columns(board: Board[Any]) -> tuple[Column, ...]:
    """A board's columns as stored: its edition stands first."""
    return (EDITION, *board.columns)


def _made(board: Board[Any], types: Mapping[Kind, str]) -> list[str]:
    columns = ", ".join(
        f"{column.name} {types[column.kind]}{'' if column.optional else ' NOT NULL'}"
        for column in stored_columns(board)
    )
    key = ", ".join(stored_key(board))
    indexes = [
        f"CREATE INDEX {board.table}_{'_'.join(index)} ON {board.table} (edition, {', '.join(index)})"
        for index in board.indexes
    ]
    return [f"CREATE TABLE {board.table} ({columns}, PRIMARY KEY ({key}))", *indexes]
