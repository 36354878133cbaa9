"""Everybody's agreement to a request by the school, as it stands and as it stood when the request was made (I1-I4)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from case_api.domain.command import Command, Situation
from case_api.domain.questions.agreement_set import AgreementSet
from case_api.domain.questions.asking import (
    every_parent_who_can_be_asked_was_asked,
    everyone_agrees_unless_a_child_needs_protection,
    no_grant_stands_against_a_refusal,
    the_learner_agrees_as_their_age_allows,
)
from case_api.domain.refusal import Refusal
from case_api.domain.words import end_of


def by_then(command: Command, at: Situation) -> datetime:
    """Agreement comes before the request (R79): also before one that is recorded late; a day counts to its end."""
    return min(at.now, end_of(at.occurred(command), at.policy.tz))


def everybody_agreed(
    now: AgreementSet, then: AgreementSet, categories: Iterable[str], at: Situation
) -> Iterator[Refusal | None]:
    """I1-I4, as things stand now and as they stood when the request was made."""
    wanted = tuple(categories)
    for refusals in zip(*(_agreement_rules(parties, wanted, at) for parties in (now, then)), strict=True):
        yield next((refusal for refusal in refusals if refusal), None)


def _agreement_rules(parties: AgreementSet, categories: tuple[str, ...], at: Situation) -> tuple[Refusal | None, ...]:
    return (
        no_grant_stands_against_a_refusal(parties),
        everyone_agrees_unless_a_child_needs_protection(parties, categories),
        every_parent_who_can_be_asked_was_asked(parties, at.policy),
        the_learner_agrees_as_their_age_allows(parties, at.policy),
    )
