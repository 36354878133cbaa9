"""Break-glass, as a decision: for four hours, for a reason, by somebody who is not of the group (R80, I30)."""

from datetime import timedelta

from case_api.domain.decisions.emergency_access import TakeEmergencyAccess
from case_api.domain.facts.emergency_access import EmergencyAccessTaken
from tests.domain.protecting import CONCERN_RECORDED, in_a_matter, matter_with
from tests.domain.running import NOON

TAKE = TakeEmergencyAccess(reason="Nobody of the group answers.")
TAKEN = EmergencyAccessTaken(staff="moffat", reason="Nobody of the group answers.", until=NOON + timedelta(hours=4))


def test_it_lasts_four_hours_and_says_why():
    in_a_matter().by("moffat", "school_leader").when(TAKE).then(TAKEN)


def test_who_may_read_already_takes_nothing():
    in_a_matter().by("hay", "pupil_support").when(TAKE).then()
    in_a_matter(TAKEN).by("moffat", "school_leader").when(TAKE).then()


def test_it_opens_reading_until_its_last_moment_and_is_no_membership():
    matter, last = matter_with(CONCERN_RECORDED, TAKEN), NOON + timedelta(hours=4)
    assert matter.may_be_read_by("moffat", NOON)
    assert matter.may_be_read_by("moffat", last - timedelta(seconds=1))
    assert not matter.may_be_read_by("moffat", last)
    assert not matter.may_be_read_by("okafor", NOON)
    assert not matter.is_known_to("moffat")
    assert matter.may_be_read_by("hay", last)


def test_once_it_is_over_it_can_be_taken_again():
    later = in_a_matter(TAKEN).by("moffat", "school_leader").at("2025-11-20")
    later.when(TAKE).then(TAKEN.model_copy(update={"until": later.now + timedelta(hours=4)}))
