"""From what a decision came to to what is stored of it: facts in their places, keys, the trace of a refusal."""

from typing import TypeVar
from uuid import UUID

from uuid_utils.compat import uuid7

from case_api.domain.command import Command, Situation
from case_api.domain.event import SEALED, Envelope, Event, Recorded, Source
from case_api.domain.refusal import Decision
from case_api.order import Order
from case_api.store.journal import Attempt, Fact

S = TypeVar("S")
C = TypeVar("C", bound=Command)


def facts_of(order: Order[S, C], version: int, outcome: Decision, situation: Situation) -> tuple[Fact, ...]:
    """The decision's events as the versions that follow *version*; the first causes the others."""
    ids = [uuid7() for _ in outcome.events]
    return tuple(
        Fact(
            stream=order.stream,
            version=version + place,
            event_id=ids[place - 1],
            recorded_at=situation.now,
            key_id=order.key_id if order.sealed else _key_of(fact, order.key_id),
            envelope=_envelope(order, situation, ids[0] if place > 1 else None),
            fact=fact,
            sealed=order.sealed,
        )
        for place, fact in enumerate(outcome.events, start=1)
    )


def _key_of(fact: Event, own: UUID) -> UUID:
    """The key under which a body is sealed: the person's that it is about, else the stream's own (D10)."""
    person = getattr(fact, fact.sealed_for) if fact.sealed_for else None
    return person or own


def new_keys(order: Order[S, C], facts: tuple[Fact, ...]) -> tuple[UUID, ...]:
    """The data keys that must be there before the facts: of a new stream, and of each new person (D10)."""
    own = (order.key_id,) if facts[0].version == 1 else ()
    if order.sealed:  # one key for all of a matter: a person's would stand in the clear beside it (D10)
        return own
    named = (getattr(fact.fact, fact.fact.creates_key_for) for fact in facts if fact.fact.creates_key_for)
    return (*own, *named)


def _envelope(order: Order[S, C], situation: Situation, causation_id: UUID | None) -> Envelope:
    return Envelope(
        actor=situation.actor,
        occurred_at=situation.occurred(order.command),
        source=Source(system=order.caller.who.client, idempotency_key=order.key),
        correlation_id=order.caller.correlation_id,
        causation_id=causation_id,
        traceparent=order.caller.traceparent,
        policy=situation.policy.ref,
        sensitivity="protection" if order.sealed else "routine",
    )


def as_recorded(fact: Fact) -> Recorded:
    """The fact as it will be read back, for the fold that is kept."""
    return Recorded(
        fact.stream,
        fact.version,
        fact.event_id,
        fact.recorded_at,
        SEALED if fact.sealed else fact.fact.topic,
        fact.key_id,
        fact.envelope,
        fact.fact,
    )


def attempt_of(order: Order[S, C], outcome: Decision, situation: Situation) -> Attempt:
    """What a refused command leaves behind: who asked what, and which rules said no (D20).

    It is restricted where it would tell of a child-protection matter: of a command on one, or one that cites an
    override (I8, I30). A concern that was refused began no matter: its attempt is kept with the case, for the group of
    a matter there; where there is no such case it tells of no matter, and auditors read it.
    """
    begins = order.sealed and order.opens
    beside = getattr(order.command, "case_id", None) if begins else None
    nowhere = begins and any(one.pointer == "/case_id" for one in outcome.refusals)
    rule_ids = tuple(dict.fromkeys(refusal.rule_id for refusal in outcome.refusals))
    return Attempt(
        at=situation.now,
        subject=situation.actor.subject,
        organisation=situation.actor.organisation,
        role=situation.actor.role,
        case_id=(None if nowhere else beside) if order.sealed else order.case_id,
        command=type(order.command).__name__,
        rule_ids=rule_ids,
        policy=situation.policy.ref,
        reason=outcome.refusals[0].slug,
        matter_id=order.stream if order.sealed and not begins else None,
        restricted=(order.sealed and not nowhere) or "I8" in rule_ids,
    )
