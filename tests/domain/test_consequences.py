"""What a change of the agreements does to requests that are open: the table of section 6.3's rule (R79, I9)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from case_api.domain.decisions.agreements_ended import ExpireAgreement
from case_api.domain.decisions.involvement import RecordInput
from case_api.domain.facts.agreements import ConsentExpired, ConsentGranted, ConsentRefused, ConsentWithdrawn
from case_api.domain.facts.involvement import (
    AssistanceInputRecorded,
    InvolvementEnded,
    InvolvementPaused,
    InvolvementResumed,
)
from case_api.domain.facts.requests import AssistanceAcknowledged, AssistanceRequested, AssistanceWithdrawn
from case_api.domain.questions.asking_refused import AgreementMissing
from tests.domain.dsl import Facts, a, given, on
from tests.domain.running import Running
from tests.domain.situations import (
    ACCEPTED,
    ANNA,
    DIRECTORY,
    EVERYBODY_ASKED,
    FAMILY,
    MAJA,
    OPEN_INVOLVEMENT,
    OPEN_REQUEST,
    PAUSED,
    READY_TO_ASK,
    REQUEST,
    REQUESTED,
    TOM,
    TRIED_AND_OBSERVED,
    agree,
    agreed,
    agreement,
    asked,
    refuse,
    request_slt,
    scope,
    withdraw,
    withdrew,
)

TEN = datetime(2025, 11, 4, 10, tzinfo=UTC)
ACKNOWLEDGED = AssistanceAcknowledged(request_id=REQUEST, service="slt", received_by="duty therapist")
SOMEBODYS_AGREEMENT = [agreement(ANNA), agreement(TOM), agreement(MAJA)]


@pytest.mark.parametrize("whose", SOMEBODYS_AGREEMENT, ids=["mother", "father", "learner"])
@pytest.mark.parametrize("answered", [(), (ACKNOWLEDGED,)], ids=["sent", "acknowledged"])
def test_a_withdrawal_takes_back_a_request_that_was_not_accepted(whose, answered):
    given(OPEN_REQUEST, answered).when(withdraw(), whose).then(
        ConsentWithdrawn, AssistanceWithdrawn(request_id=REQUEST, service="slt", cause="agreement_withdrawn")
    )


@pytest.mark.parametrize("whose", SOMEBODYS_AGREEMENT, ids=["mother", "father", "learner"])
def test_a_withdrawal_pauses_an_involvement(whose):
    """The service has five working days to say that it paused: 14 November is a Friday."""
    given(OPEN_INVOLVEMENT).when(withdraw(), whose).then(
        ConsentWithdrawn,
        InvolvementPaused(request_id=REQUEST, service="slt", cause="withdrawn", acknowledge_by=date(2025, 11, 21)),
    )


def test_saying_no_after_saying_yes_pauses_an_involvement_too():
    given(OPEN_INVOLVEMENT).when(refuse(), agreement(TOM)).then(ConsentRefused, InvolvementPaused)


def test_a_first_no_from_a_parent_who_was_silent_pauses_an_involvement():
    silent = (FAMILY, TRIED_AND_OBSERVED, EVERYBODY_ASKED, agreed(ANNA), agreed(MAJA), REQUESTED, ACCEPTED)
    given(silent).when(refuse(), agreement(TOM)).then(ConsentRefused, InvolvementPaused)


def test_the_end_of_an_agreement_pauses_an_involvement():
    given(OPEN_INVOLVEMENT).at("2026-09-15").when(ExpireAgreement(), agreement(TOM)).then(
        ConsentExpired, a(InvolvementPaused, cause="expired")
    )
    given(OPEN_REQUEST).at("2026-09-15").when(ExpireAgreement(), agreement(TOM)).then(
        ConsentExpired, a(AssistanceWithdrawn, cause="agreement_expired")
    )


def test_taking_back_a_part_narrows_and_goes_on_where_the_rest_suffices():
    given(OPEN_INVOLVEMENT).when(withdraw("learning_profile"), agreement(TOM)).then(ConsentWithdrawn)


COUNSELLING = scope("identity_contact", "attendance", "wellbeing_summary", service="harbour", purpose="counselling")
COUNSELLED: tuple[Facts, ...] = (
    *FAMILY,
    *((asked(one, COUNSELLING), agreed(one, COUNSELLING)) for one in (ANNA, TOM, MAJA)),
    REQUESTED.model_copy(update={"service": "harbour", "purpose": "counselling"}),
    ACCEPTED.model_copy(update={"service": "harbour"}),
)


def test_taking_back_what_the_purpose_needs_pauses_the_work():
    given(COUNSELLED).when(withdraw("attendance"), agreement(MAJA)).then(ConsentWithdrawn)
    given(COUNSELLED).when(withdraw("attendance", "wellbeing_summary"), agreement(MAJA)).then(
        ConsentWithdrawn, InvolvementPaused
    )


def test_a_narrower_grant_can_pause_the_work_as_well():
    given(COUNSELLED).when(agree(categories=("identity_contact",)), agreement(TOM)).then(
        ConsentGranted, InvolvementPaused
    )


ON_HOLD = (*OPEN_INVOLVEMENT, withdrew(TOM, TEN), PAUSED)


def test_agreeing_again_resumes_the_work_within_what_is_now_agreed():
    given(ON_HOLD).when(agree(), agreement(TOM)).then(
        ConsentGranted,
        InvolvementResumed(
            request_id=REQUEST,
            service="slt",
            categories=("identity_contact", "learning_profile", "strategies_and_effect"),
        ),
    )
    given(ON_HOLD).when(agree(categories=("identity_contact",)), agreement(TOM)).then(
        ConsentGranted, a(InvolvementResumed, categories=("identity_contact",))
    )


def test_the_work_stays_on_hold_until_the_last_one_agrees():
    both = (*ON_HOLD, withdrew(ANNA, TEN))
    given(both).when(agree(), agreement(TOM)).then(ConsentGranted)
    given(both, agreed(TOM)).when(agree(), agreement(ANNA)).then(ConsentGranted)  # undated: before the withdrawal
    given(both, on("2025-11-10", agreed(TOM))).when(agree(), agreement(ANNA)).then(ConsentGranted, InvolvementResumed)


def test_a_second_withdrawal_does_not_pause_twice():
    given(ON_HOLD).when(withdraw(), agreement(ANNA)).then(ConsentWithdrawn)


def test_what_has_ended_is_not_touched():
    over = InvolvementEnded(request_id=REQUEST, service="slt", outcome="met", summary="Done.")
    given(OPEN_INVOLVEMENT, over).when(withdraw(), agreement(TOM)).then(ConsentWithdrawn)


def test_agreement_to_another_service_is_another_matter():
    other = scope("learning_profile", service="eps", purpose="consultation")
    given(OPEN_INVOLVEMENT, asked(TOM, other, again="eps")).when(refuse(), agreement(TOM, "eps")).then(ConsentRefused)


def test_a_no_told_of_late_that_was_answered_meanwhile_changes_nothing():
    no_of_october = refuse(occurred_at=date(2025, 10, 1))
    agreed_since = on("2025-11-03", agreed(TOM))
    given(OPEN_INVOLVEMENT, agreed_since).when(no_of_october, agreement(TOM)).then(ConsentRefused)


def test_a_withdrawal_told_of_late_pauses_from_now_on():
    given(OPEN_INVOLVEMENT).when(withdraw(occurred_at=date(2025, 11, 3)), agreement(TOM)).then(
        a(ConsentWithdrawn, effective_at=datetime(2025, 11, 3, tzinfo=UTC)), InvolvementPaused
    )


def test_a_birthday_leaves_running_work_alone():
    """Until a learner who has turned twelve is asked, their assent carries what was requested before."""
    long: dict[str, Any] = {"until": date(2030, 1, 1)}
    carried: Facts = (
        *FAMILY,
        *((asked(one), agreed(one, **long)) for one in (ANNA, TOM, MAJA)),
        REQUESTED,
        ACCEPTED,
        asked(MAJA, again="12"),
    )
    at_twelve = given(carried).at("2028-05-12")
    at_twelve.by("slt", services=frozenset({"slt"})).when(
        RecordInput(kind="input", input_kind="assessment", place="school", summary="Seen."), REQUEST
    ).then(AssistanceInputRecorded)
    at_twelve.when(agree(), agreement(MAJA, "12")).then(a(ConsentGranted, given_as="learner"))
    at_twelve.when(refuse(), agreement(MAJA, "12")).then(ConsentRefused, InvolvementPaused)


def test_of_a_withdrawal_and_a_request_that_race_exactly_one_wins():
    withdrawal_first = Running(DIRECTORY)
    withdrawal_first.record(READY_TO_ASK, date(2025, 10, 1))
    withdrawal_first.ask(withdraw(), agreement(TOM))
    assert [type(one) for one in withdrawal_first.ask(request_slt()).refusals] == [AgreementMissing]
    request_first = Running(DIRECTORY)
    request_first.record(READY_TO_ASK, date(2025, 10, 1))
    request_first.ask(request_slt())
    request_first.ask(withdraw(), agreement(TOM))
    assert [type(event.fact) for event in request_first.history[-3:]] == [
        AssistanceRequested,
        ConsentWithdrawn,
        AssistanceWithdrawn,
    ]
