"""How long after a write every board shows it, while writes arrive as fast as a busy day never sees."""

import asyncio
from bisect import bisect_left
from contextlib import AsyncExitStack, suppress
from time import perf_counter
from typing import Final

import psycopg

from benchmarks import ground
from benchmarks.ground import AUTHORITY, Database
from benchmarks.posts import settled
from benchmarks.results import Results
from benchmarks.samples import OverRounds, Sample, alternate
from benchmarks.services import Identities, background
from benchmarks.size import Size
from benchmarks.writers import Writers

AT_LEAST = 2_000
"""Writes a second."""
EASIER: Final = (1_000, 2_000, 4_000)
"""The same, told beside it; the first is twenty times what 100,000 learners come to with ten facts a school day."""
WATCH = f"SELECT position FROM {AUTHORITY}.board_editions WHERE live=1"  # noqa: S608 - a name of our own
EACH_LOOK: Final = 0.005
"""Seconds between two looks: what was seen late counts as late, and looks every millisecond would take half a core."""
Seen = list[tuple[int, float]]
"""Each position that the boards were seen at, and when first."""


async def boards_follow(size: Size, database: Database, results: Results) -> None:
    """`lag_p99_ms`: from the moment a write is due until one look at the boards, in another process, finds it."""
    async with AsyncExitStack() as stack:
        dsn, var = stack.enter_context(database.fresh()), stack.enter_context(ground.folder())
        identities = Identities.below(var)
        journal = await stack.enter_async_context(ground.opened(dsn, var))
        writers = Writers(journal, await ground.filled(journal, size.cases))
        most = (await writers.appending(size.writers, size.seconds)).rate
        rate = max(most / 2, AT_LEAST if size.seconds >= 1 else 0)
        await stack.enter_async_context(background(dsn, var, identities))
        await settled(dsn)
        easier = [await _at(pace, dsn, writers, size) for pace in EASIER if pace < rate or pace == EASIER[0]]
        rounds = await _at(rate, dsn, writers, size)
    results.details["lag"] = {"writes_per_second": round(rate), "most_per_second": round(most)}
    for pace, told in zip(EASIER, easier, strict=False):
        results.told(f"boards at {pace} writes a second", told)
    lag = OverRounds(1e3 * one.at(99) for one in rounds["boards"])
    results.told(f"boards at {rate:.0f} writes a second", rounds, lag_p99_ms=lag)


async def _at(rate: float, dsn: str, writers: Writers, size: Size) -> dict[str, list[Sample]]:
    return await alternate({"boards": lambda: _followed(dsn, writers, rate, size.seconds)}, size.rounds)


async def _followed(dsn: str, writers: Writers, each_second: float, seconds: float) -> Sample:
    """Write at a pace; the delay of each write, in the order in which the log has them."""
    seen: Seen = []
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        start = await _position(connection)
        looking = asyncio.create_task(_look(connection, seen))
        due = await writers.paced(each_second, seconds)
        await settled(dsn)
        await asyncio.sleep(2 * EACH_LOOK)  # one more look
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking
    positions = [position for position, _ in seen]
    delays = [seen[bisect_left(positions, start + place)][1] - then for place, then in enumerate(due, 1)]
    return Sample(len(due), max(due) - min(due) or seconds, delays)


async def _look(connection: psycopg.AsyncConnection[tuple[object, ...]], seen: Seen) -> None:
    while True:
        position = await _position(connection)
        if not seen or position > seen[-1][0]:
            seen.append((position, perf_counter()))
        await asyncio.sleep(EACH_LOOK)


async def _position(connection: psycopg.AsyncConnection[tuple[object, ...]]) -> int:
    row = await (await connection.execute(WATCH.encode())).fetchone()
    return int(str(row[0])) if row else 0
