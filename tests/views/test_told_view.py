"""The ledger of who was told."""

from uuid import uuid4

import pytest

from case_api.domain.facts.told import DisclosureMade
from case_api.views.answer import NothingKnown
from case_api.views.told_view import told_view
from tests.story import AUTHORITY, POLICY, Story, at


def reported(told, day, message, about, delivery, **more):
    told.then(
        day,
        DisclosureMade(
            message_id=message,
            about=about,
            to="service:slt",
            channel="webhook",
            template="request",
            delivery=delivery,
            **more,
        ),
    )


def ledger(story, told, valid, known=None):
    return told_view(story.events, told.events, at(valid, known), POLICY, AUTHORITY).items


def test_a_message_has_one_line_with_its_latest_outcome_of_the_time():
    story, told = Story().registered(), Story(stream=uuid4())
    message, about = uuid4(), story.events[0].event_id
    reported(told, "2025-09-10", message, about, "in_doubt")
    reported(told, "2025-09-11", message, about, "sent", possible_duplicate=True)
    assert ledger(story, told, "2025-09-09") == ()
    [first] = ledger(story, told, "2025-09-10")
    [last] = ledger(story, told, "2025-09-11")
    assert (first.delivery, last.delivery, last.possible_duplicate) == ("in_doubt", "sent", True)
    assert last.about_type == "LearnerRegistered.v1"
    [known_then] = ledger(story, told, "2025-12-01", known="2025-09-10")
    assert known_then.delivery == "in_doubt"


def test_nobody_can_be_told_of_an_unknown_case():
    with pytest.raises(NothingKnown):
        ledger(Story(), Story(stream=uuid4()), "2025-09-10")
