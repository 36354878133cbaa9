"""The ledger of who was told."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from case_api.domain.facts.told import DisclosureMade, DisclosureWithheld, WithholdingLifted, WithholdingRenewed
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


@pytest.fixture
def grants_year():
    """E8, E26, E58: detail is kept from a father, on his son's wish, until he hears it from him."""
    story, told = Story().registered(), Story(stream=uuid4())
    father, kept = UUID(int=7), uuid4()
    said = {"person_id": father, "extent": "detail", "reason": "His wish.", "wish_of": "learner"}
    told.then(
        "2025-09-12",
        DisclosureWithheld(withholding_id=kept, authoriser="lennox", review_on=date(2025, 11, 5), **said),
    )
    following = date(2026, 6, 16)
    told.then(
        "2025-11-05",
        WithholdingRenewed(withholding_id=kept, reason="Still.", authoriser="moffat", review_on=following),
    )
    told.then("2026-06-16", WithholdingLifted(withholding_id=kept, reason="He told him."))
    return story, told


def withheld(grants_year, valid, known=None):
    story, told = grants_year
    return told_view(story.events, told.events, at(valid, known), POLICY, AUTHORITY).withheld


def test_what_is_withheld_is_shown_with_its_reason_and_its_day_of_review(grants_year):
    assert withheld(grants_year, "2025-09-11") == ()
    [line] = withheld(grants_year, "2025-11-05")
    assert (line.extent, line.reason, line.authoriser, line.wish_of) == ("detail", "His wish.", "moffat", "learner")
    assert (line.since, line.review_on) == (date(2025, 9, 12), date(2026, 6, 16))
    assert [renewal.reason for renewal in line.renewals] == ["Still."]
    assert line.lifted_at is None


def test_a_review_that_nobody_held_is_overdue_from_the_day_after(grants_year):
    [due] = withheld(grants_year, "2025-11-05", known="2025-11-04")
    [late] = withheld(grants_year, "2025-11-06", known="2025-11-04")
    assert (due.overdue, late.overdue) == (False, True)


def test_what_was_lifted_is_still_on_record_and_not_overdue(grants_year):
    [line] = withheld(grants_year, "2026-08-01")
    assert (line.lifted_at, line.lifted_because, line.overdue) == (date(2026, 6, 16), "He told him.", False)
    [before] = withheld(grants_year, "2026-08-01", known="2026-06-01")
    assert (before.lifted_at, before.overdue) == (None, True)


def test_nobody_can_be_told_of_an_unknown_case():
    with pytest.raises(NothingKnown):
        ledger(Story(), Story(stream=uuid4()), "2025-09-10")
