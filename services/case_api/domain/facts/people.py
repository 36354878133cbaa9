"""The learner, the carers with their rights, and how each wants to be reached."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import Field

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, Language, Line, PersonId, Text, Value, day_of, has_come

F = TypeVar("F", bound=Event)

AGREEING = frozenset({"agreements", "requests"})
"""Matters of capacity that bear on agreements; an assessment of another matter says nothing of them."""

Channel = Literal["email", "sms", "call", "letter", "app"]


class Identifier(Value):
    """A number by which another system knows the learner, such as the Scottish Candidate Number."""

    system: Code
    value: Line


class Rights(Value):
    """Parental responsibilities and rights (Children (Scotland) Act 1995, ss. 1-2)."""

    held: bool
    limited_by: Text | None = None


class RankedChannel(Value):
    """One way to reach a person; the place in the list is its rank."""

    channel: Channel
    address: Line | None = Field(default=None, description="Absent for a channel that needs none, such as a letter.")


class LearnerRegistered(Event, grounds="6.1 Universal support", covers=("R29",)):
    """A learner came onto the record. From then on they are at the ladder's first stage."""

    creates_key_for = "person_id"
    refs = ("setting",)
    person_id: PersonId
    identifiers: tuple[Identifier, ...] = ()
    name: Line
    date_of_birth: date
    setting: Code
    year_stage: Code | None = None
    languages: tuple[Language, ...] = ("en",)
    communication_needs: tuple[Line, ...] = ()

    examples = ({
        "person_id": "f2b1d9c4-8e37-4c61-b1de-57a90c3e4d22", "name": "Maja Nowak-Reid",
        "date_of_birth": "2016-05-11",
        "identifiers": [{"system": "scn", "value": "220000028"}], "setting": "burnside-primary",
        "year_stage": "p5",
        "languages": ["en", "pl"], "communication_needs": ["pictures beside words"],
    },)  # fmt: skip


class CarerLinked(Event, grounds="6.3 Requesting assistance", covers=("R79",)):
    """A parent or carer was linked to the learner, with the rights they hold and whether they may be contacted."""

    sealed_for = "person_id"
    creates_key_for = "person_id"
    refs = ("person_id",)
    person_id: PersonId
    name: Line
    relationship: Code
    parental_responsibilities_and_rights: Rights
    may_contact: bool = True
    restriction_reason: Text | None = None

    examples = ({
        "person_id": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11", "name": "Anna Nowak", "relationship": "mother",
        "parental_responsibilities_and_rights": {"held": True},
    },)  # fmt: skip


class ContactPreferenceSet(Event, grounds="6.2 Working with parents", covers=("R46", "R47", "R48", "R49", "R57")):
    """A person said how they want to be reached: channels in order, language, formats, interpreter, times."""

    correctable = False
    sealed_for = "person_id"
    refs = ("person_id",)
    person_id: PersonId
    channels: Annotated[tuple[RankedChannel, ...], Field(max_length=8)]
    language: Language = "en"
    formats: tuple[Code, ...] = ()
    interpreter: bool = False
    times: Line | None = None
    set_by: Code

    examples = ({
        "person_id": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11", "language": "pl", "interpreter": True,
        "set_by": "themselves",
        "channels": [{"channel": "sms", "address": "+447700900123"}, {"channel": "call", "address": "+447700900123"}],
    },)  # fmt: skip


class CapacityAssessed(Event, grounds="6.3 Requesting assistance", covers=("R8", "R79")):
    """Whether the learner can decide a matter themselves was assessed (DPA 2018 s.208 presumes it from 12)."""

    true_until = "valid_until"
    matter: Code
    outcome: Literal["presumed", "has", "lacks"]
    wellbeing_impact: Text | None = None
    assessor: Line
    basis: Text
    supporter: Line | None = None
    valid_until: date

    examples = ({
        "matter": "requests_for_assistance", "outcome": "has", "assessor": "Mrs Lennox",
        "basis": "Callum put the choice and what follows from it in his own words.",
        "valid_until": "2026-08-31",
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Carer:
    person_id: PersonId
    name: str
    relationship: str
    holds_rights: bool
    may_contact: bool
    restriction_reason: str | None
    since: date | datetime


@dataclass(frozen=True, slots=True)
class Dated(Generic[F]):
    """A fact and the day or instant at which it occurred."""

    occurred_at: date | datetime
    fact: F


@dataclass(frozen=True, slots=True)
class People:
    """Everybody around one learner."""

    learner: LearnerRegistered | None = None
    registered_at: date | datetime | None = None
    carers: Mapping[PersonId, Carer] = field(default_factory=dict)
    preferences: Mapping[PersonId, ContactPreferenceSet] = field(default_factory=dict)
    preferences_set: tuple[Dated[ContactPreferenceSet], ...] = ()
    capacity: tuple[Dated[CapacityAssessed], ...] = ()

    def knows(self, person: PersonId) -> bool:
        return person in self.carers or self.is_learner(person)

    def is_learner(self, person: PersonId) -> bool:
        return self.learner is not None and self.learner.person_id == person

    def age_on(self, day: date) -> int:
        """Whole years on *day*; 0 where no date of birth can be read."""
        if self.learner is None:
            return 0
        born = self.learner.date_of_birth
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def lacks_capacity_at(self, at: datetime, zone: tzinfo) -> bool:
        """Whether the latest assessment valid at *at* found that the learner cannot decide on agreements."""
        day = day_of(at, zone)
        valid = [
            one.fact
            for one in self.capacity
            if one.fact.matter in AGREEING and has_come(one.occurred_at, at, zone) and day < one.fact.valid_until
        ]
        return bool(valid) and valid[-1].outcome == "lacks"

    def preference_at(self, person: PersonId, at: datetime, zone: tzinfo) -> ContactPreferenceSet | None:
        """How a person wanted to be reached at *at*: what was recorded last of all that had been said by then."""
        said = [one.fact for one in self.preferences_set if has_come(one.occurred_at, at, zone)]
        return next((fact for fact in reversed(said) if fact.person_id == person), None)

    def holders_of_rights(self) -> tuple[Carer, ...]:
        return tuple(carer for carer in self.carers.values() if carer.holds_rights)

    def with_carer(self, fact: CarerLinked, since: date | datetime) -> Self:
        carer = Carer(
            fact.person_id,
            fact.name,
            fact.relationship,
            fact.parental_responsibilities_and_rights.held,
            fact.may_contact,
            fact.restriction_reason,
            since,
        )
        return replace(self, carers=with_entry(self.carers, carer.person_id, carer))


def evolve(people: People, fact: Event, at: Recorded) -> People:
    match fact:
        case LearnerRegistered():
            return replace(people, learner=fact, registered_at=at.occurred_at)
        case CarerLinked():
            return people.with_carer(fact, at.occurred_at)
        case ContactPreferenceSet():
            return replace(
                people,
                preferences=with_entry(people.preferences, fact.person_id, fact),
                preferences_set=(*people.preferences_set, Dated(at.occurred_at, fact)),
            )
        case CapacityAssessed():
            return replace(people, capacity=(*people.capacity, Dated(at.occurred_at, fact)))
        case _:
            return people
