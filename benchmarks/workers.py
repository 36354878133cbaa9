"""How throughput grows with the processes of the case API that share one PostgreSQL."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from benchmarks import ground
from benchmarks.ground import Database
from benchmarks.load.closed import closed_loop
from benchmarks.load.traffic import Traffic, laid_out
from benchmarks.posts import settled
from benchmarks.processor import watching
from benchmarks.results import Results
from benchmarks.samples import Sample
from benchmarks.services import Identities, Service, background, serving
from benchmarks.size import Size

WARMING = 2
"""Turns that are not told: each process reads the cases that it has not seen."""


async def processes(size: Size, database: Database, results: Results) -> None:
    """The same clients, spread over one, two and four processes; every case is posted to through all of them.

    As many run as are told, one number after the other: processes that only look on cost as well. One more works in the
    background for all of them.
    """
    rounds: dict[str, list[Sample]] = {}
    async with AsyncExitStack() as stack:
        dsn, var = stack.enter_context(database.fresh()), stack.enter_context(ground.folder())
        identities = Identities.below(var)
        async with ground.opened(dsn, var) as journal:
            cases = await ground.filled(journal, size.cases)
        traffic = laid_out(var, "everywhere", cases, identities.tokens())
        for number in size.processes:
            rounds[_named(number)] = await _sharing(number, traffic, size, Town(dsn, var, identities))
    results.told(f"POST of a concern by {size.writers} clients, spread over processes of ours", rounds)


@dataclass(frozen=True, slots=True)
class Town:
    """Where the processes of ours find what they share."""

    dsn: str
    var: Path
    identities: Identities


async def _sharing(number: int, traffic: Traffic, size: Size, town: Town) -> list[Sample]:
    where = town.dsn, town.var, town.identities
    async with AsyncExitStack() as stack:
        running = [await stack.enter_async_context(serving(*where)) for _ in range(number)]
        beside = await stack.enter_async_context(background(*where))
        samples = []
        for _ in range(WARMING + size.rounds):
            await settled(town.dsn)
            with watching(background=beside) as spent:
                sample = await _at_once(running, traffic, size)
            samples.append(replace(sample, cpu={**sample.cpu, **spent.seconds}))
        return samples[WARMING:]


async def _at_once(services: Sequence[Service], traffic: Traffic, size: Size) -> Sample:
    """One loader for each process, all at the same time; rates and costs together, latencies of the slowest."""
    connections = max(1, size.writers // len(services))
    parts = await asyncio.gather(
        *(closed_loop(one.port, traffic, connections, size.seconds, service=one.pid) for one in services)
    )
    seconds = max(one.seconds for one in parts)
    spent = sum(one.cpu["service"] for one in parts)
    return Sample(
        sum(one.operations for one in parts),
        seconds,
        list(chain.from_iterable(one.latencies for one in parts)),
        known={name: max(one.known[name] for one in parts) for name in parts[0].known},
        cpu={"service": spent},
        failed=sum(one.failed for one in parts),
    )


def _named(number: int) -> str:
    return "1 process" if number == 1 else f"{number} processes"
