"""Commits a batch and answers every command of it, also when the database is lost half way.

Sealing makes every frame and every reply unique, so to run a batch twice is harmless: what the first run
stored is refused by the second and yet stands in the log byte for byte. That is how a lost reply to COMMIT is
told from a conflict (safety.md, delivery semantics).
"""

import asyncio
from collections.abc import Sequence

from case_api.crash_points import passing
from case_api.store.append import CommitUnknown, StoreUnavailable, Unstorable
from case_api.store.entry import REFUSALS, Busy, Entry, Line, Unreachable, Unsure, Verdict

PAUSES = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 1.6)
"""Seconds before each attempt to find the database again: about five in all."""

Answer = Exception | None
"""None: stored."""


class Committer:
    """Turns what may happen on a line into one answer for each command."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def __call__(self, batch: Sequence[Entry]) -> list[Answer]:
        """An answer for each command of the batch, in its order."""
        unsure = False
        for pause in (None, *PAUSES):
            try:
                if pause is not None:
                    await asyncio.sleep(pause)
                    await self._line.connect()
                return await self._commit(batch, unsure=unsure)
            except Unsure:
                unsure = True
            except Unreachable:
                pass  # nothing was sent: as sure or unsure as before
        return [CommitUnknown() if unsure else StoreUnavailable() for _ in batch]

    async def _commit(self, batch: Sequence[Entry], *, unsure: bool) -> list[Answer]:
        try:
            passing("batch-ready")
            verdicts = await self._line.run(batch)
            passing("committed")
        except Busy as why:
            return [CommitUnknown() if unsure else StoreUnavailable(str(why)) for _ in batch]
        except Unstorable as why:
            if len(batch) == 1:
                return [why]
            half = len(batch) // 2
            first = await self._commit(batch[:half], unsure=unsure)
            return first + await self._commit(batch[half:], unsure=unsure)
        return [
            None if verdict is Verdict.STORED else await self._refused(entry, verdict, unsure=unsure)
            for entry, verdict in zip(batch, verdicts, strict=True)
        ]

    async def _refused(self, entry: Entry, verdict: Verdict, *, unsure: bool) -> Answer:
        if unsure and await self._line.stands(entry):
            return None
        return REFUSALS[verdict]()
