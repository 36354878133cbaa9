"""Who can be a party to an agreement, in which capacity, and whether they were asked as they should be."""

from datetime import date, datetime
from typing import Literal

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.agreements import ConsentGranted, ConsentSought
from case_api.domain.refusal import Missing, Refusal
from case_api.domain.words import Language, PersonId, day_of


class NotAParty(Refusal):
    slug = "not-a-party"
    rule_id = "I2"
    guidance_ref = "R79"
    title = "This person is not one whose agreement can be asked."
    advice = "Ask the learner, and each carer who holds parental rights and may be contacted."


class ExplainedInAnotherLanguage(Refusal):
    slug = "explained-in-another-language"
    rule_id = "I13"
    guidance_ref = "R78"
    title = "The explanation was not in a language that this person uses."
    advice = "Explain it again in their language, with an interpreter if need be, and record that."


class NotSoughtBefore(Refusal):
    slug = "not-sought-before"
    rule_id = "I13"
    guidance_ref = "R78"
    title = "The answer lies before the day on which they were asked."
    advice = "Check the dates: people are asked first, with an explanation, and answer then."


class AssentWithoutHelp(Refusal):
    slug = "assent-without-help"
    rule_id = "I3"
    guidance_ref = "R79"
    title = "A learner under the age of deciding agrees with somebody's help."
    advice = "Name in helped_by who helped the learner to understand and to answer."


def they_are_a_party(case: Case, party: PersonId) -> Refusal | None:
    """I2: the learner, or a holder of parental rights whom the school may contact."""
    carer = case.people.carers.get(party)
    if carer is None or (carer.holds_rights and carer.may_contact):
        return None
    return NotAParty(missing=(Missing(rule_id="I2", what="not_a_party", person=party),), pointer="/party")


def the_explanation_is_in_their_language(case: Case, party: PersonId, language: Language) -> Refusal | None:
    """I13: a preference set by the person decides; without one the learner's languages, and any for a carer."""
    preference = case.people.preferences.get(party)
    spoken: tuple[Language, ...] = (preference.language,) if preference else ()
    if not spoken and case.people.learner and case.people.is_learner(party):
        spoken = case.people.learner.languages
    understood = not spoken or _base(language) in map(_base, spoken)
    return None if understood else ExplainedInAnotherLanguage(pointer="/explained/language")


def _base(language: Language) -> str:
    return language.partition("-")[0]


def it_was_sought_before(case: Case, sought: ConsentSought, command: Command, at: Situation) -> Refusal | None:
    """I13: the question precedes the answer; where one of the two is known to the day only, days are compared."""
    scope = sought.scope
    asked = (
        entry.occurred_at
        for entry in case.agreements.entries_of(sought.party, scope.service, scope.purpose)
        if entry.fact == sought
    )
    answered = at.occurred(command)
    early = all(_precedes(answered, occurred, at) for occurred in asked)
    return NotSoughtBefore(pointer="/occurred_at") if early else None


def _precedes(one: date | datetime, other: date | datetime, at: Situation) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one < other
    return day_of(one, at.policy.tz) < day_of(other, at.policy.tz)


def agrees_as(case: Case, party: PersonId, at: Situation, day: date) -> Literal["carer", "learner", "assent_under_age"]:
    """I3: a learner decides from the age that the policy names; before it, their assent is asked."""
    if not case.people.is_learner(party):
        return "carer"
    grown = case.people.age_on(day) >= at.policy.agreements.learner_decides_from_age
    return "learner" if grown else "assent_under_age"


def an_assent_names_who_helped(granted: ConsentGranted) -> Refusal | None:
    """I3: an assent under age says who helped."""
    alone = granted.given_as == "assent_under_age" and granted.helped_by is None
    return AssentWithoutHelp(pointer="/helped_by") if alone else None
