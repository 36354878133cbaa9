"""Each process lets go of what another one erased: nothing of it stays in its memory (D10).

Of what `stagepost erase` does no answer depends on it: the fact that erased a learner is in the stream that every
answer looks at first. Of keys that were put back, and went by the list of destroyed ones, nothing else tells.
"""

import asyncio
from typing import Final
from uuid import UUID

import structlog

from case_api.office import Office
from case_api.streams import told_of

PACE: Final = 0.4
"""Seconds between two looks. What was found is let go of in two of them: a read under way may have put it back."""

log = structlog.get_logger()


class Forgetting:
    """Follows the keys of one authority that are destroyed."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._known: set[UUID] = set()
        self._found: set[UUID] = set()

    async def run(self) -> None:
        """Go on until cancelled, through any failure."""
        while True:
            try:
                await self.once()
            except Exception as error:  # noqa: BLE001 - one that stops would keep in memory what was erased
                log.warning("forgetting waits", authority=self._office.authority, error=type(error).__name__)
            await asyncio.sleep(PACE)

    async def once(self) -> None:
        """Let go of what was erased since the look before the last one."""
        before, self._found = self._found, await self._office.journal.eraser.newly_destroyed(self._known)
        self._known |= self._found
        for key_id in before | self._found:
            self._let_go(key_id)

    def _let_go(self, key_id: UUID) -> None:
        """A key is a person's, a case's or a matter's, whose id it bears."""
        office, ledger = self._office, told_of(key_id)
        office.folds.forget(key_id)
        office.tellings.forget(ledger)
        office.sealed.forget(key_id)
        for stream in (key_id, ledger):
            office.histories.forget(stream)
        office.journal.eraser.forget_keys([key_id])
