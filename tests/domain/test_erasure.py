"""Erasing a learner: nothing that was known is left in the case, and a legal hold stands in the way (D10, I34)."""

from datetime import date

from case_api.domain.case import Case
from case_api.domain.decisions.erasure import EraseLearner, EraseMatter, HeldByLaw, KeptBySchedule, MatterErasedByOthers
from case_api.domain.facts.erasure import PersonalDataKeyDestroyed
from case_api.domain.facts.placements import LearnerLeft
from case_api.domain.facts.protection import GroupJoined
from case_api.domain.facts.retention import RetentionHoldLifted, RetentionHoldPlaced
from case_api.domain.matter import Matter
from tests.domain.dsl import a, given
from tests.domain.protecting import CONCERN_RECORDED, MATTER, OVERRIDDEN, in_a_matter, matter_with
from tests.domain.running import CASE, NOON, Running
from tests.domain.situations import ANNA, DIRECTORY, FAMILY, MAJA, TOM, the

CLAIM = RetentionHoldPlaced(hold_id=the("claim"), reason="legal_claim")
SHORT = RetentionHoldPlaced(hold_id=the("short"), reason="complaint", until=date(2025, 11, 20))
LEFT = LearnerLeft(left_on=date(2019, 6, 28), reason="school_over")
OVER = "retention_period_over"
SETTLED = RetentionHoldLifted(hold_id=the("claim"), reason="claim_settled")
ERASE = EraseLearner(reason="request_upheld", key_ids=(CASE,))
ERASE_MATTER = EraseMatter(reason="court_order")
GONE = PersonalDataKeyDestroyed(reason="court_order", facts=2, key_ids=(MATTER,))
ERASED = PersonalDataKeyDestroyed(reason="request_upheld", facts=4, key_ids=(CASE,))


def test_the_keys_of_the_case_and_of_everybody_in_it_are_named_once():
    decision = given(FAMILY).when(ERASE).decision
    [erased] = decision.events
    assert isinstance(erased, PersonalDataKeyDestroyed)
    assert set(erased.key_ids) >= {CASE, MAJA, ANNA, TOM}
    assert len(set(erased.key_ids)) == len(erased.key_ids)


def test_while_a_legal_hold_stands_nothing_is_erased():
    held = given(FAMILY, CLAIM, SHORT)
    held.when(ERASE).then_refused(
        HeldByLaw, missing=[("legal_hold", the("claim"), "legal_claim"), ("legal_hold", the("short"), "complaint")]
    )
    given(FAMILY, CLAIM, SETTLED).when(ERASE).then(a(PersonalDataKeyDestroyed, reason="request_upheld"))
    given(FAMILY, SHORT).at("2025-11-19").when(ERASE).then_refused(HeldByLaw)
    given(FAMILY, SHORT).at("2025-11-20").when(ERASE).then(PersonalDataKeyDestroyed)


def test_a_learner_is_erased_as_due_only_once_the_schedule_says_so_and_before_for_another_reason():
    as_due = ERASE.model_copy(update={"reason": OVER})
    given(FAMILY).when(as_due).then_refused(KeptBySchedule, missing=[("kept_until", "no day yet")])
    left = given(FAMILY, LEFT)
    left.at("2024-06-27").when(as_due).then_refused(KeptBySchedule, missing=[("kept_until", "2024-06-28")])
    left.at("2024-06-28").when(as_due).then(a(PersonalDataKeyDestroyed, reason=OVER))
    left.at("2024-06-27").when(ERASE).then(a(PersonalDataKeyDestroyed, reason="request_upheld"))
    given(FAMILY, LEFT, CLAIM).when(as_due).then_refused(HeldByLaw)


def test_a_matter_is_erased_as_due_by_its_own_schedule_and_not_by_that_of_the_case():
    as_due = ERASE_MATTER.model_copy(update={"reason": OVER})
    matter = in_a_matter(beside=(LEFT,)).by("sinclair", "operator")
    matter.at("2041-05-10").when(as_due).then_refused(KeptBySchedule, missing=[("kept_until", "2041-05-11")])
    matter.at("2041-05-11").when(as_due).then(a(PersonalDataKeyDestroyed, reason=OVER))


def test_what_was_erased_is_not_erased_again():
    given(FAMILY, ERASED).when(ERASE).then_nothing()


def test_of_an_erased_case_the_fold_holds_the_erasure_alone():
    running = Running(DIRECTORY)
    running.record((*FAMILY, CLAIM, ERASED), running.now)
    left = running.case
    assert left.erasure.done == ERASED
    empty = Case(CASE, left.version, left.recorded_at, erasure=left.erasure)
    assert left == empty


def test_of_a_matter_its_one_key_goes_and_its_coordinator_decides():
    in_a_matter(OVERRIDDEN).by("sinclair", "operator").when(ERASE_MATTER).then(GONE)


def test_of_a_group_only_who_may_authorise_decides_that_its_matter_is_erased():
    for member in ("bain", "hay"):
        in_a_matter().by(member, "operator").when(ERASE_MATTER).then_refused(MatterErasedByOthers)
    joined = GroupJoined(staff="adair", reason="Coordinates where she goes to school.")
    in_a_matter(joined).by("adair", "operator").when(ERASE_MATTER).then(PersonalDataKeyDestroyed)


def test_a_hold_on_the_case_holds_the_matter_beside_it():
    held = in_a_matter(beside=(CLAIM,)).by("sinclair", "operator")
    held.when(ERASE_MATTER).then_refused(HeldByLaw, missing=[("legal_hold", the("claim"), "legal_claim")])
    in_a_matter(beside=(CLAIM, SETTLED)).by("sinclair", "operator").when(ERASE_MATTER).then(PersonalDataKeyDestroyed)


def test_a_matter_that_was_erased_is_known_to_nobody_and_erased_once():
    left = matter_with(CONCERN_RECORDED, OVERRIDDEN, GONE)
    assert left == Matter(MATTER, left.version, left.recorded_at, erasure=left.erasure)
    assert left.erasure.done == GONE
    assert not any(left.may_be_read_by(staff, NOON) for staff in ("bain", "sinclair", "hay"))
    in_a_matter(OVERRIDDEN, GONE).by("sinclair", "operator").when(ERASE_MATTER).then_nothing()
