"""Erasing a learner or a matter: decided as a fact, then done for good; a second run finishes what was cut short."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from uuid import UUID, uuid4

from case_api.access.principal import Principal
from case_api.access.ruling import ALLOWED, DENIED
from case_api.boards.touching import about
from case_api.domain.decisions.erasure import EraseLearner, EraseMatter, erase_learner, erase_matter
from case_api.domain.event import Event
from case_api.domain.facts.erasure import PersonalDataKeyDestroyed, Reason
from case_api.office import Office
from case_api.order import Answer, Caller, NoSuchStream, Order, Stale, TooBusy, WouldRecord
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
    """What to erase, a case or a matter; why, and who decided that."""

    record: UUID
    reason: Reason
    by: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure comes to, or came to."""

    fact: PersonalDataKeyDestroyed = field(repr=False)
    earlier: bool = False
    """It had been recorded before."""


class Erasable(Protocol):
    """The records of one kind."""

    async def done(self, wanted: Wanted) -> PersonalDataKeyDestroyed | None:
        """The fact that erased one, at the head of its stream. Raises NoSuchStream for whom it never was there."""
        ...

    async def handle(self, wanted: Wanted, key: str | None) -> Answer | WouldRecord:
        """Decide it; without a *key* nothing is recorded. Raises NoSuchStream, Stale, CommandRefused."""
        ...


class Learners:
    """Cases, each with the ledger of who was told."""

    def __init__(self, office: Office) -> None:
        self._office, self._own = office, stream_of_authority(office.authority)

    async def done(self, wanted: Wanted) -> PersonalDataKeyDestroyed | None:
        return (await self._office.folds.latest(wanted.record)).state.erasure.done

    async def handle(self, wanted: Wanted, key: str | None) -> Answer | WouldRecord:
        """On the version at which it was seen under which keys the case is sealed."""
        evidence = self._office.journal.evidence
        stored = await evidence.stream(wanted.record)
        if not stored or about(stored[0].name)[0] != "case":
            raise NoSuchStream
        ledger = await evidence.stream(told_of(wanted.record))
        found = {key_id for one in (*stored, *ledger) if (key_id := key_of(one))} | {wanted.record}
        return await self._office.cases.handle(
            Order(
                **_shared(self._office, wanted, key),
                command=EraseLearner(reason=wanted.reason, key_ids=tuple(sorted(found - {self._own}))),
                decision=erase_learner,
                expected=frozenset({stored[-1].version}),
            )
        )


class Matters:
    """Child-protection matters. One is not there for whoever is not of its named group; nor is a case one (I30)."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def done(self, wanted: Wanted) -> PersonalDataKeyDestroyed | None:
        """Its group went with its key: who decided it is the last for whom there was such a matter (I30)."""
        done = (await self._office.sealed.latest(wanted.record)).state.erasure.done
        if done and wanted.by not in await self._deciders(wanted.record):
            raise NoSuchStream
        return done

    async def _deciders(self, record: UUID) -> set[str]:
        facts = await self._office.journal.read(record)
        ends = [one for one in facts if isinstance(one.fact, PersonalDataKeyDestroyed)]
        return {one.envelope.actor.subject for one in ends if one.envelope}

    async def handle(self, wanted: Wanted, key: str | None) -> Answer | WouldRecord:
        """The fact is stored as every other of the matter, so that only its key tells it from them, and only here.

        The holds of the case are looked up at its head, under no common version.
        """
        matter = (await self._office.sealed.latest(wanted.record)).state
        if matter.case_id is None:
            raise NoSuchStream
        case = (await self._office.folds.latest(matter.case_id)).state
        return await self._office.matters.handle(
            Order(
                **_shared(self._office, wanted, key),
                command=EraseMatter(reason=wanted.reason),
                decision=lambda state, asked, at: erase_matter(state, case, asked, at),
                sealed=True,
                may_see=lambda state, _: ALLOWED if state.is_known_to(wanted.by) else DENIED,
            )
        )


class Erasing:
    """Erases records of one authority. Raises NoSuchStream, CommandRefused, StoreUnavailable."""

    def __init__(self, office: Office, tombstones: Tombstones, *, sealed: bool = False) -> None:
        self._office, self._tombstones = office, tombstones
        self._records: Erasable = Matters(office) if sealed else Learners(office)

    async def look(self, wanted: Wanted) -> Erased:
        """What it would come to; nothing is changed."""
        return await self._recorded(wanted, None)

    async def erase(self, wanted: Wanted) -> Erased:
        """Erase, and return when nothing is left of it in the databases.

        The fact comes first: it is decided on the newest state of the case, so that a legal hold and an erasure never
        cross, and from it on nobody shows what was recorded before. Then the keys go: first onto the list that
        outlives every backup, then for good.
        """
        eraser = self._office.journal.eraser
        await eraser.make_ready(stream_of_authority(self._office.authority))
        erased = await self._recorded(wanted, str(uuid4()))
        self._tombstones.add(erased.fact.key_ids)
        await eraser.destroy(erased.fact.key_ids)
        await eraser.forget([wanted.record])
        await self._office.follower.fresh()
        return erased

    async def _recorded(self, wanted: Wanted, key: str | None) -> Erased:
        for _ in range(TRIES):
            if done := await self._records.done(wanted):
                return Erased(done, earlier=True)
            try:
                answer = await self._records.handle(wanted, key)
            except Stale:  # somebody recorded something meanwhile, perhaps under a key of its own
                continue
            for fact in await self._events(wanted, answer):
                if isinstance(fact, PersonalDataKeyDestroyed):
                    return Erased(fact)
        raise TooBusy

    async def _events(self, wanted: Wanted, answer: Answer | WouldRecord) -> Sequence[Event]:
        """What would be recorded; or what stands at the head now: the erasure, unless somebody was quicker."""
        if isinstance(answer, WouldRecord):
            return answer.events
        done = await self._records.done(wanted)
        return (done,) if done else ()


def _shared(office: Office, wanted: Wanted, key: str | None) -> dict[str, Any]:
    """What every such order has: it is recorded under the authority's own key, which is nobody's."""
    who = Principal(wanted.by, office.authority, office.authority, CLIENT, frozenset({ROLE}))
    return {
        "caller": Caller(who, ROLE, correlation_id=uuid4()),
        "stream": wanted.record,
        "key_id": stream_of_authority(office.authority),
        "case_id": wanted.record,
        "reply": lambda _: Reply(201, (), b"{}"),
        "key": key,
        "fingerprint": b"",
    }
