"""Each process lets go of what another one erased: nothing of it stays in its memory (D10).

No answer depends on it: the fact that erased a learner is in the stream that every answer looks at first.
"""

import asyncio
from typing import Final
from uuid import UUID

import structlog

from case_api.domain.facts.erasure import PersonalDataKeyDestroyed
from case_api.office import Office
from case_api.store.journal import Placed
from case_api.streams import told_of

PACE: Final = 0.4
"""Seconds between two looks. What was found is let go of in two of them: a read under way may have put it back."""

log = structlog.get_logger()


class Forgetting:
    """Follows the erasures of one authority."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._position = 0
        self._found: list[Placed] = []

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
        before, self._found = self._found, await self._office.journal.eraser.facts(self._position)
        for one in (*before, *self._found):
            self._let_go(one.recorded.stream, one.recorded.fact)
            self._position = max(self._position, one.position)

    def _let_go(self, case_id: UUID, fact: object) -> None:
        office, ledger = self._office, told_of(case_id)
        office.folds.forget(case_id)
        office.tellings.forget(ledger)
        for stream in (case_id, ledger):
            office.histories.forget(stream)
        if isinstance(fact, PersonalDataKeyDestroyed):
            office.journal.eraser.forget_keys(fact.key_ids)
