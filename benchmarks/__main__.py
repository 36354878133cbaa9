"""`python -m benchmarks`: how fast we are beside what a team would write instead, and beside the database itself."""

import argparse
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from time import perf_counter

import uvloop

from benchmarks import appends, delays, growth, loads, posts, rebuilds, stalls, workers
from benchmarks.asked import GROWTH, SPEED
from benchmarks.ground import Database, durable
from benchmarks.results import Results
from benchmarks.size import FULL, TINY, Size
from case_api.http.serving import spare_the_collector

HERE = Path(__file__).parent
Part = Callable[[Size, Database, Results], Awaitable[None]]


async def _sqlite(size: Size, _: Database, results: Results) -> None:
    await appends.on_sqlite(size, results)


PARTS: Mapping[str, Part] = {
    "appends": appends.on_postgres,
    "sqlite": _sqlite,
    "http": posts.commands,
    "rebuild": rebuilds.boards,
    "lag": delays.boards_follow,
    "load": loads.long_case,
    "stall": stalls.upkeep,
    "workers": workers.processes,
}
"""What `make bench` measures, in this order."""


GROWN: Mapping[str, Part] = {"growth": growth.growth}
"""What `make bench-growth` measures."""


def main() -> None:
    """Measure, print, write the results; exit code 1 when a figure is not as asked."""
    given = _arguments()
    grown = given.what == "growth"
    size = TINY if given.tiny else FULL
    results, parts = Results(GROWTH if grown else SPEED), GROWN if grown else PARTS
    began = perf_counter()
    spare_the_collector()  # as the service does; for all contenders in this process
    with durable() as database:
        for name in given.only or parts:
            uvloop.run(_measured(parts[name], size, database, results))
    results.details["seconds"] = round(perf_counter() - began)
    results.write(given.to or HERE / ("growth.json" if grown else "results.json"))
    print(f"\n{results.table()}\n{results.details['seconds']} s")
    sys.exit(1 if results.missed() else 0)


async def _measured(part: Part, size: Size, database: Database, results: Results) -> None:
    await part(size, database, results)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("speed", "growth"), default="speed")
    parser.add_argument("--only", nargs="*", choices=tuple(PARTS), help="measure these parts only")
    parser.add_argument("--tiny", action="store_true", help="a few seconds of everything; the figures mean nothing")
    parser.add_argument("--to", type=Path, help="write the results there")
    return parser.parse_args()


if __name__ == "__main__":
    main()
