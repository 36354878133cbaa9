"""Recording who was told what: the notifier's outcomes, and what staff told by hand."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from case_api.domain.command import Command, Situation
from case_api.domain.facts.told import Delivery, DisclosureMade, Recipient
from case_api.domain.questions.ledger import Ledger
from case_api.domain.questions.references import NotOnThisCase
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import Code, EventId, Language


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
    permit: Annotated[str, Field(max_length=1000)] | None = None
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

    examples = ({
        "event_id": "01991f3a-6c00-7b2e-9d41-3f8a5c7e1b33",
        "recipient": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
        "channel": "call",
        "language": "pl",
    },)  # fmt: skip


def record_disclosure(ledger: Ledger, command: RecordDisclosure, _: Situation) -> Decision:
    """For the notifier alone. The same outcome of the same message is recorded once."""
    known = ledger.told.by_message.get(command.message_id)
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
        )
    )


def tell_by_hand(ledger: Ledger, command: TellByHand, at: Situation) -> Decision:
    """Clears the task that stands for somebody whom no channel could reach (ADR 0008)."""
    if command.event_id not in ledger.named:
        return decided(NotOnThisCase())
    message_id = at.new_id()
    return decided(
        then=DisclosureMade(
            message_id=message_id,
            about=command.event_id,
            to=command.recipient,
            channel=command.channel,
            template="by_hand",
            language=command.language,
            delivery="sent",
            by_hand=at.actor.subject,
        ),
        created=message_id,
    )
