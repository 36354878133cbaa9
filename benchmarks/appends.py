"""How fast facts are committed: ours over the library and over the database itself."""

from contextlib import AsyncExitStack, closing

from benchmarks import ground
from benchmarks.ground import Database
from benchmarks.peers.library import Learners, Saving, configured
from benchmarks.peers.raw import Raw, RawSqlite, connected
from benchmarks.results import Results
from benchmarks.samples import Sample, alternate, ratio
from benchmarks.size import Size
from benchmarks.writers import Writers

THREADS = 16
"""Of the library, and connections of the raw peer."""


async def on_postgres(size: Size, database: Database, results: Results) -> None:
    """`append_*` and `single_append_p50_vs_raw`: 64 writers, then one."""
    async with AsyncExitStack() as stack:
        var = stack.enter_context(ground.folder())
        journal = await stack.enter_async_context(ground.opened(stack.enter_context(database.fresh()), var))
        beside = stack.enter_context(database.fresh())
        cases = await ground.filled(journal, size.cases)
        ours = Writers(journal, cases)
        application = stack.enter_context(closing(Learners(configured(beside, THREADS))))
        library = Saving(application, cases, THREADS)
        connections = await connected(beside, THREADS)
        for connection in connections:
            stack.push_async_callback(connection.close)
        raw = Raw(connections, cases)
        await ours.appending(size.writers, size.seconds / 4)
        many = await alternate(
            {
                "ours": lambda: ours.appending(size.writers, size.seconds, **database.pids),
                "library": lambda: library.saving(size.seconds, **database.pids),
                "raw_commit": lambda: raw.each_committed(size.seconds, **database.pids),
                "raw_group": lambda: raw.groups(size.seconds, **database.pids),
                "copy": lambda: raw.copied(size.seconds, **database.pids),
            },
            size.rounds,
        )
        one = await alternate(
            {"ours": lambda: ours.one_by_one(size.single), "raw": lambda: raw.one_by_one(size.single)}, size.rounds
        )
    results.told(
        "appends on PostgreSQL",
        many,
        append_vs_library=ratio(many, "ours", "library"),
        append_vs_raw_commit=ratio(many, "ours", "raw_commit"),
        append_vs_raw_group=ratio(many, "ours", "raw_group"),
    )
    results.told("one writer on PostgreSQL", one, single_append_p50_vs_raw=ratio(one, "ours", "raw", _p50))


async def on_sqlite(size: Size, results: Results) -> None:
    """`sqlite_append_vs_raw_commit`: every commit flushed."""
    with ground.folder() as var:
        async with ground.opened("sqlite", var) as journal:
            cases = await ground.filled(journal, size.cases)
            ours = Writers(journal, cases)
            with closing(RawSqlite(var / "raw.db", cases)) as raw:
                rounds = await alternate(
                    {
                        "ours": lambda: ours.appending(size.writers, size.seconds),
                        "raw_commit": lambda: raw.each_committed(size.seconds),
                    },
                    size.rounds,
                )
    results.told("appends on SQLite", rounds, sqlite_append_vs_raw_commit=ratio(rounds, "ours", "raw_commit"))


def _p50(one: Sample) -> float:
    return one.at(50)
