"""Who was told what, when and how (R11, R92)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import ClassVar, Final, Self
from uuid import UUID

from pydantic import Field

from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.sharing import InformationShared
from case_api.domain.facts.told import (
    Delivery,
    Disclosure,
    Extent,
    Told,
    Turn,
    Withheld,
    Withholding,
    WithholdingRenewed,
)
from case_api.domain.facts.watches import WatchEscalated, WatchRaised
from case_api.domain.policy import Policy
from case_api.domain.words import AgreementRef, LawfulBasis, day_of, has_come
from case_api.views.answer import Answer, AsOf, NothingKnown, Part, times
from case_api.views.known import as_known, ledger_as_known
from case_api.views.standing_out import GUARDED, class_of

REASONED: Final = frozenset({"withholdings", "restrictions"})
"""Classes of fields that the reason why a message was stopped may tell of."""


class Line(Part):
    """One message to one recipient, as it was reported last."""

    message_id: UUID
    about: UUID = Field(description="The event that they were told of.")
    about_type: str | None = Field(default=None, description="Its type, such as `StageChanged.v1`.")
    to: str
    channel: str
    template: str
    language: str | None = None
    delivery: Delivery
    reason: str | None = None
    at: datetime | date
    recorded_at: datetime
    attempts: int
    possible_duplicate: bool
    by_hand: str | None = Field(default=None, description="The member of staff who told them.")
    lawful_basis: LawfulBasis | None = Field(default=None, description="On what it stood; absent if it reached nobody.")
    categories: tuple[str, ...] = ()
    agreement_refs: tuple[AgreementRef, ...] = ()
    content_hash: str | None = None
    override_ref: UUID | None = Field(default=None, description="In a child-protection matter only.")
    withholding_id: UUID | None = Field(
        default=None, description="By which decision they were not told, or without detail."
    )

    guarded: ClassVar[Mapping[str, str]] = {"withholding_id": "withholdings"}

    def without(self, classes: Collection[str]) -> Self:
        """Why a message was stopped is left out whatever it was: that one reason is not said would tell which it is."""
        unsaid = self.delivery == "suppressed" and not REASONED.isdisjoint(classes)
        return super().without(classes).model_copy(update={"reason": None} if unsaid else {})


class GuardedLine(Line):
    """One message about a watch that not every reader sees: about what is left out elsewhere."""

    def is_all_of(self, classes: Collection[str]) -> bool:
        return not set(GUARDED.values()).isdisjoint(classes)


class Renewal(Part):
    """A review that found a withholding still right."""

    reason: str
    authoriser: str
    review_on: date
    at: datetime | date
    recorded_at: datetime


class Kept(Part):
    """What is, or was, kept from one person."""

    withholding_id: UUID
    person_id: UUID = Field(description="From whom.")
    extent: Extent
    about: Withheld | None = Field(default=None, description="The whole case, if absent.")
    reason: str
    authoriser: str = Field(description="Who decided it last.")
    wish_of: str | None = None
    since: datetime | date
    recorded_at: datetime
    review_on: date
    overdue: bool = Field(description="The day of review has passed, and it was neither renewed nor lifted.")
    renewals: tuple[Renewal, ...] = ()
    lifted_at: datetime | date | None = None
    lifted_recorded_at: datetime | None = None
    lifted_because: str | None = None
    lifted_by: str | None = None


class Given(Part):
    """Information that went to a service for its work on a request."""

    sharing_id: UUID
    request_id: UUID
    service: str
    categories: tuple[str, ...]
    agreement_refs: tuple[AgreementRef, ...]
    lawful_basis: LawfulBasis
    content_hash: str
    summary: str | None = None
    at: datetime | date
    recorded_at: datetime


class ToldView(Answer):
    """The ledger, in the order in which it was written."""

    case_id: UUID
    items: tuple[Line, ...] = ()
    shared: tuple[Given, ...] = Field(default=(), description="What the school gave to services.")
    withheld: tuple[Kept, ...] | None = Field(default=(), description="What is kept from whom, lifted ones included.")

    guarded: ClassVar[Mapping[str, str]] = {"withheld": "withholdings"}


def told_view(
    events: Sequence[Recorded], told: Sequence[Recorded], as_of: AsOf, policy: Policy, authority: Authority
) -> ToldView:
    """The ledger of a case from its Told stream, as true at `as_of.valid_at`. Raises NothingKnown."""
    known = as_known(events, as_of.known_at)
    if not known:
        raise NothingKnown
    ledger = ledger_as_known(told, as_of.known_at)
    names = {event.event_id: event.name for event in known}
    then, today = ledger.as_at(as_of.valid_at, policy.tz), day_of(as_of.valid_at, policy.tz)
    return ToldView(
        case_id=known[0].stream,
        items=lines_of(then, names, guarded={one.event_id for one in known if _is_guarded(one)}),
        shared=tuple(
            Given(**event.fact.model_dump(), at=event.occurred_at, recorded_at=event.recorded_at)
            for event in known
            if isinstance(event.fact, InformationShared) and has_come(event.occurred_at, as_of.valid_at, policy.tz)
        ),
        withheld=kept_of(then, today),
        **times(as_of),
    )


def lines_of(told: Told, names: Mapping[UUID, str], guarded: Collection[UUID] = ()) -> tuple[Line, ...]:
    """Who was told, with the names of the events that they were told of; not every reader sees *guarded* events."""
    return tuple(_line(one, names, guarded) for one in told.by_message.values())


def kept_of(told: Told, today: date) -> tuple[Kept, ...]:
    """What is withheld, and what was."""
    return tuple(_kept(one, today) for one in told.withholdings.values())


def _is_guarded(event: Recorded) -> bool:
    return isinstance(event.fact, WatchRaised | WatchEscalated) and class_of(event.fact.watch) is not None


def _line(one: Disclosure, names: Mapping[UUID, str], guarded: Collection[UUID]) -> Line:
    made = one.made
    kind = GuardedLine if made.about in guarded else Line
    return kind(
        about_type=names.get(made.about),
        at=one.at,
        recorded_at=one.recorded_at,
        **made.model_dump(),
    )


def _kept(one: Withholding, today: date) -> Kept:
    lifted = one.lifted
    return Kept(
        **{**one.decided.model_dump(), "authoriser": one.authoriser, "review_on": one.review_on},
        since=one.at,
        recorded_at=one.recorded_at,
        overdue=lifted is None and one.review_on < today,
        renewals=tuple(_renewal(turn) for turn in one.turns if isinstance(turn.fact, WithholdingRenewed)),
        lifted_at=lifted.at if lifted else None,
        lifted_recorded_at=lifted.recorded_at if lifted else None,
        lifted_because=lifted.fact.reason if lifted else None,
        lifted_by=lifted.fact.authoriser if lifted else None,
    )


def _renewal(turn: Turn) -> Renewal:
    return Renewal(**turn.fact.model_dump(exclude={"withholding_id"}), at=turn.at, recorded_at=turn.recorded_at)
