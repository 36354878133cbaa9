"""Erasing a learner: nothing that was known is left in the case, and a legal hold stands in the way (D10, I34)."""

from datetime import date

from case_api.domain.case import Case
from case_api.domain.decisions.erasure import EraseLearner, HeldByLaw
from case_api.domain.facts.erasure import PersonalDataKeyDestroyed
from case_api.domain.facts.retention import RetentionHoldLifted, RetentionHoldPlaced
from tests.domain.dsl import a, given
from tests.domain.running import CASE, Running
from tests.domain.situations import ANNA, DIRECTORY, FAMILY, MAJA, TOM, the

CLAIM = RetentionHoldPlaced(hold_id=the("claim"), reason="legal_claim")
SHORT = RetentionHoldPlaced(hold_id=the("short"), reason="complaint", until=date(2025, 11, 20))
SETTLED = RetentionHoldLifted(hold_id=the("claim"), reason="claim_settled")
ERASE = EraseLearner(reason="request_upheld", key_ids=(CASE,))
ERASED = PersonalDataKeyDestroyed(reason="request_upheld", facts=4, key_ids=(CASE,))


def test_the_keys_of_the_case_and_of_everybody_in_it_are_named_once():
    decision = given(FAMILY).when(ERASE).decision
    [erased] = decision.events
    assert isinstance(erased, PersonalDataKeyDestroyed)
    assert set(erased.key_ids) >= {CASE, MAJA, ANNA, TOM}
    assert len(set(erased.key_ids)) == len(erased.key_ids)


def test_while_a_legal_hold_stands_nothing_is_erased():
    held = given(FAMILY, CLAIM, SHORT)
    held.when(ERASE).then_refused(HeldByLaw, missing=[("legal_hold", the("claim")), ("legal_hold", the("short"))])
    given(FAMILY, CLAIM, SETTLED).when(ERASE).then(a(PersonalDataKeyDestroyed, reason="request_upheld"))
    given(FAMILY, SHORT).at("2025-11-19").when(ERASE).then_refused(HeldByLaw)
    given(FAMILY, SHORT).at("2025-11-20").when(ERASE).then(PersonalDataKeyDestroyed)


def test_what_was_erased_is_not_erased_again():
    given(FAMILY, ERASED).when(ERASE).then_nothing()


def test_of_an_erased_case_the_fold_holds_the_erasure_alone():
    running = Running(DIRECTORY)
    running.record((*FAMILY, CLAIM, ERASED), running.now)
    left = running.case
    assert left.erasure.done == ERASED
    empty = Case(CASE, left.version, left.recorded_at, erasure=left.erasure)
    assert left == empty
