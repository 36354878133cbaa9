"""A request on a duty in law is answered in time, or it shows that it was not (Q6 of the acceptance year)."""

from datetime import UTC, date, datetime

import pytest

from case_api.domain.event import Event
from case_api.domain.facts.recommendations import RecommendationMade
from case_api.domain.facts.requests import AssistanceDeclined, AssistanceRequested
from case_api.domain.profiles import TimeLimit
from case_api.domain.questions.clocks import Clock, clock_of, clocks_of_requests
from tests.domain.dsl import a, given
from tests.domain.running import POLICY, Running
from tests.domain.situations import ACCEPTED, DIRECTORY, READY_TO_ASK, REQUEST, REQUESTED, request_slt, the

BEGAN, DUE = date(2025, 11, 14), date(2026, 1, 23)
ON_A_DUTY = REQUESTED.model_copy(update={"statutory_basis": "asl_s23", "due_on": DUE})
RECOMMENDED = RecommendationMade(
    request_id=REQUEST,
    service="slt",
    recommendation_id=the("cards"),
    strategies=("One step at a time",),
    audience_roles=("teacher",),
)
DECLINED = AssistanceDeclined(
    request_id=REQUEST, service="slt", reason_code="threshold", explanation="Below it.", advice="Counselling."
)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def clock(asked: Event, seen: date, *after: tuple[date, Event]) -> Clock | None:
    """The clock of a request of 14 November as it stood on a day."""
    running = Running(DIRECTORY)
    running.record(READY_TO_ASK, date(2025, 11, 13))
    running.record([asked], BEGAN)
    for day, fact in after:
        running.now = noon(day)
        running.record([fact], day)
    return clock_of(running.case, running.case.requests.by_id[REQUEST], noon(seen), POLICY)


@pytest.mark.parametrize(
    ("answers", "seen", "state", "met_on"),
    [
        ((), DUE, "running", None),
        ((), date(2026, 1, 24), "missed", None),
        (((date(2026, 1, 21), RECOMMENDED),), date(2026, 2, 1), "kept", date(2026, 1, 21)),
        (((date(2026, 1, 21), RECOMMENDED),), date(2026, 1, 20), "running", None),
        (((DUE, RECOMMENDED),), DUE, "kept", DUE),
        (((date(2026, 1, 24), RECOMMENDED),), date(2026, 2, 1), "missed", date(2026, 1, 24)),
        (((date(2025, 12, 1), DECLINED),), date(2026, 2, 1), "stopped", None),
        (((date(2026, 1, 24), DECLINED),), date(2026, 2, 1), "missed", None),
    ],
)
def test_the_limit_runs_from_the_request_to_the_first_recommendation(answers, seen, state, met_on):
    accepted = ((date(2025, 12, 3), ACCEPTED),) if (RECOMMENDED in [fact for _, fact in answers]) else ()
    assert clock(ON_A_DUTY, seen, *accepted, *answers) == Clock("asl_s23", BEGAN, DUE, state, met_on)


def test_the_first_of_several_recommendations_counts():
    later = RECOMMENDED.model_copy(update={"recommendation_id": the("more cards")})
    answers = ((date(2025, 12, 3), ACCEPTED), (date(2026, 1, 21), RECOMMENDED), (date(2026, 3, 1), later))
    found = clock(ON_A_DUTY, date(2026, 3, 2), *answers)
    assert found
    assert (found.state, found.met_on) == ("kept", date(2026, 1, 21))


def test_no_duty_no_clock_and_no_limit_in_the_pack_no_clock():
    assert clock(REQUESTED, DUE) is None
    assert clock(REQUESTED.model_copy(update={"statutory_basis": "another_duty"}), DUE) is None


def test_the_last_day_is_set_with_the_request_and_no_later_policy_moves_it():
    shorter = TimeLimit(length=2, unit="weeks")
    later = POLICY.model_copy(update={"version": "2", "clocks": {**POLICY.clocks, "asl_s23": shorter}})
    asked_for = request_slt(statutory_basis="asl_s23")
    given(READY_TO_ASK).when(asked_for).then(a(AssistanceRequested, due_on=DUE))
    given(READY_TO_ASK).when(request_slt(statutory_basis="no_such_duty")).then(a(AssistanceRequested, due_on=None))
    running = Running(DIRECTORY)
    running.record((*READY_TO_ASK, ON_A_DUTY), BEGAN)
    found = clock_of(running.case, running.case.requests.by_id[REQUEST], noon(DUE), later)
    assert found
    assert (found.due, found.state) == (DUE, "running")


def test_the_clocks_of_a_case_are_those_of_the_requests_made_by_then():
    running = Running(DIRECTORY)
    running.record((*READY_TO_ASK, ON_A_DUTY), BEGAN)
    at = noon(date(2025, 12, 1))
    assert [(one, found.due) for one, found in clocks_of_requests(running.case, at, POLICY)] == [(REQUEST, DUE)]
    assert list(clocks_of_requests(running.case, noon(date(2025, 11, 13)), POLICY)) == []
