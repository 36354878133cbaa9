"""The rules as data."""

from notifier.rules import BY_EVENT_AND_ROLE, EVENTS, RULES
from notifier.settings import LETTERS


def test_no_event_and_role_has_two_rules():
    assert len(BY_EVENT_AND_ROLE) == sum(len(rule.roles) for rule in RULES)


def test_the_told_stream_never_comes_back_as_a_message():
    assert not {event for event in EVENTS if event.startswith("Disclosure")}


def test_a_service_hears_only_of_what_was_asked_of_it_of_pauses_and_of_meetings_to_which_it_is_invited():
    assert {event for event, role in BY_EVENT_AND_ROLE if role == "service"} == {
        "AssistanceRequested.v1",
        "AssistanceWithdrawn.v1",
        "FurtherInformationSupplied.v1",
        "InvolvementPaused.v1",
        "InvolvementResumed.v1",
        "MeetingPackIssued.v1",
    }


def test_every_letter_is_used():
    written = {path.stem for path in LETTERS.glob("*/*.txt") if not path.stem.startswith("_")}
    assert written == {rule.template for rule in RULES if "email" in rule.channels}
