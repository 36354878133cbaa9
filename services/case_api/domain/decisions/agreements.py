"""Asking for agreement, and what people answer; how an agreement ends stands in `agreements_ended`."""

from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.agreements import (
    ConsentGranted,
    ConsentRefused,
    ConsentSought,
    Explained,
    Kind,
    Scope,
)
from case_api.domain.questions.answering import (
    is_said_already,
    it_ends_after_it_begins,
    it_holds_by_now,
    no_more_than_was_asked,
    with_consequences,
)
from case_api.domain.questions.dates import months_after
from case_api.domain.questions.parties import (
    agrees_as,
    an_assent_names_who_helped,
    it_was_sought_before,
    the_explanation_is_in_their_language,
    they_are_a_party,
)
from case_api.domain.questions.references import NotOnThisCase, known, known_people
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import AgreementId, Code, Day, Line, PersonId, Text

Categories = Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]


class SeekAgreement(Command):
    """A carer or the learner is asked, in words they understand."""

    party: PersonId
    """The carer or learner who is asked."""
    scope: Scope
    """What they are asked to agree to: which service, for which purpose, with which information."""
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=2)] = (
        "agreement_to_request",
        "consent_to_share",
    )
    """To the request itself (`agreement_to_request`), to sharing information for it (`consent_to_share`), or both."""
    explained: Explained
    """How, and in which language, it was explained to them."""
    alternatives_explained: bool
    """Whether they heard what else is possible, and what follows if they say no."""

    examples = ({
        "party": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
        "scope": {"service": "slt", "purpose": "speech", "categories": ["identity_contact", "learning_profile"]},
        "explained": {"how": "at home, with an interpreter", "language": "pl"},
        "alternatives_explained": True,
    },)  # fmt: skip


class GrantAgreement(Command):
    """They agree: to all that was asked, or to less."""

    answer: Literal["granted"]
    """`granted`: they agree."""
    categories: Categories | None = None
    """What may be shared, where it is less than was asked; all that was asked if absent."""
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1, max_length=2)] | None = None
    """What they agree to, where it is less than was asked."""
    holds_from: Day | None = None
    """The first day of the agreement; the day of the answer if absent."""
    until: Day | None = None
    """The last day; as the policy says if absent."""
    route: Code
    """How the answer came, such as `paper`, `in_person` or `call`."""
    evidence: Text | None = None
    """Where the answer can be looked up, such as a signed form."""
    helped_by: Line | None = None
    """Who helped a child who cannot decide alone to give their assent."""

    examples = ({
        "answer": "granted", "route": "paper", "evidence": "Form of 12 November, in the school office.",
    },)  # fmt: skip


class RefuseAgreement(Command):
    """They do not agree."""

    answer: Literal["refused"]
    """`refused`: they do not agree."""
    reason: Text | None = None
    willing_to_discuss: bool
    """Whether they may be asked again."""

    examples = ({
        "answer": "refused", "reason": "We want to wait until the spring.", "willing_to_discuss": True,
    },)  # fmt: skip


AnswerAgreement = Annotated[GrantAgreement | RefuseAgreement, Field(discriminator="answer")]


def seek_agreement(case: Case, command: SeekAgreement, at: Situation) -> Decision:
    agreement_id = at.new_id()
    scope = command.scope
    purpose = at.authority.purpose_of(scope.service, scope.purpose)
    return decided(
        known("/scope/service", (scope.service,), at.authority.services),
        known("/scope/purpose", (scope.purpose,), () if purpose is None else (purpose.code,)),
        known("/scope/categories", scope.categories, at.policy.agreements.categories),
        known_people("/party", (command.party,), case),
        they_are_a_party(case, command.party),
        the_explanation_is_in_their_language(case, command.party, command.explained.language),
        then=ConsentSought(agreement_id=agreement_id, **command.said(without={"occurred_at"})),
        created=agreement_id,
    )


def answer_agreement(
    case: Case, agreement_id: AgreementId, command: GrantAgreement | RefuseAgreement, at: Situation
) -> Decision:
    sought = case.agreements.sought.get(agreement_id)
    if sought is None:
        return decided(NotOnThisCase())
    if isinstance(command, RefuseAgreement):
        return _refuse(case, sought, command, at)
    return _grant(case, sought, command, at)


def _grant(case: Case, sought: ConsentSought, command: GrantAgreement, at: Situation) -> Decision:
    granted = _granted(case, sought, command, at)
    repeated = is_said_already(case, sought, granted, command, at)
    return decided(
        they_are_a_party(case, sought.party),
        it_was_sought_before(case, sought, command, at),
        no_more_than_was_asked(sought, command.categories, command.kinds),
        an_assent_names_who_helped(granted),
        it_holds_by_now(granted, at),
        it_ends_after_it_begins(granted),
        then=() if repeated else with_consequences(case, granted, command, at, "withdrawn"),
    )


def _granted(case: Case, sought: ConsentSought, command: GrantAgreement, at: Situation) -> ConsentGranted:
    answered_on = at.day_of(command)
    day = command.holds_from or answered_on
    return ConsentGranted(
        agreement_id=sought.agreement_id,
        party=sought.party,
        given_as=agrees_as(case, sought.party, at, answered_on),
        kinds=command.kinds or sought.kinds,
        scope=sought.scope.model_copy(update={"categories": command.categories or sought.scope.categories}),
        holds_from=day,
        until=command.until or months_after(day, at.policy.agreements.default_months),
        route=command.route,
        evidence=command.evidence,
        helped_by=command.helped_by,
    )


def _refuse(case: Case, sought: ConsentSought, command: RefuseAgreement, at: Situation) -> Decision:
    refused = ConsentRefused(
        agreement_id=sought.agreement_id,
        party=sought.party,
        scope=sought.scope,
        reason=command.reason,
        willing_to_discuss=command.willing_to_discuss,
    )
    repeated = is_said_already(case, sought, refused, command, at)
    return decided(
        it_was_sought_before(case, sought, command, at),
        then=() if repeated else with_consequences(case, refused, command, at, "withdrawn"),
    )
