"""Legal holds: while one stands, the record is kept, whatever its schedule says (I34)."""

from datetime import date

from case_api.domain.decisions.retention import HoldIsOver, HoldWouldNotStand, LiftHold, PlaceHold
from case_api.domain.facts.retention import RetentionHoldLifted, RetentionHoldPlaced
from case_api.domain.questions.references import NotOnThisCase
from tests.domain.dsl import a, given
from tests.domain.running import Running, new
from tests.domain.situations import DIRECTORY, FAMILY, the

TODAY = date(2025, 11, 14)
CLAIM = RetentionHoldPlaced(hold_id=the("claim"), reason="legal_claim")
SHORT = RetentionHoldPlaced(hold_id=the("short"), reason="complaint", until=date(2025, 11, 20))
SETTLED = RetentionHoldLifted(hold_id=the("claim"), reason="claim_settled")


def held_on(day: date, *facts):
    running = Running(DIRECTORY)
    running.record((*FAMILY, *facts), running.now)
    return [hold.placed.reason for hold in running.case.retention.held_on(day)]


def test_a_hold_is_placed_for_a_reason_until_it_is_lifted_or_a_day_comes():
    given(FAMILY).when(PlaceHold(reason="legal_claim")).then(RetentionHoldPlaced(hold_id=new(1), reason="legal_claim"))
    until = date(2031, 6, 30)
    given(FAMILY).when(PlaceHold(reason="inquiry", until=until)).then(a(RetentionHoldPlaced, until=until))


def test_a_second_hold_for_the_same_reason_and_time_is_nothing_new():
    given(FAMILY, CLAIM).when(PlaceHold(reason="legal_claim")).then_nothing()
    given(FAMILY, CLAIM).when(PlaceHold(reason="inquiry")).then(RetentionHoldPlaced)
    given(FAMILY, CLAIM, SETTLED).when(PlaceHold(reason="legal_claim")).then(RetentionHoldPlaced)


def test_a_hold_that_would_keep_nothing_is_not_placed():
    given(FAMILY).when(PlaceHold(reason="inquiry", until=TODAY)).then_refused(HoldWouldNotStand, pointer="/until")
    given(FAMILY).when(PlaceHold(reason="inquiry", until=date(2025, 11, 15))).then(RetentionHoldPlaced)


def test_a_hold_is_lifted_once():
    given(FAMILY, CLAIM).when(LiftHold(reason="claim_settled"), CLAIM.hold_id).then(SETTLED)
    given(FAMILY, CLAIM, SETTLED).when(LiftHold(reason="claim_settled"), CLAIM.hold_id).then_nothing()


def test_a_hold_that_ended_by_itself_cannot_be_lifted():
    later = given(FAMILY, SHORT).at("2025-11-20")
    later.when(LiftHold(reason="complaint_answered"), SHORT.hold_id).then_refused(HoldIsOver)


def test_only_a_hold_of_this_case_is_lifted():
    given(FAMILY, CLAIM).when(LiftHold(reason="claim_settled"), the("another")).then_refused(NotOnThisCase)


def test_the_record_is_held_until_the_last_hold_is_over():
    assert held_on(TODAY, CLAIM, SHORT) == ["legal_claim", "complaint"]
    assert held_on(date(2025, 11, 19), SHORT) == ["complaint"]
    assert held_on(date(2025, 11, 20), SHORT) == []
    assert held_on(TODAY, CLAIM, SHORT, SETTLED) == ["complaint"]
    assert held_on(date(2025, 11, 20), CLAIM, SHORT, SETTLED) == []
