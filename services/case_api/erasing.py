"""Erasing a learner: decided as a fact, then done for good; a second run finishes what was cut short."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4

from case_api.access.principal import Principal
from case_api.boards.touching import about
from case_api.domain.case import Case
from case_api.domain.decisions.erasure import EraseLearner, erase_learner
from case_api.domain.event import Event
from case_api.domain.facts.erasure import PersonalDataKeyDestroyed, Reason
from case_api.office import Office
from case_api.order import Caller, NoSuchStream, Order, Stale, TooBusy, WouldRecord
from case_api.store.journal import Reply
from case_api.store.pages import key_of
from case_api.store.tombstones import Tombstones
from case_api.streams import stream_of_authority, told_of

CLIENT: Final = "stagepost erase"
"""Under which its commands are recorded: no token can name a client with a space in it."""
ROLE: Final = "operator"
TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to erase, why, and who decided that."""

    case_id: UUID
    reason: Reason
    by: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure comes to, or came to."""

    fact: PersonalDataKeyDestroyed = field(repr=False)
    earlier: bool = False
    """It had been recorded before."""


class Erasing:
    """Erases learners of one authority. Raises NoSuchStream, CommandRefused, StoreUnavailable."""

    def __init__(self, office: Office, tombstones: Tombstones) -> None:
        self._office, self._tombstones = office, tombstones
        self._own = stream_of_authority(office.authority)

    async def look(self, wanted: Wanted) -> Erased:
        """What it would come to; nothing is changed."""
        return await self._recorded(wanted, None)

    async def erase(self, wanted: Wanted) -> Erased:
        """Erase, and return when nothing is left of it in the databases.

        The fact comes first: it is decided on the newest state of the case, so that a legal hold and an erasure never
        cross, and from it on nobody shows what was recorded before. Then the keys go: first onto the list that
        outlives every backup, then for good.
        """
        await self._office.journal.eraser.make_ready(self._own)
        erased = await self._recorded(wanted, str(uuid4()))
        self._tombstones.add(erased.fact.key_ids)
        await self._office.journal.eraser.destroy(erased.fact.key_ids)
        await self._office.journal.eraser.forget([wanted.case_id])
        await self._office.follower.fresh()
        return erased

    async def _recorded(self, wanted: Wanted, key: str | None) -> Erased:
        for _ in range(TRIES):
            case = (await self._office.folds.latest(wanted.case_id)).state
            if case.erasure.done:
                return Erased(case.erasure.done, earlier=True)
            order = await self._order(wanted, key)
            try:
                answer = await self._office.cases.handle(order)
            except Stale:  # somebody recorded something meanwhile, perhaps under a key of its own
                continue
            events = answer.events if isinstance(answer, WouldRecord) else await self._events(wanted.case_id)
            for fact in events:
                if isinstance(fact, PersonalDataKeyDestroyed):
                    return Erased(fact)
        raise TooBusy

    async def _events(self, case_id: UUID) -> tuple[Event, ...]:
        """What stands at the head of the case now: the erasure, unless somebody was quicker."""
        done = (await self._office.folds.latest(case_id)).state.erasure.done
        return (done,) if done else ()

    async def _order(self, wanted: Wanted, key: str | None) -> Order[Case, EraseLearner]:
        """The command, on the version at which it was seen under which keys the case is sealed."""
        evidence, authority = self._office.journal.evidence, self._office.authority
        stored = await evidence.stream(wanted.case_id)
        if not stored or about(stored[0].name)[0] != "case":
            raise NoSuchStream
        ledger = await evidence.stream(told_of(wanted.case_id))
        found = {key_id for one in (*stored, *ledger) if (key_id := key_of(one))} | {wanted.case_id}
        who = Principal(wanted.by, authority, authority, CLIENT, frozenset({ROLE}))
        return Order(
            caller=Caller(who, ROLE, correlation_id=uuid4()),
            stream=wanted.case_id,
            key_id=self._own,
            case_id=wanted.case_id,
            command=EraseLearner(reason=wanted.reason, key_ids=tuple(sorted(found - {self._own}))),
            decision=erase_learner,
            reply=lambda _: Reply(201, (), b"{}"),
            key=key,
            fingerprint=b"",
            expected=frozenset({stored[-1].version}),
        )
