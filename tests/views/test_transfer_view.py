"""A transfer as it is read: what was sent stays what was sent."""

from datetime import date
from uuid import uuid4

import pytest

from case_api.domain.event import Unreadable
from case_api.domain.facts.transfers import RecordReceived, RecordTransferred
from case_api.domain.questions.record_content import content_of
from case_api.views.answer import NothingKnown
from case_api.views.timeline import timeline
from case_api.views.transfer_view import transfer_view
from tests.story import AUTHORITY, POLICY, Story, at

TRANSFER = uuid4()


def sent() -> Story:
    """Sent on 12 May, received on 14 May; recorded on 15 May."""
    story = Story().registered()
    story.agreed("2025-11-12")
    content = content_of(story.events, len(story.events))
    fact = RecordTransferred(
        transfer_id=TRANSFER,
        to_setting="burnside-academy",
        to_staff="lennox",
        from_day=date(2026, 8, 18),
        content_hash=content.hash,
        events=content.events,
        upto=len(story.events),
    )
    story.then("2026-05-12", fact)
    receipt = RecordReceived(transfer_id=TRANSFER, received_by="lennox", content_hash=content.hash)
    story.then("2026-05-14", receipt, recorded="2026-05-15")
    return story


def shown(story, valid, known=None, transfer=TRANSFER):
    return transfer_view(story.events, at(valid, known), POLICY, transfer)


def test_what_was_sent_can_be_hashed_as_it_stands():
    story = sent()
    view = shown(story, "2026-05-20")
    assert (view.unchanged, view.events, view.state) == (True, 6, "received")
    assert content_of(story.events, 6).text == view.content
    assert view.received_at == date(2026, 5, 14)


def test_it_is_on_its_way_as_long_as_no_receipt_was_known():
    view = shown(sent(), "2026-05-14", known="2026-05-14")
    assert (view.state, view.received_at, view.unchanged) == ("sent", None, True)


def test_there_is_no_transfer_before_it_was_sent_and_none_of_another_id():
    for question in (
        lambda: shown(sent(), "2026-05-11"),
        lambda: shown(sent(), "2026-05-20", known="2026-05-11"),
        lambda: shown(sent(), "2026-05-20", transfer=uuid4()),
    ):
        with pytest.raises(NothingKnown):
            question()


def test_an_erasure_since_shows():
    story = sent()
    erased = Unreadable(why="erased", stored_name="CarerLinked.v1")
    story.events[1] = story.events[1].but(fact=erased, envelope=None)
    assert not shown(story, "2026-05-20").unchanged


def test_the_timeline_tells_of_both():
    lines = [item.summary for item in timeline(sent().events, at("2026-05-20"), POLICY, AUTHORITY).items[-2:]]
    assert lines == [
        "The record was sent on to burnside-academy.",
        "The record arrived where it was sent, complete.",
    ]
