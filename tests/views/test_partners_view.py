"""What somebody who teaches a learner sees of the services around them (R100, I14)."""

from datetime import date

import pytest

from case_api.domain.case import fold
from case_api.domain.facts.involvement import InvolvementEnded
from case_api.domain.facts.placements import LearnerPlaced
from case_api.domain.facts.recommendations import (
    RecommendationAcknowledged,
    RecommendationMade,
    RecommendationShared,
)
from case_api.domain.facts.requests import AssistanceAccepted
from case_api.views.partners_view import taught_learner
from tests.story import AUTHORITY, POLICY, Story, evening
from tests.views.test_recommendations_view import CARDS


@pytest.fixture
def story():
    story = Story().registered()
    story.then("2025-08-20", LearnerPlaced(setting="burnside-primary", setting_class="p5", from_day=date(2025, 8, 20)))
    story.agreed("2025-11-12")
    return story


def seen(story, day="2026-03-01", reader="okafor"):
    return taught_learner(fold(story.case_id, story.events), reader, evening(day), POLICY, AUTHORITY)


def accepted(story, **more):
    request = story.asked("2025-11-14", **more)
    named = {"request_id": request, "service": "slt"}
    story.then("2025-12-03", AssistanceAccepted(input_kind="assessment", practitioner="Ms Rao", **named))
    return named


def test_a_service_is_a_partner_from_its_acceptance_to_its_end(story):
    assert seen(story).partners == ()
    named = accepted(story)
    [partner] = seen(story).partners
    assert (partner.title, partner.role, partner.state) == ("Speech and Language Therapy", "therapist", "accepted")
    assert seen(story, "2025-12-02").partners == ()
    story.then("2026-05-13", InvolvementEnded(outcome="met", summary="Both outcomes were met.", **named))
    assert seen(story, "2026-05-14").partners == ()


def test_what_a_family_member_asked_for_in_confidence_stays_out_of_the_classroom(story):
    accepted(story, route="direct", parents_told=False)
    assert seen(story).partners == ()


def test_strategies_are_shown_to_those_with_whom_they_were_shared(story):
    named = accepted(story) | {"recommendation_id": CARDS}
    made = {"strategies": ("One step at a time",), "audience_roles": ("teacher",)}
    story.then("2026-01-21", RecommendationMade(**named, **made))
    assert seen(story).to_use == ()
    story.then("2026-01-21", RecommendationShared(**named, staff=("okafor",)))
    [to_use] = seen(story).to_use
    assert (to_use.strategies, to_use.acknowledged_on) == (("One step at a time",), None)
    story.then("2026-01-27", RecommendationAcknowledged(**named, staff="okafor"))
    assert seen(story).to_use[0].acknowledged_on == date(2026, 1, 27)
    assert seen(story, reader="roy").to_use == ()
