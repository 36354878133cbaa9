"""Who has a recommendation, who says so, and how long it took (Q11 of the acceptance year)."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

from case_api.domain.facts.authority import StaffAssigned
from case_api.domain.facts.placements import LearnerPlaced
from case_api.domain.facts.recommendations import (
    RecommendationAcknowledged,
    RecommendationMade,
    RecommendationShared,
)
from case_api.views.recommendations_view import recommendations_view
from tests.story import AUTHORITY, POLICY, Story, at

CARDS, REQUEST = uuid4(), uuid4()
ABOUT = {"request_id": REQUEST, "service": "slt", "recommendation_id": CARDS}
STAFFED = replace(
    AUTHORITY,
    staff=tuple(
        StaffAssigned(
            staff=one, name=name, setting="burnside", setting_class="p5", role=role, from_day=date(2025, 8, 18)
        )
        for one, name, role in (("okafor", "Ms Okafor", "teacher"), ("dar", "Mr Dar", "support_assistant"))
    ),
)


def winter() -> Story:
    """E44: made and shared on 21 January, acknowledged by two the same day and by one on the 27th."""
    story = Story()
    story.registered(setting="burnside")
    story.then("2025-08-20", LearnerPlaced(setting="burnside", setting_class="p5", from_day=date(2025, 8, 20)))
    story.then(
        "2026-01-21",
        RecommendationMade(**ABOUT, strategies=("One step at a time",), audience_roles=("teacher",), for_home="Cards."),
    )
    story.then("2026-01-21", RecommendationShared(**ABOUT, staff=("okafor", "dar", "hay"), system="MIS"))
    for day, staff in (("2026-01-21", "okafor"), ("2026-01-21", "dar"), ("2026-01-27", "hay")):
        story.then(day, RecommendationAcknowledged(**ABOUT, staff=staff), by=staff)
    return story


def shown(story: Story, day: str):
    [only] = recommendations_view(story.events, at(day), POLICY, STAFFED).items
    return only


def test_three_of_three_have_it_and_the_slowest_took_four_school_days():
    one = shown(winter(), "2026-02-01")
    assert (one.shared, one.acknowledged, one.slowest_school_days) == (3, 3, 4)
    assert {holder.staff: holder.school_days for holder in one.holders} == {"okafor": 0, "dar": 0, "hay": 4}
    assert (one.title, one.for_home, one.left_out) == ("Speech and Language Therapy", "Cards.", ())
    assert one.holders[0].name == "Ms Okafor"


def test_before_the_last_has_answered_two_of_three_have_it():
    one = shown(winter(), "2026-01-26")
    assert (one.shared, one.acknowledged, one.slowest_school_days) == (3, 2, 0)


def test_before_it_was_made_there_was_none():
    assert recommendations_view(winter().events, at("2026-01-20"), POLICY, STAFFED).items == ()


def test_who_teaches_and_does_not_have_it_is_named_with_the_reason_given():
    story = winter()
    story.events[-4:] = []
    story.then("2026-01-21", RecommendationShared(**ABOUT, staff=("okafor",), left_out_reason="Leaves on Friday."))
    one = shown(story, "2026-01-22")
    assert (one.left_out, one.left_out_reasons) == (("dar",), ("Leaves on Friday.",))
