"""Where a command meets the log: load, decide, append, answer (D3, D4, D13, D20).

A fold from memory may decide, but no answer leaves before the head was confirmed in the database: in the
append, or by one indexed read.
"""

import asyncio
import random
from functools import partial
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from msgspec.structs import replace

from case_api.access.ruling import ALLOWED, DENIED, Ruling
from case_api.clock import Clock
from case_api.domain.command import Command, Situation
from case_api.domain.decide import decide
from case_api.domain.facts.people import LearnerRegistered
from case_api.domain.refusal import Decision
from case_api.folds import Folded, Folds, Held
from case_api.identifiers import search_hashes
from case_api.order import (
    Answer,
    CommandRefused,
    KeyUsedOtherwise,
    NoSuchStream,
    NotShown,
    Order,
    Receipt,
    Stale,
    TooBusy,
    WouldRecord,
)
from case_api.overtaken import Overtaken
from case_api.precedent import Precedent
from case_api.recording import as_recorded, attempt_of, facts_of, new_keys
from case_api.store.journal import Append, Fact, Journal, Kept, Keyed, KeyReused, Reply, VersionConflict
from case_api.twins import Twins

S = TypeVar("S")
C = TypeVar("C", bound=Command)

TRIES: Final = 12
LONGEST_PAUSE: Final = 0.05


