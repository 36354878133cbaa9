"""Who was told what, when and how: the ledger that sits beside the case, never on its version (D14)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, EventId, Language, Line, has_come

Delivery = Literal["sent", "failed", "suppressed", "unreachable", "in_doubt"]
Recipient = Annotated[str, Field(pattern=r"^\S{1,220}$")]


class DisclosureMade(Event, grounds="6.1 communicate the support given", covers=("R11", "R92"), stream="told"):
    """Somebody was told of an event, or could not be: by a message of the notifier, or by a member of staff."""

    refs = ("message_id",)
    message_id: UUID
    about: EventId
    to: Recipient
    channel: Code
    template: Code
    language: Language | None = None
    delivery: Delivery
    reason: Code | None = None
    possible_duplicate: bool = False
    attempts: Annotated[int, Field(ge=0)] = 1
    by_hand: Line | None = Field(default=None, description="Who told them in person, by telephone or by letter.")

    examples = ({
        "message_id": "0199b9a0-3000-74a6-99da-e613c587a4cc", "about": "01995219-f000-7395-88c9-d502b47693bb",
        "to": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11", "channel": "sms", "template": "support_given",
        "language": "pl", "delivery": "sent",
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Disclosure:
    made: DisclosureMade
    at: date | datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """By message the latest outcome; a message has one line, however often it was reported."""

    by_message: Mapping[UUID, Disclosure] = field(default_factory=dict)
    reports: tuple[Disclosure, ...] = ()
    """Every outcome that was reported, in order of version."""

    def as_at(self, at: datetime, zone: tzinfo) -> "Told":
        """The ledger of what had happened by *at*."""
        come = tuple(report for report in self.reports if has_come(report.at, at, zone))
        return Told({report.made.message_id: report for report in come}, come)

    def still_to_tell(self) -> tuple[Disclosure, ...]:
        """What no channel could carry and nobody has told by hand since: the tasks of staff."""
        done = {(one.made.about, one.made.to) for one in self.by_message.values() if one.made.delivery == "sent"}
        return tuple(
            one
            for one in self.by_message.values()
            if one.made.delivery == "unreachable" and (one.made.about, one.made.to) not in done
        )


def evolve(told: Told, fact: Event, at: Recorded) -> Told:
    match fact:
        case DisclosureMade():
            line = Disclosure(fact, at.occurred_at, at.recorded_at)
            return Told({**told.by_message, fact.message_id: line}, (*told.reports, line))
        case _:
            return told
