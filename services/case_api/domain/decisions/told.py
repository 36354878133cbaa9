"""Recording who was told what: the notifier's outcomes, and what staff told by hand."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from case_api.domain.command import Command, Situation
from case_api.domain.facts.told import Delivery, DisclosureMade, Recipient, Told
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import Code, EventId, Language


class RecordDisclosure(Command):
    """A message reached its end, or could not be sent (D19)."""

    message_id: UUID
    event_id: EventId
    recipient: Recipient
    channel: Code
    template: Code
    language: Language | None = None
    outcome: Delivery
    permit: Annotated[str, Field(max_length=1000)] | None = None
    reason: Code | None = None
    possible_duplicate: bool = False
    attempts: Annotated[int, Field(ge=0, le=1000)] = 1
    at: AwareDatetime | None = None


class TellByHand(Command):
    """A member of staff told somebody in person, by telephone or by letter."""

    event_id: EventId
    recipient: Recipient
    channel: Literal["in_person", "call", "letter"]
    language: Language | None = None


def record_disclosure(told: Told, command: RecordDisclosure, _: Situation) -> Decision:
    known = told.by_message.get(command.message_id)
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


def tell_by_hand(_: Told, command: TellByHand, at: Situation) -> Decision:
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
