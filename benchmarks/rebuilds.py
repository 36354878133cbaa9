"""How fast all boards are made anew from the log: over the library's projection, and over COPY of the same rows."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

import psycopg

from benchmarks import ground
from benchmarks.ground import AUTHORITY, Database
from benchmarks.peers.library import Learners, configured
from benchmarks.peers.projection import Projected
from benchmarks.results import Results
from benchmarks.samples import Sample, alternate, ratio
from benchmarks.services import ROOT
from benchmarks.size import Size
from case_api.boards.catalogue import BOARDS
from case_api.boards.rebuild import rebuild
from case_api.boards.tables import stored_columns
from case_api.clock import SystemClock
from case_api.office import Office, Offices
from case_api.packs import Packs
from case_api.settings import Settings

SHAPES = (20, 1)
"""Facts of a case."""
FEWER = 10
"""The library projects a part of them, one by one: its rate is the same, and nobody waits for minutes."""
BINARY: Mapping[str, str] = {
    "uuid": "uuid", "text": "text", "integer": "int8", "date": "date", "instant": "timestamptz", "bytes": "bytea"
}  # fmt: skip


async def boards(size: Size, database: Database, results: Results) -> None:
    """`rebuild_vs_library` at one fact for each case, and `rebuild_vs_copy` at the worse of two shapes."""
    over_copy = []
    for each in SHAPES:
        async with AsyncExitStack() as stack:
            dsn, var = stack.enter_context(database.fresh()), stack.enter_context(ground.folder())
            async with ground.opened(dsn, var) as journal:
                await ground.filled(journal, size.rebuilt // each, each=each)
            ours = Ours(dsn, var)
            await ours.rebuilt()
            copied = Copied(dsn, await asyncio.to_thread(_rows, dsn))
            turns = {"ours": ours.rebuilt, "copy": copied.again}
            if each == 1:
                turns["library"] = (await _library(size.rebuilt // FEWER, stack, database)).rebuilt
            rounds = await alternate(turns, size.rounds)
        over_copy.append(ratio(rounds, "ours", "copy"))
        subject = f"rows of all boards from {size.rebuilt} facts, {each} of each case"
        over_library = {"rebuild_vs_library": ratio(rounds, "ours", "library")} if each == 1 else {}
        results.told(subject, rounds, **over_library)
    results.found(rebuild_vs_copy=min(over_copy))


async def _library(cases: int, stack: AsyncExitStack, database: Database) -> Projected:
    dsn = stack.enter_context(database.fresh())
    projected = Projected(dsn, cases)
    with closing(Learners(configured(dsn))) as application:
        await asyncio.to_thread(projected.fill, application, [uuid4() for _ in range(cases)])
    return projected


class Ours:
    """A rebuild as the command does it: in a process that has folded nothing yet."""

    def __init__(self, url: str, var: Path) -> None:
        self._url, self._var = url, var

    async def rebuilt(self) -> Sample:
        """Fold every case, write every row, switch."""
        async with office(self._url, self._var) as ours:
            began = perf_counter()
            await rebuild(ours.journal, ours.tables, ours.folding)
            took = perf_counter() - began
            counted = [await ours.tables.rows(f"SELECT count(*) FROM {one.table}", (), ()) for one in BOARDS]  # noqa: S608
        return Sample(sum(int(number) for [(number,)] in counted), took)


class Copied:
    """COPY of the same rows into tables of the same columns, keys and indexes."""

    def __init__(self, dsn: str, rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> None:
        self._dsn, self._rows = dsn, rows

    async def again(self) -> Sample:
        """Into empty tables, in one transaction."""
        async with await psycopg.AsyncConnection.connect(self._dsn) as connection:
            for board in BOARDS:
                await connection.execute(f"DROP TABLE IF EXISTS copied_{board.name}".encode())
                like = f"CREATE TABLE copied_{board.name} (LIKE {AUTHORITY}.{board.table} INCLUDING ALL)"
                await connection.execute(like.encode())
            await connection.commit()
            began = perf_counter()
            for board in BOARDS:
                copy = f"COPY copied_{board.name} FROM STDIN (FORMAT binary)".encode()
                async with connection.cursor() as cursor, cursor.copy(copy) as stream:
                    stream.set_types([BINARY[column.kind] for column in stored_columns(board)])
                    for row in self._rows[board.name]:
                        await stream.write_row(row)
            await connection.commit()
            took = perf_counter() - began
        return Sample(sum(map(len, self._rows.values())), took)


def _rows(dsn: str) -> dict[str, list[tuple[Any, ...]]]:
    with psycopg.connect(dsn) as connection:
        return {
            board.name: connection.execute(f"TABLE {AUTHORITY}.{board.table}".encode()).fetchall() for board in BOARDS
        }


@asynccontextmanager
async def office(url: str, var: Path) -> AsyncIterator[Office]:
    """The authority's office, as a command of the operator opens it: nothing goes on in its background."""
    settings = Settings(mode="test", var=var, authorities=(AUTHORITY,), policies=ROOT / "policies")
    offices = Offices(ground.store(url, var), SystemClock(), Packs(settings.policies), settings)
    try:
        yield await offices.of(AUTHORITY)
    finally:
        await offices.close()
