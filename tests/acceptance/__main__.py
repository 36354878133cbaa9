"""`python -m tests.acceptance`: the whole school year, on SQLite and on PostgreSQL, one line for each row."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from demo.script import YEAR
from tests import postgres
from tests.acceptance.playing import Outcome, play
from tests.acceptance.stores import Stores, two_databases


def main() -> int:
    """Play the year on each database; 1 if any row failed."""
    with tempfile.TemporaryDirectory() as folder:
        failed = told("sqlite", play(YEAR, Path(folder), Stores()))
    with tempfile.TemporaryDirectory() as folder, postgres.running() as server, two_databases(server.dsn) as stores:
        failed += told("postgres", play(YEAR, Path(folder), stores))
    return int(failed > 0)


def told(database: str, outcomes: Iterator[Outcome]) -> int:
    """Print each outcome as it comes, and how many there were; how many failed."""
    passed = failed = 0
    for outcome in outcomes:
        print(f"{database:<9}{outcome}", flush=True)
        failed += bool(outcome.why)
        passed += not outcome.why
    print(f"{database}: {passed} passed, {failed} failed\n", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
