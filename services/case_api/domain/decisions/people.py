"""Who is who around the learner."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

from msgspec import structs
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
    RankedChannel,
    Rights,
)
from case_api.domain.questions.addresses import an_address_can_be_written_to
from case_api.domain.questions.consequences import reconsidered
from case_api.domain.questions.references import known, known_people
from case_api.domain.refusal import Decision, Refusal, decided
from case_api.domain.words import Code, Day, Language, Line, PersonId, Text


class RegisterLearner(Command):
    """A learner comes onto the record."""

    identifiers: Annotated[tuple[Identifier, ...], Field(max_length=10)] = ()
    """Numbers by which other systems know the learner; each on record once."""
    name: Line
    date_of_birth: Day
    setting: Code
    """The school or nursery, as the directory names it."""
    year_stage: Code | None = None
    """Such as `p5`."""
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=10)] = ("en",)
    """Language tags, the strongest language first."""
    communication_needs: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    """What helps the learner to understand and be understood."""

    examples = ({
        "identifiers": [{"system": "mis", "value": "B-2041"}],
        "name": "Maja Kowalska",
        "date_of_birth": "2016-05-11",
        "setting": "burnside-primary",
        "year_stage": "p5",
        "languages": ["pl", "en"],
    },)  # fmt: skip


class LinkCarer(Command):
    """A parent or carer is linked to the learner."""

    name: Line
    relationship: Code
    """To the learner, such as `mother` or `foster_carer`."""
    parental_responsibilities_and_rights: Rights
    """Whether they hold them, and what limits them."""
    may_contact: bool = True
    """False where the school must not contact them; then a reason is needed."""
    restriction_reason: Text | None = None

    examples = ({
        "name": "Anna Kowalska",
        "relationship": "mother",
        "parental_responsibilities_and_rights": {"held": True},
    },)  # fmt: skip


class SetContactPreference(Command):
    """The learner or a carer says how they want to be reached."""

    person_id: PersonId
    """The learner or carer."""
    channels: Annotated[tuple[RankedChannel, ...], Field(max_length=8)]
    """How to reach them, the best first; empty: not at all."""
    language: Language = "en"
    formats: Annotated[tuple[Code, ...], Field(max_length=8)] = ()
    """Such as `large_print` or `easy_read`."""
    interpreter: bool = False
    """Whether they need an interpreter."""
    times: Line | None = None
    """When to reach them, in their words."""
    set_by: Code = "themselves"
    """Who says so: `themselves`, or whoever spoke for them."""

    examples = ({
        "person_id": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
        "channels": [{"channel": "call", "address": "+44 1632 960123"}],
        "language": "pl",
        "interpreter": True,
    },)  # fmt: skip


class AssessCapacity(Command):
    """Whether the learner can decide a matter themselves is assessed."""

    matter: Code
    """What is to be decided, such as `requests_for_assistance`."""
    outcome: Literal["presumed", "has", "lacks"]
    """`has` or `lacks` it, or `presumed` until looked at."""
    wellbeing_impact: Text | None = None
    """How deciding would affect the learner."""
    assessor: Line
    """Who judged it."""
    basis: Text
    """What the judgement rests on."""
    supporter: Line | None = None
    """Who supported the learner in it."""
    valid_until: Day
    """The day after which it is looked at again."""

    examples = ({
        "matter": "requests_for_assistance",
        "outcome": "has",
        "assessor": "okafor",
        "basis": "Explains in her own words what the therapist would do.",
        "valid_until": "2026-11-12",
    },)  # fmt: skip


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


def an_email_channel_can_be_written_to(command: SetContactPreference) -> Iterator[Refusal | None]:
    for place, ranked in enumerate(command.channels):
        if ranked.channel == "email":
            yield an_address_can_be_written_to(f"/channels/{place}/address", ranked.address)


def register_learner(case: Case, command: RegisterLearner, at: Situation) -> Decision:
    person = at.new_id()
    fact = LearnerRegistered(person_id=person, **command.said(without={"occurred_at"}))
    return decided(
        the_learner_is_born(command, at),
        known("/setting", (command.setting,), at.authority.settings or (command.setting,)),
        then=fact,
        created=case.id,
    )


def link_carer(_: Case, command: LinkCarer, at: Situation) -> Decision:
    person = at.new_id()
    fact = CarerLinked(person_id=person, **command.said(without={"occurred_at"}))
    return decided(a_restriction_has_a_reason(command), then=fact, created=person)


def set_contact_preference(case: Case, command: SetContactPreference, _: Situation) -> Decision:
    preference = ContactPreferenceSet(**command.said(without={"occurred_at"}))
    unchanged = case.people.preferences.get(command.person_id) == preference
    return decided(
        known_people("/person_id", (command.person_id,), case),
        a_channel_has_its_address(command),
        *an_email_channel_can_be_written_to(command),
        then=() if unchanged else preference,
    )


def assess_capacity(case: Case, command: AssessCapacity, at: Situation) -> Decision:
    """I3: a learner who was found able to decide is asked; until then work that stood on their not being so pauses."""
    assessed = CapacityAssessed(**command.said(without={"occurred_at"}))
    people = replace(case.people, capacity=(*case.people.capacity, Dated(at.occurred(command), assessed)))
    return decided(then=(assessed, *reconsidered(structs.replace(case, people=people), at, "expired")))
