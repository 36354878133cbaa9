"""Where the tree is kept: tables of their own, made again from the log when they are lost.

Leaves and complete nodes are only ever added, a page at a time. Of two processes that add the same page one is
refused, and reads what the other wrote.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import psycopg

from case_api.seals.merkle import Node
from case_api.store.archive import StoreSettings
from case_api.store.database import Database, rounded_up
from case_api.store.postgres_database import PostgresDatabase
from case_api.store.postgres_schema import connection_info
from case_api.store.sqlite_file import SQLiteFile

TABLES = (
    "seal_leaves (number bigint PRIMARY KEY, position bigint NOT NULL UNIQUE, hash {bytes} NOT NULL)",
    "seal_nodes (level bigint, number bigint, hash {bytes} NOT NULL, PRIMARY KEY (level, number))",
    "seal_checkpoints (size bigint PRIMARY KEY, note text NOT NULL)",
)
COLUMNS: Final = ("integer", "integer", "bytes")
"""Of what leaves and nodes are kept in."""


TOGETHER: Final = 128
"""Rows that are asked for in one statement."""


class Overtaken(Exception):
    """Another process has added these leaves, or signed this size."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf, and where in the log its fact stands."""

    number: int
    position: int
    value: bytes


class Nodes:
    """The tree of one authority. Every method may raise StoreUnavailable."""

    def __init__(self, database: Database, close: Callable[[], Awaitable[None]]) -> None:
        self._database = database
        self.close = close

    async def last(self) -> Leaf | None:
        """The newest leaf; None in an empty tree."""
        found = await self._leaves("ORDER BY number DESC LIMIT 1")
        return found[0] if found else None

    async def leaves(self, number: int, limit: int) -> list[Leaf]:
        """Leaves from a number on, in order."""
        return await self._leaves("WHERE number>=? ORDER BY number LIMIT ?", number, limit)

    async def at(self, position: int) -> Leaf | None:
        """The leaf of the fact at a position of the log."""
        found = await self._leaves("WHERE position=?", position)
        return found[0] if found else None

    async def of_positions(self, positions: Sequence[int]) -> dict[int, Leaf]:
        """The leaves of several facts, by position."""
        found: dict[int, Leaf] = {}
        for some in _parts(positions):
            leaves = await self._leaves(f"WHERE position IN ({_marks(some)})", *some)
            found |= {leaf.position: leaf for leaf in leaves}
        return found

    async def hashes(self, nodes: Iterable[Node]) -> dict[Node, bytes]:
        """The hashes of complete nodes; those that are not there are missing."""
        found: dict[Node, bytes] = {}
        asked = set(nodes)
        for level in {level for level, _ in asked}:
            for some in _parts([number for at, number in asked if at == level]):
                table, where = ("seal_nodes", f"level={level} AND ") if level else ("seal_leaves", "")
                sql = f"SELECT number, hash FROM {table} WHERE {where}number IN ({_marks(some)})"  # noqa: S608 (ours)
                found |= {(level, number): bytes(value) for number, value in await self._database.rows(sql, some)}
        return found

    async def above(self, nodes: Collection[Node]) -> dict[Node, bytes]:
        """The same for many nodes above the leaves that lie close together: a statement for each level."""
        found: dict[Node, bytes] = {}
        for level in {level for level, _ in nodes}:
            numbers = [number for at, number in nodes if at == level]
            sql = "SELECT number, hash FROM seal_nodes WHERE level=? AND number>=? AND number<=?"
            rows = await self._database.rows(sql, (level, min(numbers), max(numbers)))
            found |= {(level, number): bytes(value) for number, value in rows}
        return found

    async def add(self, leaves: Sequence[Leaf], nodes: Sequence[tuple[Node, bytes]]) -> None:
        """Add a page of leaves, and every node that they complete. Raises Overtaken."""
        added = (
            ("seal_leaves", [(one.number, one.position, one.value) for one in leaves]),
            ("seal_nodes", [(*node, value) for node, value in nodes]),
        )
        await self._add(*(self._database.adding(table, COLUMNS, rows) for table, rows in added if rows))

    async def sign(self, size: int, note: str) -> None:
        """Keep a checkpoint. Raises Overtaken."""
        await self._add(("INSERT INTO seal_checkpoints VALUES (?,?)", [(size, note)]))

    async def newest_checkpoint(self) -> tuple[int, str] | None:
        """Size and note of the newest checkpoint."""
        rows = await self._database.rows("SELECT size, note FROM seal_checkpoints ORDER BY size DESC LIMIT 1")
        return (rows[0][0], rows[0][1]) if rows else None

    async def checkpoints(self, after: int, limit: int) -> list[tuple[int, str]]:
        """Every checkpoint that was signed, the smallest first."""
        sql = "SELECT size, note FROM seal_checkpoints WHERE size>? ORDER BY size LIMIT ?"
        return [(size, note) for size, note in await self._database.rows(sql, (after, limit))]

    async def forget(self) -> None:
        """Remove the tree, not the checkpoints, to make it again from the log."""
        await self._database.write(("DELETE FROM seal_leaves", [()]), ("DELETE FROM seal_nodes", [()]))

    async def _leaves(self, which: str, *parameters: object) -> list[Leaf]:
        rows = await self._database.rows(f"SELECT number, position, hash FROM seal_leaves {which}", parameters)  # noqa: S608
        return [Leaf(number, position, bytes(value)) for number, position, value in rows]

    async def _add(self, *steps: tuple[str, Sequence[Sequence[object]]]) -> None:
        try:
            await self._database.write(*steps)
        except (sqlite3.IntegrityError, psycopg.IntegrityError):
            raise Overtaken from None


async def open_nodes(settings: StoreSettings, authority: str) -> Nodes:
    """The tree of an authority whose journal is open: `seals.db`, or tables beside the log. Raises StoreUnavailable."""
    if settings.url == "sqlite":
        layout = "".join(f"CREATE TABLE IF NOT EXISTS {table};\n" for table in TABLES).replace("{bytes}", "blob")
        file = await asyncio.to_thread(SQLiteFile, settings.var / authority / "seals.db", layout)
        return Nodes(file, file.close)
    database = PostgresDatabase(connection_info(settings.url, authority))
    await database.open()
    alone = "SELECT pg_advisory_xact_lock(hashtextextended('stagepost layout', 0))"
    tables = [f"CREATE TABLE IF NOT EXISTS {table}".replace("{bytes}", "bytea") for table in TABLES]
    await database.write((alone, [()]), *((table, [()]) for table in tables))
    return Nodes(database, database.close)


def _parts(values: Sequence[int]) -> Iterator[Sequence[int]]:
    """Some values at a time, in few lengths, so that few statements are prepared."""
    for start in range(0, len(values), TOGETHER):
        yield rounded_up(values[start : start + TOGETHER])


def _marks(values: Sequence[int]) -> str:
    return ",".join("?" * len(values))