class Service(Generic[S]):
    """Decides and records the commands of one kind of stream of one authority."""

    def __init__(self, journal: Journal, folds: Folds[S], precedent: Precedent, clock: Clock) -> None:
        self._journal, self._folds, self._precedent, self._clock = journal, folds, precedent, clock
        self._twins, self._overtaken = Twins(), Overtaken()

    async def handle(self, order: Order[S, C]) -> Answer | WouldRecord:
        """Decide *order* against one version of its stream, and record what follows.

        Raises:
            CommandRefused, NoSuchStream, NotShown, Stale, KeyUsedOtherwise, TwinInFlight, TooBusy, and what the journal
            raises: IdentifierTaken, StoreUnavailable, CommitUnknown, KeyDestroyed.
        """
        if order.key is None:
            return await self._in_turn(order)
        return await self._twins.alone(order.caller.who.client, order.key, partial(self._in_turn, order))

    async def _in_turn(self, order: Order[S, C]) -> Answer | WouldRecord:
        was_held = self._folds.version_of(order.stream) > 0
        held = await self._folds.hold(order.stream)
        async with held.lock:
            looked = was_held and self._overtaken.is_likely
            if looked:
                await self._look_first(order, held)
            for tries in range(TRIES):
                answer = await self._once(order, held)
                if tries == 0 and was_held and not looked:
                    self._overtaken.note(answer is None)
                if answer is not None:
                    return answer
                await asyncio.sleep(random.uniform(0, LONGEST_PAUSE) * (tries > 1))  # noqa: S311 - not a secret
                await self._folds.forward(order.stream, held)
        raise TooBusy

    async def _look_first(self, order: Order[S, C], held: Held[S]) -> None:
        """Bring the fold up to the log before deciding, since it is likely to have fallen behind."""
        before = held.folded.version
        await self._folds.forward(order.stream, held)
        self._overtaken.note(held.folded.version > before)

    async def _once(self, order: Order[S, C], held: Held[S]) -> Answer | WouldRecord | None:
        """One try against the fold at hand; None when the stream has moved on meanwhile.

        The fold is taken once: a permit that is asked for meanwhile may bring the cached one forward.
        """
        situation = await self._situation(order)
        before = held.folded
        situation = not_before(situation, before)
        if order.command.needs_history and len(situation.history) != before.version:
            return None
        sight = self._sight(order, before, situation)
        if not sight.permitted or not order.changes <= sight.fields or self._is_stale(order, before):
            return await self._unrecorded(order, before, Decision(), situation)
        outcome = decide(order.decision, before.state, order.command, situation)
        if outcome.refusals or not outcome.events or order.key is None:
            return await self._unrecorded(order, before, outcome, situation)
        if sight.by_directory and not await self._precedent.confirm(situation.authority):
            return None
        facts = facts_of(order, before.version, outcome, situation)
        answer = await self._recorded(order, facts, outcome)
        if answer is not None and not answer.replayed:
            self._folds.include(order.stream, held, [as_recorded(fact) for fact in facts])
        return answer

    @staticmethod
    def _sight(order: Order[S, C], before: Folded[S], situation: Situation) -> Ruling:
        if order.opens:
            return ALLOWED
        return order.may_see(before.state, situation) if before.version > 0 else DENIED

    @staticmethod
    def _is_stale(order: Order[S, C], before: Folded[S]) -> bool:
        return order.expected is not None and before.version not in order.expected

    async def _unrecorded(
        self, order: Order[S, C], before: Folded[S], outcome: Decision, situation: Situation
    ) -> Answer | WouldRecord | None:
        """Confirm the head before anything leaves that no append confirms (D3)."""
        head, kept = await self._journal.confirm(order.stream, order.caller.who.client, order.key or "")
        if head != before.version:
            return None
        sight = self._sight(order, before, situation)
        if not sight.permitted or not order.changes <= sight.fields:
            if not await self._precedent.confirm(situation.authority):
                return None
            raise NotShown if sight.permitted else NoSuchStream
        if order.key is not None and kept is not None:
            return self._replayed(order, kept)
        if not await self._precedent.confirm(situation.authority):
            return None
        if self._is_stale(order, before):
            raise Stale
        if outcome.refusals:
            if order.key is not None:  # a dry run is a question, and leaves nothing
                await self._journal.attempt(attempt_of(order, outcome, situation))
            raise CommandRefused(outcome.refusals, situation.policy.ref)
        if order.key is None:
            return WouldRecord(outcome.events)
        return await self._nothing_to_do(order, head)

    async def _nothing_to_do(self, order: Order[S, C], head: int) -> Answer | None:
        """Keep the answer, so that the key means this command from now on (D13)."""
        reply = order.reply(Receipt(order.stream, head, recorded=False))
        return await self._append(order, Append((), self._keyed(order, reply)), Answer(reply))

    async def _recorded(self, order: Order[S, C], facts: tuple[Fact, ...], outcome: Decision) -> Answer | None:
        reply = order.reply(Receipt(order.stream, facts[-1].version, recorded=True, created=outcome.created))
        item = Append(facts, self._keyed(order, reply), self._identifiers(order, facts), new_keys(order, facts))
        return await self._append(order, item, Answer(reply))

    async def _append(self, order: Order[S, C], item: Append, answer: Answer) -> Answer | None:
        try:
            await self._journal.append(item)
        except VersionConflict:
            return None
        except KeyReused:
            kept = await self._journal.kept(order.caller.who.client, order.key or "")
            return self._replayed(order, kept) if kept else None
        return answer

    @staticmethod
    def _replayed(order: Order[S, C], kept: Kept) -> Answer:
        if kept.fingerprint != order.fingerprint:
            raise KeyUsedOtherwise
        if kept.reply is None:  # of what was erased since
            raise NoSuchStream
        return Answer(kept.reply, replayed=True)

    async def _situation(self, order: Order[S, C]) -> Situation:
        situation = await self._precedent.situation(order.caller, self._clock.now())
        if not order.command.needs_history:
            return situation
        return replace(situation, history=tuple(await self._journal.read(order.stream)))

    def _keyed(self, order: Order[S, C], reply: Reply) -> Keyed:
        return Keyed(order.caller.who.client, order.key or "", order.fingerprint, reply, order.case_id)

    def _identifiers(self, order: Order[S, C], facts: tuple[Fact, ...]) -> dict[bytes, UUID]:
        registered = (fact.fact for fact in facts if isinstance(fact.fact, LearnerRegistered))
        return {
            hashed: order.stream
            for learner in registered
            for hashed in search_hashes(self._journal.keyring, learner.identifiers)
        }


def not_before(situation: Situation, before: Folded[Any]) -> Situation:
    """Decided at the time of the last fact or later: a clock that is behind another's must not overlook its facts."""
    last = before.recorded_at
    return replace(situation, now=last) if last and last > situation.now else situation
