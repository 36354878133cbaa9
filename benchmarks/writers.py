"""Writers that keep our journal busy: the whole of an append, sealed, with its idempotency row."""

import asyncio
import random
from collections.abc import Sequence
from time import perf_counter
from uuid import UUID, uuid4

import msgspec

from benchmarks import facts
from benchmarks.ground import shares
from benchmarks.processor import watching
from benchmarks.samples import Sample
from case_api.store.journal import Append, Journal, Keyed, Reply


class Writers:
    """Tasks that each append one fact after the other to cases of their own, chosen at random."""

    def __init__(self, journal: Journal, cases: Sequence[UUID], heads: int = 1) -> None:
        self._journal, self._cases = journal, cases
        self._heads = dict.fromkeys(cases, heads)

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

    async def once(self, case_id: UUID) -> float:
        """Append one concern with all that belongs to it; how many seconds that took."""
        began = perf_counter()
        self._heads[case_id] = version = self._heads[case_id] + 1
        fact = facts.concern()
        await self._journal.append(Append((facts.placed(case_id, version, fact),), self._keyed(case_id, fact)))
        return perf_counter() - began

    def _keyed(self, case_id: UUID, fact: msgspec.Struct | object) -> Keyed:
        keyring = self._journal.keyring
        tag, cursor = keyring.tag("etag", case_id.bytes * 2), keyring.seal_opaque("cursor", case_id.bytes * 2)
        body = msgspec.json.encode({"id": str(uuid4()), "etag": tag, "cursor": cursor})
        reply = Reply(201, (("ETag", f'"{tag}"'), ("Location", f"/v1/cases/{case_id}")), body)
        fingerprint = keyring.fingerprint("POST", f"/v1/cases/{case_id}/concerns", body)
        return Keyed("school-app", str(uuid4()), fingerprint, reply, case_id)

    async def _write(self, own: Sequence[UUID], deadline: float, latencies: list[float]) -> None:
        while perf_counter() < deadline:
            latencies.append(await self.once(random.choice(own)))  # noqa: S311 - not a secret
