"""A request that stands on a duty in law shows its time limit (Q6 of the acceptance year)."""

from datetime import date
from uuid import UUID, uuid4

from case_api.domain.facts.recommendations import RecommendationMade
from case_api.domain.facts.requests import AssistanceAccepted
from case_api.views.request_view import Asking, request_view
from tests.story import AUTHORITY, POLICY, Story, at, evening


def clock(story: Story, request: UUID, day: str):
    asking = Asking(request, None, evening("2026-08-01"))
    return request_view(story.events, at(day), POLICY, AUTHORITY, asking).clock


def test_the_limit_is_shown_while_it_runs_and_how_it_ended():
    story = Story().registered()
    story.agreed("2025-11-13", "learning_profile")
    request = story.asked("2025-11-14", statutory_basis="asl_s23", due_on=date(2026, 1, 23))
    story.then(
        "2025-12-03",
        AssistanceAccepted(request_id=request, service="slt", input_kind="assessment", practitioner="Ms Rao"),
    )
    story.then(
        "2026-01-21",
        RecommendationMade(
            request_id=request,
            service="slt",
            recommendation_id=uuid4(),
            strategies=("One step at a time",),
            audience_roles=("teacher",),
        ),
    )
    running, kept = clock(story, request, "2026-01-20"), clock(story, request, "2026-02-01")
    assert running
    assert kept
    assert (running.due, running.state, running.kept) == (date(2026, 1, 23), "running", None)
    assert (kept.state, kept.met_on, kept.kept) == ("kept", date(2026, 1, 21), True)


def test_a_request_without_such_a_duty_shows_none():
    story = Story().registered()
    story.agreed("2025-11-13", "learning_profile")
    assert clock(story, story.asked("2025-11-14"), "2025-11-15") is None
