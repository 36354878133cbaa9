"""How fast a concern can be posted: the whole of a request, beside the same with no database and beside CRUD."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from statistics import median
from time import perf_counter
from uuid import UUID

import psycopg
from psycopg.conninfo import conninfo_to_dict

from benchmarks import facts, ground
from benchmarks.ground import AUTHORITY, Database
from benchmarks.load.closed import TOOL, closed_loop
from benchmarks.load.connection import Connection
from benchmarks.load.paced import open_loop
from benchmarks.load.traffic import Traffic, laid_out
from benchmarks.results import Results
from benchmarks.samples import Sample, Turn, alternate, ratio
from benchmarks.services import Identities, Service, case_api, case_api_in_one, peer
from benchmarks.size import Size

BEHIND = "SELECT (SELECT max(notification_id) FROM {0}.stored_events) - position FROM {0}.board_editions WHERE live=1"
OURS = ("ours", "ours_in_one")
CRUD = find_spec("sqlalchemy") is not None
"""The peer's own requirements are installed for the benchmarks alone."""
PATIENCE = 300.0
"""Seconds for the boards to take in what was posted."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The services, and what is posted to them."""

    size: Size
    dsns: Sequence[str]
    """Of ours."""
    pids: Mapping[str, int]
    services: Mapping[str, Service]
    everywhere: Traffic
    hot: Traffic

    def posting(self, traffic: Traffic) -> dict[str, Turn]:
        """Every service in closed loop."""
        return {name: partial(self._closed, name, traffic) for name in self.services}

    def paced(self, each_second: float) -> dict[str, Turn]:
        """Ours and CRUD in open loop."""
        return {name: partial(self._open, name, each_second) for name in self.services if name in {"ours", "crud"}}

    async def _closed(self, name: str, traffic: Traffic) -> Sample:
        service = self.services[name]
        watched = {**self.pids, **service.pids}
        sample = await closed_loop(service.port, traffic, self.size.writers, self.size.seconds, **watched)
        await self.settled()
        return sample

    async def _open(self, name: str, each_second: float) -> Sample:
        service = self.services[name]
        watched = {**self.pids, **service.pids}
        seconds, connections = self.size.seconds, self.size.writers
        sample = await open_loop(service.port, self.everywhere, connections, seconds, each_second, **watched)
        await self.settled()
        return sample

    async def settled(self) -> None:
        """Return when nobody is at work for what was posted."""
        for dsn in self.dsns:
            await settled(dsn)


async def commands(size: Size, database: Database, results: Results) -> None:
    """`http_command_*` and `http_p99_vs_crud`: closed loop over all cases and over a few, then open loop."""
    async with _doors(size, database) as doors:
        for turn in doors.posting(doors.everywhere).values():  # everybody warms up
            await turn()
        uniform = await alternate(doors.posting(doors.everywhere), size.rounds)
        hot = await alternate(doors.posting(doors.hot), size.rounds)
        half = median(one.rate for one in uniform["crud" if CRUD else "ours"]) / 2
        paced = await alternate(doors.paced(half), size.rounds)
    results.details["load tool"] = TOOL
    results.told(
        f"POST of a concern, {size.writers} clients, {size.cases} cases uniformly",
        uniform,
        http_command_vs_nodb=ratio(uniform, "ours", "nodb"),
    )
    results.told(f"the same over {size.hot} cases", hot)
    results.told(f"open loop at {half:.0f} a second", paced)
    if CRUD:
        worse = max(ratio(uniform, "ours", "crud", _p99), ratio(paced, "ours", "crud", _p99))
        results.found(http_command_vs_crud=ratio(uniform, "ours", "crud"), http_p99_vs_crud=worse)


@asynccontextmanager
async def _doors(size: Size, database: Database) -> AsyncIterator[Doors]:
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(ground.folder())
        identities = Identities.below(folder)
        ours, in_one, theirs = (stack.enter_context(database.fresh()) for _ in range(3))
        cases: list[UUID] = []
        for dsn in (ours, in_one):
            async with ground.opened(dsn, folder) as journal:
                cases = await ground.filled(journal, size.cases, same=cases)
        services = {
            "ours": await stack.enter_async_context(case_api(ours, folder, identities)),
            "ours_in_one": await stack.enter_async_context(case_api_in_one(in_one, folder, identities)),
            "nodb": await stack.enter_async_context(peer("nodb", folder, identities)),
        }
        if CRUD:
            address = await _crud_tables(theirs, cases)
            services["crud"] = await stack.enter_async_context(peer("crud", folder, identities, address))
        tokens = identities.tokens()
        everywhere = laid_out(folder, "everywhere", cases, tokens)
        hot = laid_out(folder, "hot", cases[: size.hot], tokens)
        pids = {name: pid for name, pid in database.pids.items() if name == "database"}
        doors = Doors(size, (ours, in_one), pids, services, everywhere, hot)
        for name in OURS:
            await posted_to_each(services[name], everywhere, size.cases, size.writers)
        await doors.settled()
        yield doors


async def posted_to_each(service: Service, traffic: Traffic, cases: int, connections: int) -> None:
    """So that a process of ours has as many cases folded, as it has of all that are at work after a day."""
    requests = traffic.post_to_each(cases)

    async def keep_posting() -> None:
        connection = await Connection.to(service.port)
        for request in requests:
            if await connection.ask(request) != 201:
                raise RuntimeError("a concern was not recorded")
        connection.close()

    await asyncio.gather(*(keep_posting() for _ in range(connections)))


async def settled(dsn: str) -> float:
    """Wait until the boards hold everything that is on record, so that nobody works during another's turn."""
    began = perf_counter()
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        while perf_counter() - began < PATIENCE:
            row = await (await connection.execute(BEHIND.format(AUTHORITY).encode())).fetchone()
            if row == (0,):
                return perf_counter() - began
            await asyncio.sleep(0.02)
    raise TimeoutError("the boards do not catch up")


async def _crud_tables(dsn: str, cases: Sequence[UUID]) -> str:
    """Make and fill the tables of the CRUD peer; its address as SQLAlchemy takes it."""
    from benchmarks.peers import crud  # noqa: PLC0415 - needs SQLAlchemy, which nothing else here does

    parts = conninfo_to_dict(dsn)
    options = "&".join(f"{name}={parts[name]}" for name in ("host", "port", "password") if parts.get(name))
    address = f"postgresql+asyncpg://{parts.get('user', '')}@/{parts['dbname']}?{options}"
    await crud.lay_out(address)
    async with (
        await psycopg.AsyncConnection.connect(dsn) as connection,
        connection.cursor() as cursor,
        cursor.copy("COPY cases (id, setting, concerns, changed_at, version) FROM STDIN") as copy,
    ):
        for number, case_id in enumerate(cases):
            await copy.write_row((case_id, facts.school(number), 0, datetime.now(UTC), 1))
    return address


def _p99(one: Sample) -> float:
    return one.at(99)
