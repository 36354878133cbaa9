"""Agreements: who was asked what, what they answered, and until when it holds.

The events keep the field's name, consent; on screens and in prose it is an agreement. A party's standing towards
one service and purpose is computed from dated entries, so it can be asked for at any instant.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import (
    AgreementId,
    Code,
    Language,
    Line,
    PersonId,
    ServiceCode,
    Text,
    Value,
    day_of,
    start_of,
)

Kind = Literal["agreement_to_request", "consent_to_share"]


_ANNAS = {
    "agreement_id": "019a70e5-b000-7062-9596-a2df81436088",
    "party": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
}
_SCOPE = {
    "service": "slt",
    "purpose": "speech_and_language",
    "categories": ["identity_contact", "learning_profile"],
}


DIRECT = "direct_request"
"""The route of an agreement that somebody gave by asking a service themselves; it carries that request alone (I14)."""


class Scope(Value):
    """What an agreement covers: one service, one purpose, the categories of information the school may send."""

    service: ServiceCode
    purpose: Code
    categories: Annotated[tuple[Code, ...], Field(min_length=1)]


class Explained(Value):
    how: Line
    language: Language


class ConsentSought(Event, grounds="6.3 Requesting assistance", covers=("R78",)):
    """A carer or the learner was asked for their agreement, in words they understand."""

    correctable = False
    refs = ("agreement_id",)
    agreement_id: AgreementId
    party: PersonId
    scope: Scope
    kinds: tuple[Kind, ...] = ("agreement_to_request", "consent_to_share")
    explained: Explained
    alternatives_explained: bool

    examples = ({
        **_ANNAS, "alternatives_explained": True,
        "scope": _SCOPE,
        "explained": {"how": "by telephone, with an interpreter", "language": "pl"},
    },)  # fmt: skip


class ConsentGranted(Event, grounds="6.3 Requesting assistance", covers=("R79",)):
    """A carer or the learner agreed. It supersedes their earlier grant for the same service and purpose whole."""

    correctable = False
    true_from = "holds_from"
    true_until = "until"
    refs = ("agreement_id",)
    agreement_id: AgreementId
    party: PersonId
    given_as: Literal["carer", "learner", "assent_under_age"]
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    scope: Scope
    holds_from: date
    until: date
    route: Code
    evidence: Text | None = None
    helped_by: Line | None = None

    examples = ({
        **_ANNAS, "given_as": "carer",
        "kinds": ["agreement_to_request", "consent_to_share"],
        "scope": _SCOPE,
        "holds_from": "2025-11-12", "until": "2026-11-12", "route": "telephone",
    },)  # fmt: skip


class ConsentRefused(Event, grounds="6.3 Requesting assistance", covers=("R79",)):
    """A carer or the learner said no."""

    correctable = False
    refs = ("agreement_id",)
    agreement_id: AgreementId
    party: PersonId
    scope: Scope
    reason: Text | None = None
    willing_to_discuss: bool

    examples = ({**_ANNAS, "willing_to_discuss": True, "scope": _SCOPE},)


class ConsentWithdrawn(Event, grounds="6.3 Requesting assistance", covers=("R79",)):
    """A party took an agreement back, wholly or for some categories. What was lawful before stays so."""

    correctable = False
    true_from = "effective_at"
    refs = ("agreement_id",)
    agreement_id: AgreementId
    party: PersonId
    scope_withdrawn: Scope
    effective_at: datetime
    route: Code
    told_consequences: bool

    examples = ({
        **_ANNAS, "effective_at": "2026-02-04T15:10:00Z",
        "scope_withdrawn": {**_SCOPE, "categories": ["learning_profile"]},
        "route": "in_person", "told_consequences": True,
    },)  # fmt: skip


class ConsentExpired(Event, grounds="6.3 Requesting assistance", covers=("R79",)):
    """An agreement came to its end. No decision depends on this record: the end is computed from the grant (D15)."""

    correctable = False
    true_from = "on"
    refs = ("agreement_id",)
    agreement_id: AgreementId
    party: PersonId
    scope: Scope
    on: date
    cause: Literal["date", "birthday", "purpose_ended"]

    examples = ({**_ANNAS, "on": "2026-11-12", "cause": "date", "scope": _SCOPE},)


Answer = ConsentGranted | ConsentRefused | ConsentWithdrawn | ConsentExpired


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing a party was asked or said."""

    occurred_at: date | datetime
    recorded_at: datetime
    version: int
    fact: ConsentSought | Answer

    def counts_from(self, zone: tzinfo) -> datetime:
        """The instant from which it counts, in UTC.

        A whole day counts from the moment it was recorded, if that was the same day, else from its start; so an
        answer that is recorded late never outranks a withdrawal with a time on that day.
        """
        happened = self.occurred_at
        if not isinstance(happened, datetime) and day_of(self.recorded_at, zone) == happened:
            happened = self.recorded_at
        since = start_of(happened, zone)
        match self.fact:
            case ConsentGranted(holds_from=day):
                return max(since, start_of(day, zone))
            case ConsentWithdrawn(effective_at=instant):
                return instant
            case ConsentExpired(on=day):
                return start_of(day, zone)
            case _:
                return since


