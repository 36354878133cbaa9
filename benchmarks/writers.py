"""Writers that keep our journal busy: the whole of an append, sealed, with its idempotency row."""

import asyncio
import random
from collections.abc import Sequence
from itertools import cycle
from secrets import token_urlsafe
from time import perf_counter
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid4

from benchmarks import facts
from benchmarks.ground import shares
from benchmarks.processor import watching
from benchmarks.samples import Sample
from case_api.store.journal import Append, Journal, Keyed, Reply, VersionConflict


class Writers:
    """Tasks that each append one fact after the other to cases of their own, chosen at random."""

    def __init__(self, journal: Journal, cases: Sequence[UUID], heads: int = 1) -> None:
        self._journal, self._cases = journal, cases
        self._heads = dict.fromkeys(cases, heads)
        self._reply = _reply()

    async def appending(self, writers: int, seconds: float, **pids: int) -> Sample:
        """As fast as *writers* tasks can, for so many seconds."""
        latencies: list[float] = []
        with watching(**pids) as spent:
            began = perf_counter()
            deadline = began + seconds
            shared = shares(self._cases, writers)
            await asyncio.gather(*(self._write(own, deadline, latencies) for own in shared if own))
            took = perf_counter() - began
        return Sample(len(latencies), took, latencies, cpu=spent.seconds)

    async def one_by_one(self, commits: int) -> Sample:
        """A single writer, so many commits."""
        began, latencies = perf_counter(), [await self.once(random.choice(self._cases)) for _ in range(commits)]  # noqa: S311
        return Sample(commits, perf_counter() - began, latencies)

    async def paced(self, each_second: float, seconds: float) -> list[float]:
        """So many appends a second, on time whether or not earlier ones are stored; the moments they were due.

        The log has them in that order: what waits is committed first come, first served.
        """
        began = perf_counter()
        due = [began + number / each_second for number in range(max(1, round(each_second * seconds)))]
        turns = cycle(random.sample(self._cases, len(self._cases)))
        async with asyncio.TaskGroup() as group:
            for moment in due:
                if (ahead := moment - perf_counter()) > 0:
                    await asyncio.sleep(ahead)
                group.create_task(self.once(next(turns)))
        return due

    async def once(self, case_id: UUID) -> float:
        """Append one concern with all that belongs to it; how many seconds that took."""
        began = perf_counter()
        try:
            await self._append(case_id)
        except VersionConflict:  # the clerk of a service that runs beside this had something to say of the case
            self._heads[case_id] = await self._journal.head(case_id)
            await self._append(case_id)
        return perf_counter() - began

    async def _append(self, case_id: UUID) -> None:
        self._heads[case_id] = version = self._heads[case_id] + 1
        fact = facts.placed(case_id, version, facts.concern())
        await self._journal.append(Append((fact,), self._keyed(case_id)))

    def _keyed(self, case_id: UUID) -> Keyed:
        """The row of a command's reply under its key."""
        fingerprint = self._journal.keyring.fingerprint("POST", f"/v1/cases/{case_id}", self._reply.body)
        return Keyed("school-app", str(uuid4()), fingerprint, self._reply, case_id)

    async def _write(self, own: Sequence[UUID], deadline: float, latencies: list[float]) -> None:
        while perf_counter() < deadline:
            latencies.append(await self.once(random.choice(own)))  # noqa: S311 - not a secret


def _reply() -> Reply:
    """As long as a real one, and the same for all: what it says is made by the service, and not by the journal."""
    tag, case_id = token_urlsafe(48), str(uuid4())
    body = msgspec.json.encode({"id": case_id, "etag": tag, "cursor": tag})
    return Reply(201, (("ETag", f'"{tag}"'), ("Location", f"/v1/cases/{case_id}")), body)
