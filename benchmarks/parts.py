"""What can be measured, part by part."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from benchmarks import appends, delays, growth, loads, posts, rebuilds, stalls, stores, workers
from benchmarks.asked import GROWTH, SPEED, Asked
from benchmarks.ground import Database
from benchmarks.results import Results
from benchmarks.size import Size


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a run, that can be measured by itself."""

    what: str
    run: Callable[[Size, Database, Results], Awaitable[None]]
    needs_postgres: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """All parts of one run, in their order; what is asked of its figures; the file that it leaves."""

    parts: Mapping[str, Part]
    asked: Mapping[str, Asked]
    leaves: str


async def _sqlite(size: Size, _: Database, results: Results) -> None:
    await appends.on_sqlite(size, results)


PARTS: Final[Mapping[str, Part]] = {
    "appends": Part(
        "64 writers, then one, append to PostgreSQL, beside the library and plain SQL", appends.on_postgres
    ),
    "sqlite": Part("64 writers append to SQLite, beside one INSERT in each commit", _sqlite, needs_postgres=False),
    "http": Part("64 clients post concerns, beside a service that stores nothing and beside CRUD", posts.commands),
    "rebuild": Part("all boards are made anew, beside the library's projection and COPY of the rows", rebuilds.boards),
    "lag": Part("how long after a write the boards show it, at half of the most writes a second", delays.boards_follow),
    "load": Part("a case of 1,000 facts is read that is not in memory, beside the library", loads.long_case),
    "stall": Part("the longest append while PostgreSQL analyses and indexes the log, beside none of it", stalls.upkeep),
    "stores": Part("posts and reads over HTTP on PostgreSQL and on SQLite; no figure is asked", stores.over_http),
    "workers": Part("64 clients post to one, two and four processes of ours; no figure is asked", workers.processes),
}
"""What `make bench` measures, in this order."""

GROWN: Final[Mapping[str, Part]] = {
    "growth": Part("a log of 1,000,000 facts beside one of 200,000: appends, timelines, memory", growth.growth),
}
"""What `make bench-growth` measures."""

RUNS: Final[Mapping[str, Run]] = {
    "speed": Run(PARTS, SPEED, "results.json"),
    "growth": Run(GROWN, GROWTH, "growth.json"),
}
