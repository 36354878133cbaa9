"""The postcards of a case, at any time."""

from datetime import date
from uuid import uuid4

import pytest

from case_api.domain.facts.postcards import PostcardReplied, PostcardSent
from case_api.domain.facts.told import DisclosureWithheld, Withheld
from case_api.views.answer import NothingKnown
from case_api.views.postcards_view import postcards_of_carer, postcards_view
from case_api.views.timeline import timeline
from tests.boards.log import beside
from tests.story import AUTHORITY, POLICY, Story, at

CARD = uuid4()


def told() -> Story:
    """Sent on 26 September, answered on 6 October."""
    story = Story().registered()
    card = PostcardSent(
        thread=CARD, direction="try_at_home", carer=story.anna, staff="okafor", text="Cztery obrazki.", language="pl"
    )
    story.then("2025-09-26", card)
    answer = PostcardReplied(thread=CARD, carer=story.anna, rating=4, text="Four nights of five.", language="en")
    story.then("2025-10-06", answer, recorded="2025-10-08")
    return story


def cards(story, valid, known=None):
    return postcards_view(story.events, at(valid, known), POLICY, AUTHORITY)


def test_a_postcard_is_there_from_its_day_on_and_waits_for_the_other_side():
    story = told()
    assert cards(story, "2025-09-25").items == ()
    [card] = cards(story, "2025-10-05").items
    assert (card.thread, card.staff, card.awaits, card.replies) == (CARD, "okafor", "home", ())


def test_an_answer_is_there_once_it_was_given_and_known():
    story = told()
    [card] = cards(story, "2025-10-07").items
    [answer] = card.replies
    assert (card.awaits, answer.by, answer.rating, answer.text) == (None, "home", 4, "Four nights of five.")
    assert cards(story, "2025-10-07", known="2025-10-07").items[0].replies == ()


def test_a_carer_sees_their_own_alone():
    story = told()
    shown = cards(story, "2025-10-07")
    assert shown.of(story.anna).items == shown.items
    assert shown.of(story.learner).items == ()


def test_nothing_is_shown_of_a_case_that_was_not_on_record():
    with pytest.raises(NothingKnown):
        cards(told(), "2025-10-07", known="2025-01-01")


def test_the_timeline_tells_of_a_postcard_without_its_words():
    items = timeline(told().events, at("2025-10-07"), POLICY, AUTHORITY).items
    assert [item.summary for item in items[-2:]] == ["A postcard was sent: try at home.", "A postcard was answered."]


@pytest.mark.parametrize("named", [False, True])
def test_a_card_is_not_told_as_unanswered_to_a_carer_from_whom_the_answer_is_withheld(named):
    story = Story().registered()
    own = PostcardSent(thread=CARD, direction="tried_at_home", carer=story.anna, text="A song.", language="en")
    story.then("2025-09-26", own)
    answer = story.then("2025-09-27", PostcardReplied(thread=CARD, staff="okafor", text="Thanks.", language="en"))
    ledger = beside(story)
    kept = DisclosureWithheld(
        withholding_id=uuid4(),
        person_id=story.anna,
        extent="everything",
        about=Withheld(events=(answer.event_id,)) if named else None,
        reason="It may raise risk.",
        authoriser="hay",
        review_on=date(2025, 11, 1),
    )
    ledger.then("2025-09-28", kept)

    def read(told):
        return postcards_of_carer(story.events, told, at("2025-10-07"), POLICY, AUTHORITY, story.anna).items

    [card] = read(ledger.events)
    assert (card.text, card.replies, card.awaits) == ("A song.", (), None)
    [whole] = read(())
    assert [reply.text for reply in whole.replies] == ["Thanks."]