@dataclass(frozen=True, slots=True)
class Agreements:
    """By agreement what was asked; by (party, service, purpose) every entry in order of version."""

    sought: Mapping[AgreementId, ConsentSought] = field(default_factory=dict)
    entries: Mapping[tuple[PersonId, ServiceCode, str], tuple[Entry, ...]] = field(default_factory=dict)

    def entries_of(self, party: PersonId, service: ServiceCode, purpose: str) -> tuple[Entry, ...]:
        return self.entries.get((party, service, purpose), ())

    def without_direct(self) -> "Agreements":
        """Without what people agreed to by asking a service themselves; what they took back stays."""
        direct = {grant.agreement_id for grant in self.grants() if grant.route == DIRECT}
        kept = {
            key: tuple(entry for entry in entries if not _is_of(entry.fact, direct))
            for key, entries in self.entries.items()
        }
        return replace(self, entries=kept) if direct else self

    def grants(self) -> Iterator[ConsentGranted]:
        for entries in self.entries.values():
            yield from (entry.fact for entry in entries if isinstance(entry.fact, ConsentGranted))

    def expiry_recorded(self, agreement_id: AgreementId, on: date) -> bool:
        facts = (entry.fact for entries in self.entries.values() for entry in entries)
        return any(
            isinstance(fact, ConsentExpired) and fact.agreement_id == agreement_id and fact.on == on for fact in facts
        )

    def including(self, *added: Entry) -> "Agreements":
        """These agreements with more entries; also how a decision looks ahead at its own effect."""
        agreements = self
        for entry in added:
            agreements = agreements._with(entry)
        return agreements

    def _with(self, entry: Entry) -> "Agreements":
        fact = entry.fact
        scope = fact.scope_withdrawn if isinstance(fact, ConsentWithdrawn) else fact.scope
        key = (fact.party, scope.service, scope.purpose)
        entries = with_entry(self.entries, key, (*self.entries.get(key, ()), entry))
        if isinstance(fact, ConsentSought):
            return Agreements(with_entry(self.sought, fact.agreement_id, fact), entries)
        return replace(self, entries=entries)


def _is_of(fact: ConsentSought | Answer, agreement_ids: Collection[AgreementId]) -> bool:
    return isinstance(fact, ConsentSought | ConsentGranted | ConsentExpired) and fact.agreement_id in agreement_ids


def evolve(agreements: Agreements, fact: Event, at: Recorded) -> Agreements:
    match fact:
        case ConsentSought() | ConsentGranted() | ConsentRefused() | ConsentWithdrawn() | ConsentExpired():
            return agreements.including(Entry(at.occurred_at, at.recorded_at, at.version, fact))
        case _:
            return agreements
