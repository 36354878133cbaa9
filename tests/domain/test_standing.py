"""How a party stands at an instant: the latest word that counts, whatever order it was typed in."""

from datetime import UTC, date, datetime

import pytest

from case_api.domain.questions.agreement_set import agreement_set
from case_api.domain.questions.standing import Standing, standing
from tests.domain.dsl import Facts, given, on
from tests.domain.running import NOON, POLICY
from tests.domain.situations import (
    ANNA,
    EVERYBODY_AGREED,
    FAMILY,
    MAJA,
    TOM,
    agree,
    agreed,
    agreement,
    asked,
    refused,
    scope,
    withdrew,
)

TEN = datetime(2025, 11, 4, 10, tzinfo=UTC)


def of(person, *facts: Facts, at: datetime = NOON) -> Standing:
    case = given(FAMILY, *facts).when(agree(), agreement(person)).running.case
    return standing(case.agreements, person, "slt", "speech", at, POLICY.tz)


def together(*facts: Facts, at: datetime = NOON):
    case = given(FAMILY, *facts).when(agree(), agreement(ANNA)).running.case
    return agreement_set(case, "slt", "speech", at, POLICY)


def test_whoever_was_not_asked_has_not_been_asked():
    assert of(ANNA).status == "not_asked"
    assert of(ANNA, asked(ANNA)).status == "sought"


def test_an_agreement_holds_to_the_day_before_its_end():
    answers = (asked(ANNA), agreed(ANNA))
    assert of(ANNA, answers, at=datetime(2026, 9, 14, 22, 59, tzinfo=UTC)).granted
    assert of(ANNA, answers, at=datetime(2026, 9, 14, 23, 0, tzinfo=UTC)).status == "expired"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (agreed(ANNA), "granted"),
        (refused(ANNA), "refused"),
        ((agreed(ANNA), withdrew(ANNA, TEN)), "withdrawn"),
        (agreed(ANNA, until=date(2025, 10, 1)), "expired"),
    ],
)
def test_being_asked_again_does_not_undo_an_answer(said, status):
    again = of(ANNA, asked(ANNA), said, on("2025-11-10", asked(ANNA, again="2")))
    assert (again.status, again.asked_for) == (status, agreement(ANNA, "2"))


def test_a_later_grant_takes_the_place_of_the_earlier_whole():
    narrower = on("2025-11-10", agreed(ANNA, scope("identity_contact")))
    assert of(ANNA, asked(ANNA), agreed(ANNA), narrower).categories == {"identity_contact"}


def test_taking_back_a_part_leaves_the_rest():
    part = withdrew(ANNA, TEN, scope("identity_contact"))
    assert of(ANNA, asked(ANNA), agreed(ANNA), part).categories == {"learning_profile", "strategies_and_effect"}


def test_taking_back_part_after_part_takes_back_the_whole():
    parts = (withdrew(ANNA, TEN, scope("identity_contact", "learning_profile")), withdrew(ANNA, TEN))
    assert of(ANNA, asked(ANNA), agreed(ANNA), parts).status == "withdrawn"


def test_a_withdrawal_counts_from_its_time():
    gone = withdrew(ANNA, TEN)
    assert of(ANNA, asked(ANNA), agreed(ANNA), gone, at=TEN.replace(hour=9)).granted
    assert of(ANNA, asked(ANNA), agreed(ANNA), gone, at=TEN).status == "withdrawn"


def test_a_yes_recorded_late_does_not_outrank_a_withdrawal_of_that_day():
    gone = on("2025-11-04T10:00:00+00:00", withdrew(ANNA, TEN))
    late = on("2025-11-04", agreed(ANNA), recorded="2025-11-05")
    assert of(ANNA, asked(ANNA), agreed(ANNA), gone, late).status == "withdrawn"


def test_in_doubt_about_the_hour_they_said_no():
    yes = on("2025-11-04T10:00:00+00:00", agreed(ANNA))
    no = on("2025-11-04", refused(ANNA), recorded="2025-11-05")
    assert of(ANNA, asked(ANNA), yes, no).status == "refused"


def test_a_no_of_the_day_before_does_not_undo_a_yes():
    yes = on("2025-11-04T10:00:00+00:00", agreed(ANNA))
    no = on("2025-11-03", refused(ANNA), recorded="2025-11-05")
    assert of(ANNA, asked(ANNA), yes, no).granted


def test_answers_are_put_in_the_order_in_which_they_were_given():
    """The refusal of the 3rd is recorded after the grant of the 5th."""
    yes, no = on("2025-11-05", agreed(ANNA)), on("2025-11-03", refused(ANNA), recorded="2025-11-06")
    assert of(ANNA, asked(ANNA), yes, no).granted
    assert of(ANNA, asked(ANNA), yes, no, at=datetime(2025, 11, 4, 9, tzinfo=UTC)).status == "refused"


# The set
def test_what_may_be_sent_is_what_every_grant_has_in_common():
    narrower = (asked(TOM), agreed(TOM, scope("identity_contact", "attendance")))
    assert together(EVERYBODY_AGREED, narrower).effective == {"identity_contact"}


def test_a_grant_that_does_not_cover_sharing_lets_nothing_be_sent():
    only_asking = agreed(TOM, kinds=("agreement_to_request",))
    assert together(EVERYBODY_AGREED, only_asking).effective == frozenset()


def test_the_end_of_one_carers_agreement_does_not_widen_what_may_be_sent():
    soon = (asked(TOM), agreed(TOM, scope("identity_contact"), until=date(2025, 11, 1)))
    parties = together(EVERYBODY_AGREED, soon)
    assert [(missing.what, missing.person) for missing in parties.ungranted()] == [("expired", TOM)]
    assert not parties.holds_for(None)


def test_a_carer_asked_again_after_a_withdrawal_is_still_one_who_withdrew():
    again = (withdrew(TOM, TEN), on("2025-11-10", asked(TOM, again="2")))
    assert not together(EVERYBODY_AGREED, again).holds_for(None)


def test_a_set_stands_on_the_grants_that_make_it():
    relied_on = together(EVERYBODY_AGREED).relied_on()
    assert {ref.id for ref in relied_on} == {agreement(person) for person in (ANNA, TOM, MAJA)}
    assert [ref.granted_at_version for ref in relied_on] == [7, 8, 9]
