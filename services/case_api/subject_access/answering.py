"""Putting together what is held about one person: what waits for a decision, and what is handed over."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

from case_api.access.principal import Principal
from case_api.domain.case import Case, fold
from case_api.domain.decisions.subject_access import AnswerSubjectAccess, answer_subject_access
from case_api.domain.event import Recorded
from case_api.domain.questions.retaining import case_terms
from case_api.domain.words import PersonId, day_of
from case_api.office import Office
from case_api.order import Caller, Order
from case_api.seals.exporting import disclosure
from case_api.seals.verifier import written
from case_api.store.append import Stored
from case_api.store.journal import Reply
from case_api.streams import told_of
from case_api.subject_access.decisions import Decisions, Item, Unfit, Upto, items_of, listing, require_all_decided
from case_api.subject_access.known import Known, known
from case_api.subject_access.record import Record, Told, as_decided
from case_api.subject_access.sorting import Sorted, Sorter
from case_api.views.known import ledger_as_known

CLIENT: Final = "stagepost subject-access"
"""Under which an answer is recorded: no token can name a client with a space in it."""
ROLE: Final = "operator"


class NoSuchPerson(LookupError):
    """The case has no learner and no carer of this id, or there is no such case."""


@dataclass(frozen=True, slots=True)
class Files:
    """What is written: what may be handed over, and what waits for a decision."""

    record: bytes
    words: bytes
    proofs: bytes
    items: tuple[Item, ...]
    listing: bytes


@dataclass(frozen=True, slots=True)
class Access:
    """One person's access to one case, up to a version of it and of its ledger."""

    office: Office
    case: Case
    known: Known
    upto: Upto
    found: tuple[Sorted, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """What is kept back until somebody decides."""
        return tuple(items_of(self.found))

    async def files(self, decided: Decisions | None, now: datetime) -> Files:
        """All that there is to write. Raises Unfit where an item is not decided, Broken, FrameError."""
        items = self.items
        if decided is not None:
            require_all_decided(decided, items)
        answers = decided.by_item if decided else None
        words = decided.words if decided else None
        facts = [as_decided(one, answers, self.known, words) for one in self.found]
        directory, policy = await self.office.precedent.latest(now)
        made_on = day_of(now, policy.tz)
        terms = case_terms(self.case, made_on, policy)
        record = Record(self.office.authority, self.case.id, self.known, made_on, facts, policy, directory, terms)
        proofs = await self._proofs(facts)
        listed = listing(self.office.authority, self.case.id, self.known.subject, self.upto, items)
        return Files(record.as_json(), record.in_words(), proofs, items, listed)

    async def _proofs(self, facts: list[Told]) -> bytes:
        ways = {one.of.event.event_id: one.way for one in facts}

        def is_of_then(stored: Stored) -> bool:
            return stored.version <= (self.upto.case if stored.stream == self.case.id else self.upto.told)

        document = await disclosure(self.office.seals, self.case.id, is_of_then, lambda one: ways[one.event_id])
        return written(document)

    async def note(self, decided: Decisions, content: bytes, files: Files) -> None:
        """Record who decided, once for each file of decisions. Raises what a command raises."""
        key = sha256(content).hexdigest()
        who = Principal(decided.decided_by, self.office.authority, self.office.authority, CLIENT, frozenset({ROLE}))
        kept = sum(one.decision == "keep" for one in decided.items)
        command = AnswerSubjectAccess(
            person_id=self.known.subject,
            released=len(decided.items) - kept,
            kept=kept,
            decisions_hash=key,
            answer_hash=sha256(files.proofs).hexdigest(),
        )
        order: Order[Case, AnswerSubjectAccess] = Order(
            caller=Caller(who, ROLE, correlation_id=uuid4()),
            stream=self.case.id,
            key_id=self.case.id,
            case_id=self.case.id,
            command=command,
            decision=answer_subject_access,
            reply=lambda _: Reply(201, (), b"{}"),
            key=key,
            fingerprint=b"",
        )
        await self.office.cases.handle(order)


async def access_of(office: Office, case_id: UUID, person: PersonId, decided: Decisions | None) -> Access:
    """One person's access: now, or as far as the decisions go. Raises NoSuchPerson, Unfit, StoreUnavailable."""
    events = await office.journal.read(case_id)
    if not events or events[0].kind != "case":
        raise NoSuchPerson
    ledger, case = await office.journal.read(told_of(case_id)), fold(case_id, events)
    if not case.people.knows(person):
        raise NoSuchPerson
    if decided and (decided.authority, decided.case_id, decided.person_id) != (office.authority, case_id, person):
        raise Unfit("it is about another case or another person")
    upto = decided.upto if decided else Upto(case=events[-1].version, told=ledger[-1].version if ledger else 0)
    everybody = known(case, events, person)
    sorter = Sorter(case, ledger_as_known(ledger, None), everybody)
    found = sorter.sort([*_until(events, upto.case), *_until(ledger, upto.told)])
    return Access(office, case, everybody, upto, tuple(found))


def _until(events: list[Recorded], version: int) -> list[Recorded]:
    return [event for event in events if event.version <= version]


async def present(office: Office, now: datetime) -> datetime:
    """The present; never before the last fact, whatever this machine's clock shows."""
    return max(now, await office.newest_fact() or datetime.min.replace(tzinfo=UTC))
