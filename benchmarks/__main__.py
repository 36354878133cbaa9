"""`python -m benchmarks`: how fast we are beside what a team would write instead, and beside the database itself."""

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import uvloop

from benchmarks.ground import NOWHERE, Database, beneath, durable, flush_ms
from benchmarks.parts import RUNS, Part, Run
from benchmarks.results import Results
from benchmarks.size import FULL, TINY, Size
from case_api.http.serving import spare_the_collector

HERE = Path(__file__).parent


def main() -> None:
    """Measure, print, write the results; exit code 1 when a figure is not as asked, 130 or 143 when interrupted."""
    given = _arguments()
    run = RUNS[given.what]
    parts = {name: run.parts[name] for name in given.only or run.parts}
    with _ending_quietly():
        results = _measured(run, parts, TINY if given.tiny else FULL)
    is_whole = given.only is None and not given.tiny
    to = given.to or (HERE / run.leaves if is_whole else None)
    if to is not None:
        results.write(to)
    print(f"\n{results.table()}\n{results.details['seconds']} s; {f'written to {to}' if to else 'nothing is written'}")
    sys.exit(1 if results.missed() else 0)


def _measured(run: Run, parts: Mapping[str, Part], size: Size) -> Results:
    results = Results(run.asked)
    began = perf_counter()
    spare_the_collector()  # as the service does; for all contenders in this process
    results.details |= {"date": datetime.now(UTC).date().isoformat(), "flush_ms": flush_ms()}
    wanted = any(part.needs_postgres for part in parts.values())
    with durable() if wanted else nullcontext(NOWHERE) as database:
        if wanted:
            results.details["postgresql"] = database.version
        for part in parts.values():
            uvloop.run(_run(part, size, database, results))
    results.details["seconds"] = round(perf_counter() - began)
    return results


async def _run(part: Part, size: Size, database: Database, results: Results) -> None:
    await part.run(size, database, results)


@contextmanager
def _ending_quietly() -> Iterator[None]:
    """SIGTERM ends the block as Ctrl-C does, after what was begun is cleared away, and neither shows a traceback."""
    received = [signal.SIGINT]

    def asked_to_end(*_: object) -> None:
        received.append(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's job in the background comes without
    signal.signal(signal.SIGTERM, asked_to_end)
    try:
        yield
    except KeyboardInterrupt:
        print("\ninterrupted: nothing is written", file=sys.stderr)
        sys.exit(128 + received[-1])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog=_parts_told(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", nargs="?", choices=tuple(RUNS), default="speed")
    parser.add_argument(
        "--only", nargs="+", metavar="PART", help="measure these parts only; writes nothing without --to"
    )
    parser.add_argument("--tiny", action="store_true", help="a few seconds of all; figures without meaning, as --only")
    parser.add_argument("--to", type=Path, metavar="FILE", help="write the results there")
    given = parser.parse_args()
    parts = RUNS[given.what].parts
    for name in given.only or ():
        if name not in parts:
            parser.error(f"argument --only: {given.what} has no part {name!r}; it has: {', '.join(parts)}")
    if (below := beneath()) is not None and not (below.is_dir() and os.access(below, os.W_OK)):
        parser.error("STAGEPOST_BENCH_VAR names no folder that can be written to")
    return given


def _parts_told() -> str:
    told = []
    for name, run in RUNS.items():
        told.append(f"A whole run of {name} writes benchmarks/{run.leaves}. Its parts:")
        told += [f"  {part:<10}{one.what}" for part, one in run.parts.items()]
    return "\n".join(told)


if __name__ == "__main__":
    main()
