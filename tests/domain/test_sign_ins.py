"""What was signed for somebody can be ended before it ends by itself, for one or for all."""

from datetime import timedelta

from case_api.domain.decisions.sign_ins import EndSignIns
from case_api.domain.facts.authority import SignInsEnded
from tests.domain.dsl import a, given
from tests.domain.running import NOON, authority_after

MINUTE = timedelta(minutes=1)


def ended(subject=None, at=NOON):
    return SignInsEnded(subject=subject, issued_until=at, reason="left")


def test_it_is_recorded_up_to_when_and_why():
    command = EndSignIns(subject="okafor", issued_until=NOON, reason="lost")
    given().when(command).then(a(SignInsEnded, subject="okafor", issued_until=NOON, reason="lost"))


def test_a_token_of_theirs_that_was_issued_by_then_is_accepted_no_longer():
    authority = authority_after([ended("okafor")])
    assert authority.has_signed_out("okafor", NOON)
    assert not authority.has_signed_out("okafor", NOON + MINUTE)
    assert not authority.has_signed_out("hay", NOON - MINUTE)


def test_without_a_subject_it_is_so_for_everybody():
    authority = authority_after([ended("okafor", NOON - MINUTE), ended()])
    assert authority.has_signed_out("okafor", NOON)
    assert authority.has_signed_out("hay", NOON)
    assert not authority.has_signed_out("hay", NOON + MINUTE)


def test_what_was_ended_never_begins_again():
    authority = authority_after([ended("okafor"), ended("okafor", NOON - MINUTE)])
    assert authority.has_signed_out("okafor", NOON)
