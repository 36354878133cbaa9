"""What growth costs: a log of 10,000 cases beside one of 50,000 cases and 1,000,000 facts, in turns."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from uuid import UUID

from benchmarks import ground
from benchmarks.ground import Database
from benchmarks.load.closed import by_ourselves
from benchmarks.load.traffic import Traffic, laid_out
from benchmarks.posts import posted_to_each, settled
from benchmarks.processor import memory
from benchmarks.rebuilds import office
from benchmarks.results import Results
from benchmarks.samples import Sample, Turn, alternate, ratio
from benchmarks.services import Identities, Service, case_api
from benchmarks.size import Size
from benchmarks.writers import Writers
from case_api.boards.rebuild import rebuild

READERS = 8
"""Connections that read at once."""
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Town:
    """A log of some size, in a database of its own."""

    dsn: str
    var: Path
    cases: Sequence[UUID]


async def growth(size: Size, database: Database, results: Results) -> None:
    """`append`, `timeline_p99` and `rss`."""
    async with AsyncExitStack() as stack:
        towns = {}
        for name, cases in (("small", size.grown_from), ("large", size.grown_to)):
            dsn, var = stack.enter_context(database.fresh()), stack.enter_context(ground.folder())
            towns[name] = await _founded(results, name, size, Town(dsn, var, []), cases)
        await _appends(towns, size, results)
        for name, town in towns.items():
            await _rebuilt(results, name, town)
        await _reads(towns, size, results)


async def _founded(results: Results, name: str, size: Size, town: Town, cases: int) -> Town:
    began = perf_counter()
    async with ground.opened(town.dsn, town.var) as journal:
        ids = await ground.filled(journal, cases, each=size.facts_each)
        facts = await journal.last_position()
    took = perf_counter() - began
    await ground.at_rest(town.dsn)
    results.details[f"{name} log"] = {"cases": cases, "facts": facts, "seconds": took, "facts_per_second": facts / took}
    print(f"{name} log: {facts} facts of {cases} cases in {took:.0f} s", flush=True)
    return Town(town.dsn, town.var, ids)


async def _appends(towns: Mapping[str, Town], size: Size, results: Results) -> None:
    async with AsyncExitStack() as stack:
        turns: dict[str, Turn] = {}
        for name, town in towns.items():
            journal = await stack.enter_async_context(ground.opened(town.dsn, town.var))
            writers = Writers(journal, town.cases, heads=size.facts_each)
            turns[name] = partial(writers.appending, size.writers, size.seconds)
        for turn in turns.values():
            await turn()
        rounds = await alternate(turns, size.rounds)
    results.told("appends", rounds, append=ratio(rounds, "small", "large"))


async def _rebuilt(results: Results, name: str, town: Town) -> None:
    began = perf_counter()
    async with office(town.dsn, town.var) as ours:
        cases = await rebuild(ours.journal, ours.tables, ours.folding)
    took = perf_counter() - began
    results.details[f"{name} boards"] = {"cases": cases, "seconds": took}
    print(f"{name} boards: {cases} cases in {took:.0f} s", flush=True)


async def _reads(towns: Mapping[str, Town], size: Size, results: Results) -> None:
    async with AsyncExitStack() as stack:
        turns: dict[str, Turn] = {}
        held: dict[str, int] = {}
        services = {}
        for name, town in towns.items():
            service, traffic = await stack.enter_async_context(_served(town))
            await posted_to_each(service, traffic, size.folds, READERS)
            await settled(town.dsn)
            requests = traffic.reads("timeline")
            turns[name] = partial(by_ourselves, service.port, requests, READERS, size.seconds, service.pids)
            services[name] = service
        for turn in turns.values():
            await turn()
        rounds = await alternate(turns, size.rounds)
        held = {name: memory(service.pid) for name, service in services.items()}
        beside = {f"{name}_{what}": memory(pid) for name, one in services.items() for what, pid in one.beside.items()}
    results.details["memory_mib"] = {name: value / MIB for name, value in {**held, **beside}.items()}
    results.told("timelines", rounds, timeline_p99=ratio(rounds, "large", "small", _p99))
    results.found(rss=held["large"] / held["small"])


@asynccontextmanager
async def _served(town: Town) -> AsyncIterator[tuple[Service, Traffic]]:
    identities = Identities.below(town.var)
    traffic = laid_out(town.var, "traffic", town.cases, identities.tokens())
    async with case_api(town.dsn, town.var, identities) as service:
        yield service, traffic


def _p99(one: Sample) -> float:
    return one.at(99)
