"""Who is who around the learner."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.people import (
    CapacityAssessed,
    CarerLinked,
    ContactPreferenceSet,
    Dated,
    Identifier,
    LearnerRegistered,
    NamedPersonAssigned,
    RankedChannel,
    Rights,
)
from case_api.domain.questions.consequences import reconsidered
from case_api.domain.questions.references import known_people
from case_api.domain.refusal import Decision, Refusal, decided
from case_api.domain.words import Code, Day, Language, Line, PersonId, Text


class RegisterLearner(Command):
    """A learner comes onto the record."""

    identifiers: Annotated[tuple[Identifier, ...], Field(max_length=10)] = ()
    name: Line
    date_of_birth: Day
    setting: Code
    year_stage: Code | None = None
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=10)] = ("en",)
    communication_needs: Annotated[tuple[Line, ...], Field(max_length=20)] = ()


class LinkCarer(Command):
    """A parent or carer is linked to the learner."""

    name: Line
    relationship: Code
    parental_responsibilities_and_rights: Rights
    may_contact: bool = True
    restriction_reason: Text | None = None


class SetContactPreference(Command):
    """The learner or a carer says how they want to be reached."""

    person_id: PersonId
    channels: Annotated[tuple[RankedChannel, ...], Field(max_length=8)]
    language: Language = "en"
    formats: Annotated[tuple[Code, ...], Field(max_length=8)] = ()
    interpreter: bool = False
    times: Line | None = None
    set_by: Code = "themselves"


class AssessCapacity(Command):
    """Whether the learner can decide a matter themselves is assessed."""

    matter: Code
    outcome: Literal["presumed", "has", "lacks"]
    wellbeing_impact: Text | None = None
    assessor: Line
    basis: Text
    supporter: Line | None = None
    valid_until: Day


class AssignNamedPerson(Command):
    """A member of staff becomes the learner's named person."""

    staff: Line
    from_day: Day | None = None
    reason: Text | None = None


class RestrictionUnexplained(Refusal):
    slug = "restriction-unexplained"
    rule_id = "I2"
    guidance_ref = "R79"
    title = "A carer whom the school may not contact needs a recorded reason."
    advice = "Give restriction_reason, for example the court order, or set may_contact to true."


class BornLater(Refusal):
    slug = "born-later"
    rule_id = "I31"
    guidance_ref = "R111"
    title = "The date of birth lies in the future."
    advice = "Check the date of birth."


class ChannelWithoutAddress(Refusal):
    slug = "channel-without-address"
    rule_id = "R57"
    guidance_ref = "R57"
    title = "This channel needs an address."
    advice = "Give each e-mail and phone channel its address, or leave the channel out."


def a_restriction_has_a_reason(command: LinkCarer) -> Refusal | None:
    """I2: who may not be contacted is left out of the agreement only for a recorded reason."""
    unexplained = not command.may_contact and command.restriction_reason is None
    return RestrictionUnexplained(pointer="/restriction_reason") if unexplained else None


def the_learner_is_born(command: RegisterLearner, at: Situation) -> Refusal | None:
    return BornLater(pointer="/date_of_birth") if command.date_of_birth > at.today else None


def a_channel_has_its_address(command: SetContactPreference) -> Refusal | None:
    for place, ranked in enumerate(command.channels):
        if ranked.channel in ("email", "sms", "call") and not ranked.address:
            return ChannelWithoutAddress(pointer=f"/channels/{place}/address")
    return None


def register_learner(case: Case, command: RegisterLearner, at: Situation) -> Decision:
    person = at.new_id()
    fact = LearnerRegistered(person_id=person, **command.model_dump(exclude={"occurred_at"}))
    return decided(the_learner_is_born(command, at), then=fact, created=case.id)


def link_carer(_: Case, command: LinkCarer, at: Situation) -> Decision:
    person = at.new_id()
    fact = CarerLinked(person_id=person, **command.model_dump(exclude={"occurred_at"}))
    return decided(a_restriction_has_a_reason(command), then=fact, created=person)


def set_contact_preference(case: Case, command: SetContactPreference, _: Situation) -> Decision:
    preference = ContactPreferenceSet(**command.model_dump(exclude={"occurred_at"}))
    unchanged = case.people.preferences.get(command.person_id) == preference
    return decided(
        known_people("/person_id", (command.person_id,), case),
        a_channel_has_its_address(command),
        then=() if unchanged else preference,
    )


def assess_capacity(case: Case, command: AssessCapacity, at: Situation) -> Decision:
    """I3: a learner who was found able to decide is asked; until then work that stood on their not being so pauses."""
    assessed = CapacityAssessed(**command.model_dump(exclude={"occurred_at"}))
    people = replace(case.people, capacity=(*case.people.capacity, Dated(at.occurred(command), assessed)))
    return decided(then=(assessed, *reconsidered(replace(case, people=people), at, "expired")))


def assign_named_person(case: Case, command: AssignNamedPerson, at: Situation) -> Decision:
    day = command.from_day or at.day_of(command)
    if case.people.named_person_on(day) == command.staff:
        return decided()
    return decided(then=NamedPersonAssigned(staff=command.staff, from_day=day, reason=command.reason))
