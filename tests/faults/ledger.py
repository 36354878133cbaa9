"""What a client meant to do and what it was told, and the judgement of both by what the store holds."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from case_api.domain.event import Envelope
from case_api.domain.facts.concerns import ConcernRaised
from case_api.domain.facts.people import LearnerRegistered
from case_api.store.journal import Placed

CLIENT = "crowd"
"""By whose commands a store is judged: others may have theirs."""
MAIN = (ConcernRaised, LearnerRegistered)
"""What the commands of the load come to: one of these for each."""


@dataclass
class Intent:
    """One command, under one idempotency key, however often it had to be sent."""

    key: str
    path: str
    body: dict[str, Any]
    headers: dict[str, str]
    sent: int = 0
    receipts: list[tuple[int, str]] = field(default_factory=list)
    """Status and body of each answer that acknowledged it."""
    made: UUID | None = None


@dataclass
class Ledger:
    """Kept by the client, who survives what the services do not."""

    intents: list[Intent] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """Answers that a client with this story should never get: conflicts with itself."""

    @property
    def acknowledged(self) -> list[Intent]:
        return [intent for intent in self.intents if intent.receipts]

    @property
    def repeated(self) -> int:
        """How many commands were sent more than once."""
        return sum(intent.sent > 1 for intent in self.intents)


@dataclass(frozen=True)
class Judgement:
    """What was lost, doubled or said wrongly; all of it should be empty."""

    lost: list[str]
    doubled: list[str]
    unasked: list[str]
    false_conflicts: list[str]
    two_answers: list[str]
    disorder: list[str]

    def faults(self) -> dict[str, list[str]]:
        return {name: found for name, found in vars(self).items() if found}


def judge(ledger: Ledger, log: Sequence[Placed]) -> Judgement:
    """Compare the ledger with the whole log."""
    effects = _effects(log)
    meant = {intent.key: intent for intent in ledger.intents}
    return Judgement(
        lost=[intent.key for intent in ledger.acknowledged if not _stands(intent, effects[intent.key])],
        doubled=[key for key, facts in effects.items() if len(facts) > 1],
        unasked=[key for key in effects if key not in meant],
        false_conflicts=ledger.wrong,
        two_answers=[intent.key for intent in ledger.intents if len(set(intent.receipts)) > 1],
        disorder=list(disorder(log)),
    )


def disorder(log: Sequence[Placed]) -> Iterable[str]:
    """Gaps and repetitions of positions, of versions, of event ids; times that go back."""
    if [placed.position for placed in log] != list(range(1, len(log) + 1)):
        yield "positions are not 1, 2, 3, …"
    heads: Counter[UUID] = Counter()
    times: dict[UUID, Any] = {}
    for placed in log:
        fact = placed.recorded
        heads[fact.stream] += 1
        if fact.version != heads[fact.stream]:
            yield f"version {fact.version} stands in the place of {heads[fact.stream]}"
        if fact.recorded_at < times.get(fact.stream, fact.recorded_at):
            yield f"version {fact.version} was recorded before the one before it"
        times[fact.stream] = fact.recorded_at
    if len({placed.recorded.event_id for placed in log}) < len(log):
        yield "an event id stands twice"


def _effects(log: Sequence[Placed]) -> dict[str, list[ConcernRaised | LearnerRegistered]]:
    found = defaultdict[str, list[ConcernRaised | LearnerRegistered]](list)
    for placed in log:
        fact, envelope = placed.recorded.fact, placed.recorded.envelope
        if isinstance(fact, MAIN) and isinstance(envelope, Envelope) and envelope.source.system == CLIENT:
            assert envelope.source.idempotency_key
            found[envelope.source.idempotency_key].append(fact)
    return found


def _stands(intent: Intent, facts: Sequence[ConcernRaised | LearnerRegistered]) -> bool:
    """Whether the store holds what was acknowledged: the thing that was made, with the words that were sent."""
    for fact in facts:
        if isinstance(fact, ConcernRaised):
            return (fact.concern_id, fact.description) == (intent.made, intent.body["description"])
        return bool(fact.name == intent.body["name"])
    return False
