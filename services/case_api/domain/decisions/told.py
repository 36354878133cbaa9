"""Recording who was told what: the notifier's outcomes, and what staff told by hand."""

from dataclasses import asdict
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from case_api.domain.command import Command, Situation
from case_api.domain.event import Recorded
from case_api.domain.facts.told import Delivery, DisclosureMade, Recipient
from case_api.domain.questions.footing import Footing, footing_of
from case_api.domain.questions.ledger import Ledger
from case_api.domain.questions.references import NotOnThisCase
from case_api.domain.questions.telling import they_may_be_told_of
from case_api.domain.questions.withheld import extent_of, kept_by, withheld_from
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import Code, EventId, Language, LawfulBasis, Sha256

REACHED: Final = frozenset({"sent", "in_doubt"})
"""Outcomes of messages that they have, or may have."""


class RecordDisclosure(Command):
    """A message reached its end, or could not be sent (D19)."""

    message_id: UUID
    """The notifier's id of the message."""
    event_id: EventId
    """The event that the message was about."""
    recipient: Recipient
    """Who it was for, as `/recipients` names them."""
    channel: Code
    template: Code
    language: Language | None = None
    outcome: Delivery
    """What came of it."""
    permit: Annotated[str, Field(max_length=1000)] | None = Field(default=None, repr=False)
    """The leave under which it was sent."""
    reason: Code | None = None
    """Why it was not sent, as a code."""
    possible_duplicate: bool = False
    """Whether it may have arrived twice."""
    attempts: Annotated[int, Field(ge=0, le=1000)] = 1
    at: AwareDatetime | None = None
    """When it was sent."""

    examples = ({
        "message_id": "5d0f3a52-6c3e-4f0e-9a35-0c6f1d7e2b44",
        "event_id": "01991f3a-6c00-7b2e-9d41-3f8a5c7e1b33",
        "recipient": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
        "channel": "email",
        "template": "support_given",
        "language": "pl",
        "outcome": "sent",
    },)  # fmt: skip


class TellByHand(Command):
    """A member of staff told somebody in person, by telephone or by letter."""

    event_id: EventId
    """The event that they were told of: `about` of the contact task."""
    recipient: Recipient
    """Who was told: `recipient` of the contact task."""
    channel: Literal["in_person", "call", "letter"]
    language: Language | None = None
    """In which they were told."""
    lawful_basis: LawfulBasis | None = None
    """On what it stood; as the policy says for whoever hears of this event, if absent."""
    categories: Annotated[tuple[Code, ...], Field(max_length=20)] | None = None
    """Of the information that was given."""
    content_hash: Sha256 | None = None
    """Of what was handed over, such as a letter."""

    examples = ({
        "event_id": "01991f3a-6c00-7b2e-9d41-3f8a5c7e1b33",
        "recipient": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
        "channel": "call",
        "language": "pl",
    },)  # fmt: skip


def record_disclosure(ledger: Ledger, command: RecordDisclosure, at: Situation) -> Decision:
    """For the notifier alone. The same outcome of the same message is recorded once."""
    known = ledger.told.by_message.get(command.message_id)
    event = ledger.named.get(command.event_id)
    if event is None:
        return decided(NotOnThisCase())
    if known and known.made.delivery == command.outcome:
        return decided()
    return decided(
        then=DisclosureMade(
            message_id=command.message_id,
            about=command.event_id,
            to=command.recipient,
            channel=command.channel,
            template=command.template,
            language=command.language,
            delivery=command.outcome,
            reason=command.reason,
            possible_duplicate=command.possible_duplicate,
            attempts=command.attempts,
            **_stood_on(ledger, command, event, at),
        )
    )


def _stood_on(ledger: Ledger, command: RecordDisclosure, event: Recorded, at: Situation) -> dict[str, Any]:
    """What a message relied on at the time of sending, and which decision stopped or trimmed it."""
    when = min(command.at or at.now, at.now)
    reached = command.outcome in REACHED
    kept = kept_by(ledger.told, ledger.case, command.recipient, event, when, at.policy.tz)
    if kept is None and command.reason == "withheld":
        kept = kept_by(ledger.told, ledger.case, command.recipient, event, at.now, at.policy.tz)
    whole = kept is not None and extent_of(kept, event) == "everything"
    counts = reached or command.reason == "withheld" or (whole and command.outcome == "unreachable")
    footing = footing_of(ledger.case, event, command.recipient, when, at) if reached else Footing()
    return {**asdict(footing), "withholding_id": kept.decided.withholding_id if kept and counts else None}


def tell_by_hand(ledger: Ledger, command: TellByHand, at: Situation) -> Decision:
    """I2, I25: only whom a message may reach. Clears the task for somebody whom no channel could reach (ADR 0008)."""
    event = ledger.named.get(command.event_id)
    if event is None:
        return decided(NotOnThisCase())
    message_id = at.new_id()
    footing = footing_of(ledger.case, event, command.recipient, at.instant_of(command), at)
    held = withheld_from(ledger.told.in_force(), ledger.case, command.recipient, event)
    return decided(
        *they_may_be_told_of(ledger, command.recipient, event, at),
        then=DisclosureMade(
            message_id=message_id,
            about=command.event_id,
            to=command.recipient,
            channel=command.channel,
            template="by_hand",
            language=command.language,
            delivery="sent",
            by_hand=at.actor.subject,
            content_hash=command.content_hash,
            withholding_id=held.decided.withholding_id if held else None,
            **{**asdict(footing), **command.model_dump(include={"lawful_basis", "categories"}, exclude_none=True)},
        ),
        created=message_id,
    )
