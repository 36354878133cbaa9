"""The clerk records what time brings: agreements that end, watches that stand and are over (D15, ADR 0015).

No decision depends on it. Of several processes one has the duty to look where the diary says that something is due;
it decides from the facts, so that however many look, and however often, each thing is recorded once.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final, Literal
from uuid import UUID, uuid4

import structlog

from case_api.access.principal import Principal
from case_api.boards.diary import DIARY, ORDER, DiaryRow, due_by, under_other
from case_api.clock import Clock
from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.decisions.agreements_ended import ExpireAgreement, expire_agreement
from case_api.domain.decisions.watches import (
    ClearWatches,
    EscalateWatches,
    RaiseWatches,
    clear_watches,
    escalate_watches,
    raise_watches,
)
from case_api.domain.facts.told import Told
from case_api.domain.refusal import Decision
from case_api.domain.words import day_of
from case_api.office import Office
from case_api.order import Answer, Caller, Order
from case_api.store.journal import CommitUnknown, Reply, StoreUnavailable
from case_api.streams import told_of

ROUND: Final = 3.0
"""Seconds between two looks at what is due, or at whether the duty is free: another process looks within five."""
CLEARING: Final = 3600.0
"""Seconds between two clearings of replies that were kept for their time (D13)."""
FOLLOWING: Final = 300.0
"""Seconds between two looks for entries that were worked out by a policy which is no longer in force."""
BATCH: Final = 200
CLIENT: Final = "the clerk"
"""Under which it keeps its idempotency keys: no token can name a client with a space in it."""
UNAVAILABLE: Final = (StoreUnavailable, CommitUnknown, OSError)
"""What is wrong with the store and not with one case."""

log = structlog.get_logger()
Decide = Callable[[Case, Any, Situation], Decision]


class Clerk:
    """Looks each few seconds for what is due in one authority, and records it."""

    def __init__(self, office: Office, clock: Clock) -> None:
        self._office, self._clock = office, clock
        self._cleared_at = float("-inf")
        self._policy, self._followed_at = "", float("-inf")
        self._looked: set[str] = set()

    async def run(self) -> None:
        """Go on until cancelled, through any failure; of several processes one, and the others stand by."""
        while True:
            pause = ROUND
            try:
                if await self._office.journal.duty.taken():
                    pause = 0.0 if await self.once() else ROUND
                    await self._clear_replies()
            except Exception as error:  # noqa: BLE001 - a clerk that stops would let time stand still
                log.warning("clerk waits", authority=self._office.authority, error=type(error).__name__)
            await asyncio.sleep(pause)

    async def once(self) -> int:
        """Record all that is due now, in the order of the days; how many things that were.

        A case that fails is passed by and reported. Raises what is wrong with the store.
        """
        _, policy = await self._office.precedent.latest(self._clock.now())
        await self._follow(policy.ref)
        today, recorded = day_of(self._clock.now(), policy.tz), 0
        after: tuple[object, ...] | None = None
        while page := await self._office.boards.rows(DIARY, due_by(today), order=ORDER, after=after, limit=BATCH):
            one_day = [row for row in page if row.day == page[0].day]  # what follows from it may come before the next
            for row in one_day:
                recorded += await self._recorded(row, today)
            after = tuple(getattr(one_day[-1], name) for name in ORDER)
        return recorded

    async def _follow(self, policy: str) -> None:
        """Where another policy has come into force, work the diary out anew by it.

        Now and then this is asked again: another process, whose clock is behind, may have worked by the earlier one.
        """
        if policy == self._policy and time.monotonic() - self._followed_at < FOLLOWING:
            return
        while rows := await self._office.boards.rows(DIARY, under_other(policy), limit=BATCH):
            for case_id in dict.fromkeys(row.case_id for row in rows):
                await self._office.follower.refold(case_id)
        self._policy, self._followed_at = policy, time.monotonic()

    async def _recorded(self, row: DiaryRow, today: date) -> bool:
        """Whether the entry's effect was recorded by this look; one that came to nothing is not looked at again."""
        key = f"{row.what}:{row.case_id}:{row.ref}:{row.day}:{await self._state(row.case_id)}:{today}"
        if key in self._looked:
            return False
        try:
            answer = await self._office.cases.handle(await self._order(row, key))
        except UNAVAILABLE:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one case, the others go on
            log.warning("clerk passes by", authority=self._office.authority, error=type(error).__name__)
            return self._done_with(key)
        if isinstance(answer, Answer) and answer.reply.status == 201 and not answer.replayed:
            return True
        await self._office.follower.refold(row.case_id)
        return self._done_with(key)

    def _done_with(self, key: str) -> Literal[False]:
        """Remember that there was nothing to record, until the facts or the day are others."""
        self._looked.add(key)
        return False

    async def _state(self, case_id: UUID) -> str:
        """How far the case and its ledger have come: the same facts make the same key."""
        journal = self._office.journal
        return f"{await journal.head(case_id)}.{await journal.head(told_of(case_id))}"

    async def _order(self, row: DiaryRow, key: str) -> Order[Case, Any]:
        told = (await self._office.tellings.latest(told_of(row.case_id))).state
        command, decision = task_of(row, told)
        return Order(
            caller=Caller(self._principal(), "clerk", correlation_id=uuid4()),
            stream=row.case_id,
            key_id=row.case_id,
            case_id=row.case_id,
            command=command,
            decision=decision,
            reply=lambda receipt: Reply(201 if receipt.recorded else 200, (), b"{}"),
            key=key,
            fingerprint=key.encode(),
        )

    def _principal(self) -> Principal:
        return Principal("clerk", "stagepost", self._office.authority, CLIENT, frozenset({"clerk"}))

    async def _clear_replies(self) -> None:
        if time.monotonic() - self._cleared_at > CLEARING:
            await self._office.journal.purge_expired(datetime.now(UTC))
            self._cleared_at = time.monotonic()
            self._looked.clear()


def task_of(row: DiaryRow, told: Told) -> tuple[Command, Decide]:
    """The command and the decision that an entry of the diary calls for."""
    match row.what:
        case "agreement_ends":
            return ExpireAgreement(occurred_at=row.day), lambda case, asked, at: expire_agreement(
                case, row.ref, asked, at
            )
        case "watch_stands":
            return RaiseWatches(occurred_at=row.day), lambda case, asked, at: raise_watches(case, told, asked, at)
        case "watch_unheeded":
            return EscalateWatches(occurred_at=row.day), lambda case, asked, at: escalate_watches(case, told, asked, at)
        case _:
            return ClearWatches(), lambda case, asked, at: clear_watches(case, told, asked, at)
