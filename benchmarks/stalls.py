"""What upkeep of the log costs whoever writes meanwhile: the longest append beside ANALYZE and a new index."""

import asyncio
from contextlib import AsyncExitStack

import psycopg

from benchmarks import ground
from benchmarks.ground import AUTHORITY, Database
from benchmarks.results import Results
from benchmarks.samples import Sample, alternate, ratio
from benchmarks.size import Size
from benchmarks.writers import Writers

WRITERS = 16
UPKEEP = (
    f"ANALYZE {AUTHORITY}.stored_events",
    f"CREATE INDEX CONCURRENTLY upkeep ON {AUTHORITY}.stored_events (topic)",
    f"DROP INDEX CONCURRENTLY {AUTHORITY}.upkeep",
)


async def upkeep(size: Size, database: Database, results: Results) -> None:
    """`stall_vs_control`: longest over longest, in turns of equal length."""
    async with AsyncExitStack() as stack:
        dsn, var = stack.enter_context(database.fresh()), stack.enter_context(ground.folder())
        journal = await stack.enter_async_context(ground.opened(dsn, var))
        writers = Writers(journal, await ground.filled(journal, size.cases))

        async def control() -> Sample:
            return await writers.appending(WRITERS, size.seconds)

        async def under_upkeep() -> Sample:
            keeping = asyncio.create_task(_keep_up(dsn))
            sample = await writers.appending(WRITERS, size.seconds)
            await keeping
            return sample

        rounds = await alternate({"control": control, "upkeep": under_upkeep}, size.rounds)
    longest = ratio(rounds, "upkeep", "control", lambda one: max(one.latencies))
    results.told("the longest append beside ANALYZE and CREATE INDEX CONCURRENTLY", rounds, stall_vs_control=longest)


async def _keep_up(dsn: str) -> None:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        for statement in UPKEEP:
            await connection.execute(statement.encode())
