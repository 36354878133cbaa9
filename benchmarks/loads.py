"""How long it takes to load a case of 1,000 facts that is not in memory."""

from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, closing
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

from benchmarks import ground
from benchmarks.ground import Database
from benchmarks.peers.library import TOGETHER, Learner, Learners, configured, payload
from benchmarks.results import Results
from benchmarks.samples import Sample, alternate, ratio
from benchmarks.size import Size
from case_api.folds import CaseKind, Folds
from case_api.store.journal import Journal

LOADS = 5
"""In one turn."""


async def long_case(size: Size, database: Database, results: Results) -> None:
    """`load_1000_vs_library`: read, decrypted, checked against its commitment's seal, and folded."""
    async with AsyncExitStack() as stack:
        dsn, beside = stack.enter_context(database.fresh()), stack.enter_context(database.fresh())
        var = stack.enter_context(ground.folder())
        journal = await stack.enter_async_context(ground.opened(dsn, var))
        [case_id] = await ground.filled(journal, 1, each=size.story)
        application = stack.enter_context(closing(Learners(configured(beside))))
        theirs = _told(application, size.story)

        async def from_library() -> None:
            application.repository.get(theirs)

        rounds = await alternate(
            {
                "ours": lambda: _timed(lambda: _load(journal, case_id)),
                "library": lambda: _timed(from_library),
            },
            size.rounds,
        )
    ratio_of_times = ratio(rounds, "ours", "library", lambda one: one.at(50))
    results.told(f"cold load of a case of {size.story} facts", rounds, load_1000_vs_library=ratio_of_times)


async def _load(journal: Journal, case_id: UUID) -> None:
    await Folds(journal, CaseKind(), limit=1).hold(case_id)


def _told(application: Learners, length: int) -> UUID:
    learner = Learner(uuid4(), payload())
    for number in range(1, length):
        learner.raise_concern(payload())
        if number % TOGETHER == 0:
            application.save(learner)
    application.save(learner)
    return learner.id


async def _timed(load: Callable[[], Coroutine[Any, Any, None]]) -> Sample:
    latencies = []
    for _ in range(LOADS):
        began = perf_counter()
        await load()
        latencies.append(perf_counter() - began)
    return Sample(LOADS, sum(latencies), latencies)
