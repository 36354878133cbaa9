"""Who was told what, when and how, and what is withheld: the ledger beside the case, never on its version (D14)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import (
    AgreementRef,
    Code,
    ConcernId,
    EventId,
    Language,
    LawfulBasis,
    Line,
    OverrideId,
    PersonId,
    ServiceCode,
    Sha256,
    Subject,
    Text,
    Value,
    WithholdingId,
    has_come,
)

Delivery = Literal["sent", "failed", "suppressed", "unreachable", "in_doubt"]
Extent = Literal["detail", "everything"]
Recipient = Annotated[str, Field(pattern=r"^[!-~]{1,220}$")]


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
    lawful_basis: LawfulBasis | None = Field(default=None, description="Absent where nothing was disclosed.")
    categories: Annotated[tuple[Code, ...], Field(max_length=20)] = Field(
        default=(), description="Of the information that it gave, or gave access to."
    )
    agreement_refs: tuple[AgreementRef, ...] = Field(default=(), description="What it relied on, if on agreement.")
    content_hash: Sha256 | None = Field(default=None, description="Of what was handed over.")
    override_ref: OverrideId | None = Field(default=None, description="In a child-protection matter only.")
    withholding_id: WithholdingId | None = Field(
        default=None, description="By which decision they were not told, or without detail."
    )

    examples = ({
        "message_id": "0199b9a0-3000-74a6-99da-e613c587a4cc", "about": "01995219-f000-7395-88c9-d502b47693bb",
        "to": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11", "channel": "sms", "template": "support_given",
        "language": "pl", "delivery": "sent", "lawful_basis": {"art6": "public_task"},
    },)  # fmt: skip


class Withheld(Value):
    """What is withheld: some events, all about one service or one concern, or all of these together."""

    events: Annotated[tuple[EventId, ...], Field(max_length=50)] = ()
    service: ServiceCode | None = None
    concern_id: ConcernId | None = None


_GRANT = {"withholding_id": "01993a1e-4400-7c19-8a57-6f0f3f6d2c58"}


class DisclosureWithheld(Event, grounds="6.4 Working together", covers=("R92",), stream="told"):
    """Something is kept from a carer or the learner for a time: who decided it, why, and when it is looked at again.

    `detail`: they hear that something happened, and no more. `everything`: they do not hear of it.
    """

    refs = ("withholding_id", "extent")
    withholding_id: WithholdingId
    person_id: PersonId = Field(description="From whom.")
    extent: Extent
    about: Withheld | None = Field(default=None, description="The whole case, if absent.")
    reason: Text
    authoriser: Subject
    wish_of: Literal["learner"] | None = Field(default=None, description="Whose wish it rests on.")
    review_on: date

    examples = ({
        **_GRANT, "person_id": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b12", "extent": "detail",
        "reason": "Callum wants help, and does not want his father to hear more than that.",
        "authoriser": "lennox", "wish_of": "learner", "review_on": "2025-11-05",
    },)  # fmt: skip


class WithholdingRenewed(Event, grounds="6.4 Working together", covers=("R92",), stream="told"):
    """A withholding was looked at again, and goes on until another day of review."""

    refs = ("withholding_id",)
    withholding_id: WithholdingId
    reason: Text
    authoriser: Subject
    review_on: date

    examples = ({
        **_GRANT, "reason": "Asked again, Callum still wishes it.", "authoriser": "lennox", "review_on": "2026-06-16",
    },)  # fmt: skip


class WithholdingLifted(Event, grounds="6.4 Working together", covers=("R92",), stream="told"):
    """Nothing is withheld by this decision any more; what comes after is told as to anybody."""

    refs = ("withholding_id",)
    withholding_id: WithholdingId
    reason: Text
    authoriser: Subject | None = Field(default=None, description="Who decided that it is over.")

    examples = ({**_GRANT, "reason": "Callum has told his father himself.", "authoriser": "lennox"},)


@dataclass(frozen=True, slots=True)
class Disclosure:
    made: DisclosureMade
    at: date | datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """A renewal, or the end, of a withholding."""

    fact: WithholdingRenewed | WithholdingLifted
    at: date | datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Withholding:
    """One decision to withhold, and what became of it."""

    decided: DisclosureWithheld
    at: date | datetime
    recorded_at: datetime
    turns: tuple[Turn, ...] = ()

    @property
    def lifted(self) -> Turn | None:
        """Its end, if it has ended."""
        return next((turn for turn in self.turns if isinstance(turn.fact, WithholdingLifted)), None)

    @property
    def renewals(self) -> tuple[WithholdingRenewed, ...]:
        return tuple(turn.fact for turn in self.turns if isinstance(turn.fact, WithholdingRenewed))

    @property
    def review_on(self) -> date:
        """The day of review that was set last."""
        return self.renewals[-1].review_on if self.renewals else self.decided.review_on

    @property
    def authoriser(self) -> Subject:
        """Who decided it last."""
        return self.renewals[-1].authoriser if self.renewals else self.decided.authoriser

    def as_at(self, at: datetime, zone: tzinfo) -> "Withholding":
        """The withholding as far as it had come by *at*."""
        return replace(self, turns=tuple(turn for turn in self.turns if has_come(turn.at, at, zone)))


@dataclass(frozen=True, slots=True)
class Told:
    """By message the latest outcome; a message has one line, however often it was reported."""

    by_message: Mapping[UUID, Disclosure] = field(default_factory=dict)
    reports: tuple[Disclosure, ...] = ()
    """Every outcome that was reported, in order of version."""
    withholdings: Mapping[WithholdingId, Withholding] = field(default_factory=dict)

    def as_at(self, at: datetime, zone: tzinfo) -> "Told":
        """The ledger of what had happened by *at*."""
        come = tuple(report for report in self.reports if has_come(report.at, at, zone))
        begun = (one.as_at(at, zone) for one in self.withholdings.values() if has_come(one.at, at, zone))
        latest = {report.made.message_id: report for report in come}
        return Told(latest, come, {one.decided.withholding_id: one for one in begun})

    def in_force(self) -> tuple[Withholding, ...]:
        """What is withheld and was not lifted; a day of review that has passed lifts nothing."""
        return tuple(one for one in self.withholdings.values() if not one.lifted)

    def still_to_tell(self) -> tuple[Disclosure, ...]:
        """What no channel could carry and nobody has told by hand since: the tasks of staff.

        Nobody is asked to tell what is kept from somebody; once that is lifted, the task is there again.
        """
        done = {(one.made.about, one.made.to) for one in self.by_message.values() if one.made.delivery == "sent"}
        return tuple(
            one
            for one in self.by_message.values()
            if one.made.delivery == "unreachable"
            and (one.made.about, one.made.to) not in done
            and not any(_stops(withholding.decided, one.made) for withholding in self.in_force())
        )


NOBODY_TOLD: Final = Told()
"""What stands beside most cases."""


def _stops(by: DisclosureWithheld, made: DisclosureMade) -> bool:
    """Whether a decision keeps all of an event from whoever could not be reached."""
    if made.withholding_id == by.withholding_id:
        return True
    named = by.about is None or made.about in by.about.events
    return str(by.person_id) == made.to and by.extent == "everything" and named


def evolve(told: Told, fact: Event, at: Recorded) -> Told:
    match fact:
        case DisclosureMade():
            line = Disclosure(fact, at.occurred_at, at.recorded_at)
            return replace(
                told, by_message=with_entry(told.by_message, fact.message_id, line), reports=(*told.reports, line)
            )
        case DisclosureWithheld():
            return _with(told, Withholding(fact, at.occurred_at, at.recorded_at))
        case WithholdingRenewed() | WithholdingLifted() if fact.withholding_id in told.withholdings:
            before = told.withholdings[fact.withholding_id]
            turn = Turn(fact, at.occurred_at, at.recorded_at)
            return _with(told, replace(before, turns=(*before.turns, turn)))
        case _:
            return told


def _with(told: Told, one: Withholding) -> Told:
    return replace(told, withholdings=with_entry(told.withholdings, one.decided.withholding_id, one))
