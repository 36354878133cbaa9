"""Asking for agreement, and what people answer (R78, R79)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from case_api.domain.decisions.agreements_ended import ExpireAgreement
from case_api.domain.facts.agreements import (
    ConsentGranted,
    ConsentRefused,
    ConsentSought,
)
from case_api.domain.facts.people import ContactPreferenceSet
from case_api.domain.questions.answering import GrantEndsTooEarly, GrantWiderThanAsked
from case_api.domain.questions.parties import AssentWithoutHelp, ExplainedInAnotherLanguage, NotAParty, NotSoughtBefore
from case_api.domain.questions.references import NotOnThisCase, NotYetHappened, ReferenceUnknown
from tests.domain.dsl import a, given, on
from tests.domain.running import new
from tests.domain.situations import (
    ANNA,
    BARRED,
    DEAN,
    EVERYBODY_AGREED,
    FAMILY,
    FAMILY_OF_A_TWELVE_YEAR_OLD,
    FRIEND_NEXT_DOOR,
    MAJA,
    NEIGHBOUR,
    TOM,
    agree,
    agreed,
    agreement,
    asked,
    refuse,
    refused,
    scope,
    seek,
    the,
    withdraw,
    withdrew,
)

POLISH = ContactPreferenceSet(person_id=ANNA, channels=(), language="pl", set_by="themselves")


# Asking
def test_a_carer_is_asked_in_words_they_understand():
    given(FAMILY, POLISH).when(seek(ANNA, language="pl")).then(a(ConsentSought, agreement_id=new(1), party=ANNA))
    given(FAMILY, POLISH).when(seek(ANNA, language="en")).then_refused(
        ExplainedInAnotherLanguage, pointer="/explained/language"
    )


def test_a_learner_is_asked_in_one_of_their_languages():
    given(FAMILY).when(seek(MAJA, language="pl")).then(ConsentSought)
    given(FAMILY).when(seek(MAJA, language="gd")).then_refused(ExplainedInAnotherLanguage)


def test_a_dialect_is_the_same_language():
    given(FAMILY, POLISH).when(seek(ANNA, language="pl-PL")).then(ConsentSought)


@pytest.mark.parametrize(("person", "linked"), [(DEAN, BARRED), (NEIGHBOUR, FRIEND_NEXT_DOOR)])
def test_only_holders_of_rights_who_may_be_contacted_are_asked(person, linked):
    given(FAMILY, linked).when(seek(person)).then_refused(NotAParty, missing=[("not_a_party", person)])


def test_people_who_are_not_of_the_case_are_not_asked():
    given(FAMILY).when(seek(the("stranger"))).then_refused(ReferenceUnknown, pointer="/party")


@pytest.mark.parametrize(
    ("about", "pointer"),
    [
        (scope(service="nobody"), "/scope/service"),
        (scope(purpose="magic"), "/scope/purpose"),
        (scope("shoe_size"), "/scope/categories"),
    ],
)
def test_what_is_asked_for_is_listed(about, pointer):
    given(FAMILY).when(seek(ANNA, about)).then_refused(ReferenceUnknown, pointer=pointer)


# Agreeing
def test_a_carer_agrees_to_all_that_was_asked_for_a_year():
    given(FAMILY, asked(ANNA)).when(agree(), agreement(ANNA)).then(
        agreed(ANNA, holds_from=date(2025, 11, 14), until=date(2026, 11, 14))
    )


def test_a_carer_agrees_to_less():
    given(FAMILY, asked(ANNA)).when(agree(categories=("identity_contact",)), agreement(ANNA)).then(
        a(ConsentGranted, scope=scope("identity_contact"))
    )


def test_nobody_agrees_to_more_than_was_explained():
    wider = agree(categories=("identity_contact", "health_information"))
    given(FAMILY, asked(ANNA)).when(wider, agreement(ANNA)).then_refused(GrantWiderThanAsked, pointer="/categories")
    only_sharing = asked(ANNA, kinds=("consent_to_share",))
    given(FAMILY, only_sharing).when(agree(kinds=("agreement_to_request",)), agreement(ANNA)).then_refused(
        GrantWiderThanAsked, pointer="/kinds"
    )


def test_nobody_answers_what_they_were_not_asked():
    for command in (agree(), refuse(), withdraw(), ExpireAgreement()):
        given(FAMILY).when(command, agreement(ANNA)).then_refused(NotOnThisCase)


def test_nobody_answers_before_they_are_asked():
    day_before = agree(occurred_at=date(2025, 11, 10))
    given(FAMILY, on("2025-11-11", asked(ANNA))).when(day_before, agreement(ANNA)).then_refused(NotSoughtBefore)
    hour_before = refuse(occurred_at=datetime(2025, 11, 11, 9, tzinfo=UTC))
    given(FAMILY, on("2025-11-11T10:00:00+00:00", asked(ANNA))).when(hour_before, agreement(ANNA)).then_refused(
        NotSoughtBefore
    )


def test_an_answer_may_come_on_the_day_of_the_question():
    same_day = agree(occurred_at=date(2025, 11, 11))
    given(FAMILY, on("2025-11-11", asked(ANNA))).when(same_day, agreement(ANNA)).then(ConsentGranted)


def test_an_agreement_ends_after_it_begins():
    given(FAMILY, asked(ANNA)).when(agree(until=date(2025, 11, 14)), agreement(ANNA)).then_refused(GrantEndsTooEarly)


def test_an_agreement_is_recorded_once_it_holds():
    from_monday = agree(holds_from=date(2025, 11, 17))
    given(FAMILY, asked(ANNA)).when(from_monday, agreement(ANNA)).then_refused(NotYetHappened, pointer="/holds_from")


def test_a_carer_who_lost_contact_rights_meanwhile_is_no_longer_a_party():
    given(FAMILY, BARRED, asked(DEAN)).when(agree(), agreement(DEAN)).then_refused(NotAParty)


def test_a_young_learner_assents_with_help():
    given(FAMILY, asked(MAJA)).when(agree(), agreement(MAJA)).then_refused(AssentWithoutHelp, pointer="/helped_by")
    given(FAMILY, asked(MAJA)).when(agree(helped_by="Mr Dar"), agreement(MAJA)).then(
        a(ConsentGranted, given_as="assent_under_age", helped_by="Mr Dar")
    )


def test_from_twelve_a_learner_agrees_themselves():
    given(FAMILY_OF_A_TWELVE_YEAR_OLD, asked(MAJA)).when(agree(), agreement(MAJA)).then(
        a(ConsentGranted, given_as="learner", helped_by=None)
    )


@pytest.mark.parametrize(("said_on", "given_as"), [(10, "assent_under_age"), (11, "learner"), (12, "learner")])
def test_the_day_on_which_they_answer_decides_in_which_capacity(said_on, given_as):
    answer = agree(helped_by="Mr Dar", occurred_at=date(2028, 5, said_on), holds_from=date(2028, 5, 1))
    given(FAMILY, asked(MAJA)).at("2028-05-12").when(answer, agreement(MAJA)).then(a(ConsentGranted, given_as=given_as))


def test_the_same_answer_on_the_same_day_is_nothing_new():
    today: dict[str, Any] = {"holds_from": date(2025, 11, 14), "until": date(2026, 11, 14)}
    given(FAMILY, asked(ANNA), on("2025-11-14", agreed(ANNA, **today))).when(agree(), agreement(ANNA)).then_nothing()
    given(FAMILY, asked(ANNA), refused(ANNA)).when(refuse(), agreement(ANNA)).then_nothing()


def test_an_answer_after_a_withdrawal_is_new_even_in_the_same_words():
    today: dict[str, Any] = {"holds_from": date(2025, 11, 14), "until": date(2026, 11, 14)}
    before = (
        on("2025-11-14T09:00:00+00:00", agreed(ANNA, **today)),
        on("2025-11-14T10:00:00+00:00", withdrew(ANNA, datetime(2025, 11, 14, 10, tzinfo=UTC))),
    )
    given(FAMILY, asked(ANNA), before).when(agree(), agreement(ANNA)).then(ConsentGranted)


# Refusing
def test_a_carer_says_no_and_may_be_willing_to_talk():
    given(FAMILY, asked(TOM)).when(refuse(willing=True, reason="too much"), agreement(TOM)).then(
        a(ConsentRefused, willing_to_discuss=True, reason="too much")
    )


def test_a_yes_can_become_a_no():
    given(FAMILY, EVERYBODY_AGREED).when(refuse(), agreement(TOM)).then(ConsentRefused)
