"""Whose views a decision carries, or why it cannot (R19, I16, I19, I20)."""

from collections.abc import Iterable
from typing import Protocol

from case_api.domain.case import Case
from case_api.domain.refusal import Missing, Refusal
from case_api.domain.words import PersonId, ViewsId, ViewsMissing


class CarriesViews(Protocol):
    """A command that names views, and whose views could not be had."""

    @property
    def views_refs(self) -> tuple[ViewsId, ...]: ...
    @property
    def views_missing(self) -> tuple[ViewsMissing, ...]: ...


class LearnerNotHeard(Refusal):
    slug = "learner-not-heard"
    rule_id = "I19"
    guidance_ref = "R19"
    title = "The learner's views are not attached, nor a reason why they could not be obtained."
    advice = "Record the learner's views and name them in views_refs, or give the reason in views_missing."


class CarersNotHeard(Refusal):
    slug = "carers-not-heard"
    rule_id = "I20"
    guidance_ref = "R40"
    title = "The views of a carer are not attached, nor a reason why they could not be obtained."
    advice = "Record what the carers named in 'missing' say, or give the reason in views_missing."


def the_learner_was_heard(case: Case, command: CarriesViews) -> Refusal | None:
    """R19: the child's views inform the support at all times; if they could not be had, the reason is recorded."""
    learner = case.people.learner
    if learner is None or learner.person_id in answered_for(case, command):
        return None
    missing = Missing(rule_id="I19", what="views_missing", person=learner.person_id)
    return LearnerNotHeard(missing=(missing,), pointer="/views_refs")


def the_carers_were_heard(case: Case, command: CarriesViews) -> Refusal | None:
    """I20: each carer whom the school may contact was heard; if they could not be, the reason is recorded."""
    answered = answered_for(case, command)
    missing = tuple(
        Missing(rule_id="I20", what="views_missing", person=carer.person_id)
        for carer in case.people.carers.values()
        if carer.may_contact and carer.person_id not in answered
    )
    return CarersNotHeard(missing=missing, pointer="/views_refs") if missing else None


def heard(case: Case, command: CarriesViews) -> frozenset[PersonId]:
    """Whose views the command carries."""
    return case.assessments.parties_of(command.views_refs)


def answered_for(case: Case, command: CarriesViews) -> frozenset[PersonId]:
    """Whose views the command carries, or explains the lack of."""
    return heard(case, command) | _excused(command.views_missing)


def _excused(missing: Iterable[ViewsMissing]) -> frozenset[PersonId]:
    return frozenset(one.party for one in missing)
