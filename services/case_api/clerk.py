"""The clerk records what time brings: for now, the ends of agreements (D15).

No decision depends on it, since an end is computed from the grant. Its commands carry keys made from what they
record, so that however many clerks run, each end is recorded once.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID, uuid4

import structlog

from case_api.access.principal import Principal
from case_api.clock import Clock
from case_api.domain.case import Case
from case_api.domain.decisions.agreements import ExpireAgreement, expire_agreement
from case_api.domain.words import day_of
from case_api.office import Office
from case_api.order import Caller, CommandRefused, NoSuchStream, Order
from case_api.store.journal import KeyDestroyed, Reply, StoreUnavailable

ROUND: Final = 5.0
"""Seconds between two looks at what is due."""
CLEARING: Final = 3600.0
"""Seconds between two clearings of replies that were kept for their time (D13)."""
BATCH: Final = 200

log = structlog.get_logger()
Due = Callable[[date, int], Awaitable[list[tuple[UUID, UUID, date]]]]
"""(case, agreement, end) of grants whose end has come by a day, at most so many."""


class Clerk:
    """Looks each few seconds for what is due in one authority, and records it."""

    def __init__(self, office: Office, due: Due, clock: Clock) -> None:
        self._office, self._due, self._clock = office, due, clock

    async def run(self) -> None:
        """Go on until cancelled; an unavailable store is tried again in the next round."""
        cleared_at = float("-inf")
        while True:
            try:
                await self.once()
                if time.monotonic() - cleared_at > CLEARING:
                    await self._office.journal.purge_expired(datetime.now(UTC))
                    cleared_at = time.monotonic()
            except StoreUnavailable:
                log.warning("clerk waits", authority=self._office.authority)
            await asyncio.sleep(ROUND)

    async def once(self) -> int:
        """Record all that is due now; how many there were."""
        _, policy = await self._office.precedent.latest(self._clock.now())
        due = await self._due(day_of(self._clock.now(), policy.tz), BATCH)
        for case_id, agreement_id, end in due:
            await self._expire(case_id, agreement_id, end)
        return len(due)

    async def _expire(self, case_id: UUID, agreement_id: UUID, end: date) -> None:
        key = f"expire:{agreement_id}:{end.isoformat()}"
        order: Order[Case, ExpireAgreement] = Order(
            caller=Caller(self._principal(), "clerk", correlation_id=uuid4()),
            stream=case_id,
            key_id=case_id,
            case_id=case_id,
            command=ExpireAgreement(occurred_at=end),
            decision=lambda case, command, at: expire_agreement(case, agreement_id, command, at),
            reply=lambda _: Reply(200, (), b"{}"),
            key=key,
            fingerprint=key.encode(),
        )
        try:
            await self._office.cases.handle(order)
        except (CommandRefused, NoSuchStream, KeyDestroyed) as error:
            log.warning("clerk passes by", authority=self._office.authority, error=type(error).__name__)

    def _principal(self) -> Principal:
        return Principal("clerk", "stagepost", self._office.authority, "clerk", frozenset({"clerk"}))
