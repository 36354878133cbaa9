"""The figures, each with what it is and what is asked of it; and those beside whom it is measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Asked:
    """A bound: at least this much, or at most; and in a line what is held to it."""

    bound: float
    what: str = ""
    at_most: bool = False

    def met(self, value: float) -> bool:
        return value <= self.bound if self.at_most else value >= self.bound

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.bound:g}"


SPEED: Final[Mapping[str, Asked]] = {
    "append_vs_library": Asked(12, "appends a second on PostgreSQL by 64 writers, ours over `library`"),
    "append_vs_raw_commit": Asked(1.5, "the same over `raw_commit`"),
    "append_vs_raw_group": Asked(0.2, "the same over `raw_group`"),
    "single_append_p50_vs_raw": Asked(
        2.0, "median time of one append when a single writer waits for each, ours over one plain INSERT", at_most=True
    ),
    "sqlite_append_vs_raw_commit": Asked(1.5, "appends a second on SQLite by 64 writers, ours over `raw_commit`"),
    "http_command_vs_nodb": Asked(0.45, "concerns posted a second by 64 clients, ours over `nodb`"),
    "http_command_vs_crud": Asked(5, "the same over `crud`"),
    "http_p99_vs_crud": Asked(
        1,
        "99th percentile of the time of a request, ours over `crud`: the worse of two loads, 64 clients who wait for "
        "each answer, and requests at half of what `crud` can do",
        at_most=True,
    ),
    "rebuild_vs_library": Asked(
        15, "rows a second of boards made anew from the log, one fact in each case, ours over the library's projection"
    ),
    "rebuild_vs_copy": Asked(
        0.2, "the same over `copy` of the finished rows: the worse of two shapes, 20 facts in each case, and one"
    ),
    "lag_p99_ms": Asked(
        100,
        "milliseconds from the moment at which a write is due until the boards show it, 99th percentile, at half of "
        "the most writes a second (2,000 at least)",
        at_most=True,
    ),
    "load_1000_vs_library": Asked(
        0.3, "median time to read a case of 1,000 facts that is not in memory, ours over `library`", at_most=True
    ),
    "stall_vs_control": Asked(
        3,
        "a ratio of longest appends: the longest of a turn in which PostgreSQL runs ANALYZE and CREATE INDEX "
        "CONCURRENTLY on the log, over the longest of a turn without",
        at_most=True,
    ),
}
"""Of `make bench`. Why it is these, and how they are measured, says README.md beside this file."""

GROWTH: Final[Mapping[str, Asked]] = {
    "timeline_p99": Asked(
        1.5, "99th percentile of the time to read a case's timeline, the large log over the small one", at_most=True
    ),
    "append": Asked(1.2, "appends a second by 64 writers, the small log over the large one", at_most=True),
    "rss": Asked(
        1.1,
        "memory of the process that answers with 5,000 cases folded, the large log over the small one",
        at_most=True,
    ),
}
"""Of `make bench-growth`: so that 1 is a cost that does not grow."""

CONTENDERS: Final[Mapping[str, str]] = {
    "ours": "Stagepost. Append: header, commitment, encryption, idempotency row, events. Over HTTP: everything, with "
    "boards, seals and clerk at work in a process beside",
    "ours_in_one": "the same in one process",
    "library": "the event-sourcing library with its default recorder, saving one event of an aggregate at a time from "
    "16 threads",
    "raw_commit": "the database itself: one INSERT in each commit; on PostgreSQL by psycopg over 16 connections",
    "raw": "the same by one writer",
    "raw_group": "psycopg, 64 rows in each commit, one connection",
    "copy": "COPY; of appends, 5,000 rows in each commit",
    "nodb": "FastAPI: body, model and token are checked, nothing is stored",
    "crud": "FastAPI and SQLAlchemy (asyncpg): a current row with a version, a history row, the retry that this needs",
}
"""Who is measured, by the names that the tables have."""
