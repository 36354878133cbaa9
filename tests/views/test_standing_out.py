"""What stood out in a case, then and now (I28, D6)."""

from datetime import date

from case_api.domain.facts.watches import WatchCleared, WatchEscalated, WatchRaised
from case_api.views.case_view import case_view
from tests.story import AUTHORITY, POLICY, Story, at

REVIEW = {"watch": "review_overdue", "due": date(2026, 2, 10)}


def test_a_watch_shows_from_its_day_until_it_is_over_and_the_past_stays_as_it_was():
    story = Story().registered()
    story.then("2026-02-11", WatchRaised(**REVIEW, since=date(2025, 11, 4), waits_for="hay"), recorded="2026-02-13")
    story.then("2026-02-18", WatchEscalated(**REVIEW))
    story.then("2026-02-20", WatchCleared(**REVIEW, because="settled"))

    def shown(valid, known=None):
        view = case_view(story.events, at(valid, known), POLICY, AUTHORITY)
        return [(one.watch, one.raised_on, one.escalated) for one in view.stands_out]

    raised = ("review_overdue", date(2026, 2, 11))
    assert shown("2026-02-10") == []
    assert shown("2026-02-12") == [(*raised, False)]
    assert shown("2026-02-12", known="2026-02-12") == []
    assert shown("2026-02-19") == [(*raised, True)]
    assert shown("2026-02-21") == []
    assert shown("2026-02-21", known="2026-02-19") == [(*raised, True)]
