"""Agreements are taken back, and come to their end (R79, I9, D15)."""

from datetime import UTC, date, datetime

from case_api.domain.decisions.agreements_ended import ExpireAgreement, NothingToWithdraw
from case_api.domain.facts.agreements import (
    ConsentExpired,
    ConsentWithdrawn,
)
from tests.domain.dsl import a, given, on
from tests.domain.situations import (
    EVERYBODY_AGREED,
    FAMILY,
    TOM,
    agreed,
    agreement,
    asked,
    refused,
    scope,
    withdraw,
    withdrew,
)


# Taking back
def test_an_agreement_is_taken_back_from_now_on():
    given(FAMILY, EVERYBODY_AGREED).when(withdraw(), agreement(TOM)).then(
        a(
            ConsentWithdrawn,
            party=TOM,
            scope_withdrawn=scope(*sorted(scope().categories)),
            effective_at=datetime(2025, 11, 14, 12, tzinfo=UTC),
        )
    )


def test_an_agreement_is_taken_back_in_part():
    given(FAMILY, EVERYBODY_AGREED).when(withdraw("learning_profile", "health_information"), agreement(TOM)).then(
        a(ConsentWithdrawn, scope_withdrawn=scope("learning_profile"))
    )


def test_what_was_not_given_need_not_be_taken_back():
    given(FAMILY, EVERYBODY_AGREED).when(withdraw("health_information"), agreement(TOM)).then_nothing()


def test_an_agreement_is_taken_back_once():
    gone = withdrew(TOM, datetime(2025, 10, 1, 9, tzinfo=UTC))
    given(FAMILY, EVERYBODY_AGREED, gone).when(withdraw(), agreement(TOM)).then_nothing()


def test_there_is_nothing_to_take_back_before_an_answer():
    given(FAMILY, asked(TOM)).when(withdraw(), agreement(TOM)).then_refused(NothingToWithdraw)
    given(FAMILY, asked(TOM), refused(TOM)).when(withdraw(), agreement(TOM)).then_refused(NothingToWithdraw)


def test_a_withdrawal_told_of_later_works_from_when_it_was_said():
    yesterday = withdraw(occurred_at=date(2025, 11, 13))
    given(FAMILY, EVERYBODY_AGREED).when(yesterday, agreement(TOM)).then(
        a(ConsentWithdrawn, effective_at=datetime(2025, 11, 13, tzinfo=UTC))
    )


def test_a_withdrawal_dated_by_the_day_is_never_lost_behind_the_grant_of_that_day():
    granted = on("2025-11-13T15:00:00+00:00", agreed(TOM))
    given(FAMILY, asked(TOM), granted).when(withdraw(occurred_at=date(2025, 11, 13)), agreement(TOM)).then(
        a(ConsentWithdrawn, effective_at=datetime(2025, 11, 13, 15, tzinfo=UTC))
    )


def test_taking_back_an_older_agreement_takes_back_the_one_that_took_its_place():
    renewed = (asked(TOM, again="2"), agreed(TOM, again="2"))
    given(FAMILY, EVERYBODY_AGREED, renewed).when(withdraw(), agreement(TOM)).then(
        a(ConsentWithdrawn, agreement_id=agreement(TOM, "2"))
    )


# Coming to an end
ENDED = ConsentExpired(agreement_id=agreement(TOM), party=TOM, scope=scope(), on=date(2026, 9, 15), cause="date")


def test_the_end_of_an_agreement_is_recorded_once_it_has_come():
    given(FAMILY, EVERYBODY_AGREED).at("2026-09-14").when(ExpireAgreement(), agreement(TOM)).then_nothing()
    given(FAMILY, EVERYBODY_AGREED).at("2026-09-15").when(ExpireAgreement(), agreement(TOM)).then(ENDED)


def test_an_end_is_recorded_once():
    given(FAMILY, EVERYBODY_AGREED, on("2026-09-15", ENDED)).at("2026-09-16").when(
        ExpireAgreement(), agreement(TOM)
    ).then_nothing()


def test_what_was_withdrawn_or_replaced_does_not_end_again():
    gone = withdrew(TOM, datetime(2025, 10, 1, 9, tzinfo=UTC))
    given(FAMILY, EVERYBODY_AGREED, gone).at("2026-09-15").when(ExpireAgreement(), agreement(TOM)).then_nothing()
    renewed = (asked(TOM, again="2"), agreed(TOM, again="2", until=date(2027, 1, 1)))
    given(FAMILY, EVERYBODY_AGREED, renewed).at("2026-09-15").when(ExpireAgreement(), agreement(TOM)).then_nothing()


def test_all_ends_that_were_missed_are_recorded_together():
    renewed = on("2026-10-01", agreed(TOM, holds_from=date(2026, 10, 1), until=date(2026, 11, 1)))
    given(FAMILY, EVERYBODY_AGREED, renewed).at("2026-12-01").when(ExpireAgreement(), agreement(TOM)).then(
        a(ConsentExpired, on=date(2026, 9, 15)), a(ConsentExpired, on=date(2026, 11, 1))
    )


def test_an_expired_agreement_cannot_be_taken_back_and_need_not():
    given(FAMILY, EVERYBODY_AGREED).at("2026-09-15").when(withdraw(), agreement(TOM)).then_nothing()
