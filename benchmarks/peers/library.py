"""The event-sourcing library as it comes: its default recorders, its aggregates, its projections."""

import asyncio
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import perf_counter
from typing import Any, Final
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from msgspec import to_builtins
from psycopg.conninfo import conninfo_to_dict

from benchmarks import facts
from benchmarks.processor import watching
from benchmarks.samples import Sample

TOGETHER: Final = 50
"""Events in one save, where the library is given many: its pipeline stands still for ever with 1,000 of this size."""


class Learner(Aggregate):
    """A case as the library's tutorial would have it."""

    @event("Registered")
    def __init__(self, case_id: UUID, about: dict[str, Any]) -> None:
        self.about = about
        self.concerns = 0

    @staticmethod
    def create_id(case_id: UUID) -> UUID:
        """The library asks for the id with the arguments of the constructor that it names."""
        return case_id

    @event("ConcernRaised")
    def raise_concern(self, about: dict[str, Any]) -> None:
        """Counts, as our fold does little more."""
        self.concerns += 1


class Learners(Application[UUID]):
    """The library's application, configured as its manual says."""


def configured(dsn: str, connections: int = 5) -> dict[str, str]:
    """The library's settings for a PostgreSQL database; five connections are its default."""
    parts = conninfo_to_dict(dsn)
    named = {"DBNAME": "dbname", "HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_POOL_SIZE": str(connections),
        **{f"POSTGRES_{name}": str(parts.get(part) or "") for name, part in named.items()},
    }


class Saving:
    """Threads that save one new event of an aggregate after the other."""

    def __init__(self, application: Learners, cases: Sequence[UUID], threads: int) -> None:
        self._application, self._cases = application, cases
        self._threads = threads
        self._held: dict[UUID, Learner] = {}

    async def saving(self, seconds: float, **pids: int) -> Sample:
        """As fast as the threads can, for so many seconds."""
        latencies: list[float] = []
        lock = Lock()

        def save(own: Sequence[UUID]) -> None:
            taken = []
            while (start := perf_counter()) < deadline:
                self._save(random.choice(own))  # noqa: S311 - not a secret
                taken.append(perf_counter() - start)
            with lock:
                latencies.extend(taken)

        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(self._threads) as pool, watching(**pids) as spent:
            began = perf_counter()
            deadline = began + seconds
            shared = [self._cases[number :: self._threads] for number in range(self._threads)]
            await asyncio.gather(*(loop.run_in_executor(pool, save, own) for own in shared if own))
            took = perf_counter() - began
        return Sample(len(latencies), took, latencies, cpu=spent.seconds)

    def _save(self, case_id: UUID) -> None:
        learner = self._held.get(case_id)
        about = payload()
        if learner is None:
            learner = self._held[case_id] = Learner(case_id, about)
        else:
            learner.raise_concern(about)
        self._application.save(learner)


def payload() -> dict[str, Any]:
    """Envelope and fact as plain values, as the library's JSON transcoder takes them."""
    envelope, concern = facts.envelope(), facts.concern()
    return {"envelope": to_builtins(envelope), "fact": concern.model_dump(mode="json")}
