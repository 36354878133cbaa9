"""How fast one process of ours answers over HTTP, on PostgreSQL and on SQLite: a command, a case, its timeline."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Final

from benchmarks import ground
from benchmarks.ground import Database
from benchmarks.load.closed import by_ourselves, closed_loop
from benchmarks.load.traffic import Traffic, laid_out
from benchmarks.posts import posted_to_each
from benchmarks.processor import watching
from benchmarks.results import Results
from benchmarks.samples import Sample, Turn, alternate
from benchmarks.services import Identities, Service, case_api_in_one
from benchmarks.size import Size

GLANCE: Final = 0.2
"""Seconds for which a process is watched, to see whether it is at work."""
IDLE: Final = 0.03
"""Seconds of processor time that it takes in them when it is not: the clock of the system counts in hundredths."""
PATIENCE: Final = 300.0
"""Seconds for it to be done with what was posted."""


PART: Final = 4
"""A fourth of the cases of other parts: no figure is asked, and two stores are to be filled."""


@dataclass(frozen=True, slots=True)
class Town:
    """A service on one of the databases, and its cases."""

    service: Service
    traffic: Traffic
    size: Size

    async def posting(self) -> Sample:
        """Concerns, by all clients; then what follows from them, so that nobody works during another's turn."""
        size = self.size
        sample = await closed_loop(self.service.port, self.traffic, size.writers, size.seconds, **self.service.pids)
        await self.rested()
        return sample

    async def reading(self, view: str) -> Sample:
        """One view of the cases, by all clients."""
        size, requests = self.size, self.traffic.reads(view)
        return await by_ourselves(self.service.port, requests, size.writers, size.seconds, self.service.pids)

    async def rested(self) -> None:
        """Return when the service is no longer at work."""
        async with asyncio.timeout(PATIENCE):
            spent = IDLE
            while spent >= IDLE:
                with watching(**self.service.pids) as watched:
                    await asyncio.sleep(GLANCE)
                spent = sum(watched.seconds.values())


async def over_http(size: Size, database: Database, results: Results) -> None:
    """No figure is asked: what is embedded, and what is scaled, side by side."""
    async with AsyncExitStack() as stack:
        dsn = stack.enter_context(database.fresh())
        towns = {name: await _town(stack, url, size) for name, url in (("PostgreSQL", dsn), ("SQLite", "sqlite"))}
        posted = await alternate({name: town.posting for name, town in towns.items()}, size.rounds)
        cases = await alternate(_reading(towns, ""), size.rounds)
        timelines = await alternate(_reading(towns, "timeline"), size.rounds)
    clients = f"{size.writers} clients, one process that does everything"
    results.told(f"POST of a concern on either database, {clients}", posted)
    results.told(f"GET of a case, {clients}", cases)
    results.told(f"GET of a timeline, {clients}", timelines)


async def _town(stack: AsyncExitStack, url: str, size: Size) -> Town:
    var = stack.enter_context(ground.folder())
    identities = Identities.below(var)
    async with ground.opened(url, var) as journal:
        cases = await ground.filled(journal, size.cases // PART)
    service = await stack.enter_async_context(case_api_in_one(url, var, identities))
    town = Town(service, laid_out(var, "everywhere", cases, identities.tokens()), size)
    await posted_to_each(service, town.traffic, size.cases // PART, size.writers)
    await town.rested()
    return town


def _reading(towns: Mapping[str, Town], view: str) -> dict[str, Turn]:
    return {name: partial(town.reading, view) for name, town in towns.items()}
