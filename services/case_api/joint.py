"""One command about several cases: decided for each of them, recorded for all or for none (D12).

What holds for a command on one case holds here (service.py): no answer leaves before the head of every case was
confirmed (D3), an idempotency key has one effect and one answer (D13), a refusal leaves an attempt, here one for each
learner who stands in the way (D20). The cases are gathered anew in each try, so that whoever left meanwhile is left
out, and one who came before the command was sent is in it.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar
from uuid import UUID

from msgspec import structs

from case_api.access.ruling import ALLOWED, Ruling
from case_api.clock import Clock
from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.decide import decide
from case_api.domain.event import Event
from case_api.domain.refusal import Decision, Refusal, together
from case_api.folds import Folds, Held
from case_api.order import Answer, Caller, CommandRefused, KeyUsedOtherwise, NoSuchStream, Order, Receipt, TooBusy
from case_api.precedent import Precedent
from case_api.recording import as_recorded, attempt_of, facts_of
from case_api.service import LONGEST_PAUSE, TRIES, not_before
from case_api.store.journal import Append, Fact, Journal, KeyDestroyed, Keyed, KeyReused, Reply, VersionConflict
from case_api.twins import Twins

C = TypeVar("C", bound=Command)


@dataclass(frozen=True, slots=True)
class JointOrder(Generic[C]):
    """One command on its way to a decision for each of several cases."""

    caller: Caller
    command: C
    gather: Callable[[Situation], Awaitable[Collection[UUID]]]
    """Finds the cases, as they stood no earlier than when it was called."""
    rules: Callable[[Sequence[Case], C, Situation], tuple[Refusal, ...]]
    """What stands in the way for all of them together."""
    decision: Callable[[Case, C, Situation], Decision]
    """What it comes to for one of them."""
    reply: Callable[[Sequence[Receipt]], Reply]
    """Makes the one answer, from a receipt for each case."""
    told_of: Callable[[Reply], Collection[UUID]]
    """The cases that an answer tells of."""
    key: str | None
    """The idempotency key; None on a dry run."""
    fingerprint: bytes
    may_see: Callable[[Case, Situation], Ruling] = lambda *_: ALLOWED
    """Whether the caller may act on one of them; one that they may not is to them as if it were not there."""
    names_them: bool = False
    """Whether the command itself names the cases."""

    def on(self, case_id: UUID) -> Order[Case, C]:
        """The order as it is for one of the cases."""
        return Order(
            caller=self.caller,
            stream=case_id,
            key_id=case_id,
            case_id=case_id,
            command=self.command,
            decision=self.decision,
            reply=lambda receipt: self.reply([receipt]),
            key=self.key,
            fingerprint=self.fingerprint,
        )


@dataclass(frozen=True, slots=True)
class WouldRecordTogether:
    """What a dry run found: the events that the command would record, each with its case."""

    events: tuple[tuple[UUID, Event], ...]


@dataclass(frozen=True, slots=True)
class _Part(Generic[C]):
    """One case with what the command comes to for it."""

    order: Order[Case, C]
    held: Held[Case]
    version: int
    outcome: Decision


@dataclass(frozen=True, slots=True)
class _Found(Generic[C]):
    """What one try came to, before anything of it is recorded."""

    parts: Sequence[_Part[C]]
    refusals: tuple[Refusal, ...]
    unseen: tuple[UUID, ...]
    """Of those that it was meant for, whom the caller may not see."""


class JointService:
    """Decides and records commands about several cases of one authority."""

    def __init__(self, journal: Journal, folds: Folds[Case], precedent: Precedent, clock: Clock) -> None:
        self._journal, self._folds, self._precedent, self._clock = journal, folds, precedent, clock
        self._twins = Twins()

    async def handle(self, order: JointOrder[C]) -> Answer | WouldRecordTogether:
        """Decide *order* for each of its cases against one version, and record what follows for all of them.

        Raises:
            CommandRefused, NoSuchStream, KeyUsedOtherwise, TwinInFlight, TooBusy, whatever *gather* raises, and what
            the journal raises: StoreUnavailable, CommitUnknown.
        """
        if order.key is None:
            return await self._in_turn(order)
        return await self._twins.alone(order.caller.who.client, order.key, partial(self._in_turn, order))

    async def _in_turn(self, order: JointOrder[C]) -> Answer | WouldRecordTogether:
        for tries in range(TRIES):
            answer = await self._once(order)
            if answer is not None:
                return answer
            await asyncio.sleep(random.uniform(0, LONGEST_PAUSE) * (tries > 1))  # noqa: S311 - not a secret
        raise TooBusy

    async def _once(self, order: JointOrder[C]) -> Answer | WouldRecordTogether | None:
        """One try; None when a case, or the ground of the decision, has moved on meanwhile."""
        situation = await self._precedent.situation(order.caller, self._clock.now())
        cases = sorted(set(await order.gather(situation)))
        async with AsyncExitStack() as stack:
            held = [(one, await self._up_to_date(one, stack)) for one in cases]
            for _, each in held:
                situation = not_before(situation, each.folded)
            seen = [_in_sight(order, each.folded.state, situation) for _, each in held]
            parts = [
                _decided(order.on(one), each, case, situation) for (one, each), case in zip(held, seen, strict=True)
            ]
            refusals = order.rules(seen, order.command, situation)
            refusals += together({part.order.stream: part.outcome.refusals for part in parts})
            if refusals or order.key is None:
                found = _Found(parts, refusals, _unseen(order, cases, seen))
                return await self._unrecorded(order, found, situation)
            if not await self._precedent.confirm(situation.authority):  # it says who teaches whom
                return None
            return await self._recorded(order, parts, situation)

    async def _up_to_date(self, case_id: UUID, stack: AsyncExitStack) -> Held[Case]:
        """The case as it stands in the log now, and out of reach of other commands of this process until the end.

        Whoever takes several takes them in the order of their ids, so that nobody waits in a circle.
        """
        held = await self._folds.hold(case_id)
        await stack.enter_async_context(held.lock)
        if await self._journal.head(case_id) != held.folded.version:
            await self._folds.forward(case_id, held)
        return held

    async def _unrecorded(
        self, order: JointOrder[C], found: _Found[C], situation: Situation
    ) -> Answer | WouldRecordTogether | None:
        """The heads were confirmed as the cases were taken; the ground is, before anything leaves (D3)."""
        if order.key is not None and (replayed := await self._replayed(order, situation)):
            return replayed
        if not await self._precedent.confirm(situation.authority):
            return None
        if not found.refusals:
            would = ((part.order.stream, event) for part in found.parts for event in part.outcome.events)
            return WouldRecordTogether(tuple(would))
        if order.key is not None:  # a dry run is a question, and leaves nothing
            await self._leave_attempts(order, found, situation)
        raise CommandRefused(found.refusals, situation.policy.ref, found.unseen)

    async def _leave_attempts(self, order: JointOrder[C], found: _Found[C], situation: Situation) -> None:
        """One attempt for each learner who stands in the way; one of no case where it is none of theirs."""
        in_the_way = [part for part in found.parts if part.outcome.refusals]
        for part in in_the_way:
            await self._journal.attempt(attempt_of(part.order, part.outcome, situation))
        if not in_the_way:
            of_no_case = structs.replace(order.on(UUID(int=0)), case_id=None)
            await self._journal.attempt(attempt_of(of_no_case, Decision(refusals=found.refusals), situation))

    async def _recorded(self, order: JointOrder[C], parts: Sequence[_Part[C]], situation: Situation) -> Answer | None:
        facts = [facts_of(part.order, part.version, part.outcome, situation) for part in parts]
        reply = order.reply([_receipt(part, of_it) for part, of_it in zip(parts, facts, strict=True)])
        keyed = Keyed(order.caller.who.client, order.key or "", order.fingerprint, reply, None)
        try:
            await self._journal.append(Append(tuple(fact for of_it in facts for fact in of_it), keyed))
        except VersionConflict:
            return None
        except KeyReused:
            return await self._replayed(order, situation)
        except KeyDestroyed:  # somebody was erased whose fold is still in memory: without them, then
            for part in parts:
                self._folds.forget(part.order.stream)
            return None
        for part, of_it in zip(parts, facts, strict=True):
            if of_it:
                self._folds.include(part.order.stream, part.held, [as_recorded(fact) for fact in of_it])
        return Answer(reply)

    async def _replayed(self, order: JointOrder[C], situation: Situation) -> Answer | None:
        """What is kept under the key, for who may see today whom it tells of. Raises NoSuchStream for anybody else."""
        kept = await self._journal.kept(order.caller.who.client, order.key or "")
        if kept is None:
            return None
        if kept.fingerprint != order.fingerprint:
            raise KeyUsedOtherwise
        if kept.reply is None:
            raise NoSuchStream
        cases = [(await self._folds.latest(one)).state for one in order.told_of(kept.reply)]
        if not await self._precedent.confirm(situation.authority):
            return None
        unseen = [case.id for case in cases if not order.may_see(case, situation).permitted]
        if unseen:
            raise NoSuchStream(unseen)
        return Answer(kept.reply, replayed=True)


def _in_sight(order: JointOrder[C], case: Case, situation: Situation) -> Case:
    return case if order.may_see(case, situation).permitted else Case(case.id)


def _unseen(order: JointOrder[C], cases: Sequence[UUID], seen: Sequence[Case]) -> tuple[UUID, ...]:
    """Whoever is not there for the caller, of those named; of a class where that is everybody.

    A class of which somebody is seen was not asked for to learn of the others.
    """
    hidden = tuple(one for one, case in zip(cases, seen, strict=True) if case.people.learner is None)
    return hidden if order.names_them or len(hidden) == len(cases) else ()


def _decided(order: Order[Case, C], held: Held[Case], case: Case, situation: Situation) -> _Part[C]:
    return _Part(order, held, held.folded.version, decide(order.decision, case, order.command, situation))


def _receipt(part: _Part[Any], facts: Sequence[Fact]) -> Receipt:
    version = facts[-1].version if facts else part.version
    return Receipt(part.order.stream, version, recorded=bool(facts), created=part.outcome.created)
