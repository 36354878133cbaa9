"""The plan as it stood at any time."""

from datetime import date
from uuid import uuid4

import pytest

from case_api.domain.facts.plans import (
    Disagreement,
    PlanAgreed,
    PlanClosed,
    PlannedMeasure,
    PlannedNeed,
    PlanParty,
    SupportPlanned,
)
from case_api.views.plan_view import PlanView, plan_view
from tests import canaries
from tests.story import AUTHORITY, POLICY, Story, at

FATHER = PlanParty(role="father", name="Tom Reid")


def shown(story: Story, valid: str, known: str | None = None) -> PlanView:
    return plan_view(story.events, at(valid, known), POLICY, AUTHORITY)


@pytest.fixture
def story() -> Story:
    """Settled in January, agreed in February, agreed anew in March but written down in April, closed in May."""
    story, plan_id = Story().registered(), uuid4()
    need = PlannedNeed(
        need="language", action=canaries.FREE_TEXT, outcome="Three steps", responsible="hay", by_when=date(2026, 5, 1)
    )
    first = PlanAgreed(
        plan_id=plan_id,
        version=1,
        agreed_on=date(2026, 2, 10),
        needs=(need,),
        parties=(PlanParty(role="mother", person=story.anna),),
        disagreements=(Disagreement(party=FATHER, about=canaries.FREE_TEXT),),
    )
    required = SupportPlanned(
        measures=(PlannedMeasure(strategy_code="visual_timetable"),),
        intended_outcomes=("Starts alone",),
        review_on=date(2026, 2, 10),
        responsible=("okafor",),
    )
    story.then("2026-01-20", required)
    story.then("2026-02-10", first)
    second = first.model_copy(update={"version": 2, "agreed_on": date(2026, 3, 24), "disagreements": ()})
    story.then("2026-03-24", second, recorded="2026-04-01")
    story.then("2026-05-19", PlanClosed(plan_id=plan_id, on=date(2026, 5, 19), reason="Outcomes met."))
    return story


def test_the_version_in_force_depends_on_the_day(story):
    days = ("2026-02-09", "2026-02-10", "2026-03-24", "2026-05-19")
    versions = [plan.version if (plan := shown(story, day).plan) else None for day in days]
    assert versions == [None, 1, 2, None]


def test_the_version_in_force_depends_on_what_was_known(story):
    known = {day: shown(story, "2026-03-30", known=day).plan for day in ("2026-03-30", "2026-04-01")}
    assert {day: plan.version for day, plan in known.items() if plan} == {"2026-03-30": 1, "2026-04-01": 2}


def test_who_disagrees_stands_beside_who_agrees(story):
    plan = shown(story, "2026-02-10").plan
    assert plan
    assert [party.person for party in plan.parties] == [story.anna]
    assert [one.party.name for one in plan.disagreements] == ["Tom Reid"]


def test_what_was_found_to_be_required_is_there_from_that_day(story):
    assert not shown(story, "2026-01-19").planned_supports
    [planned] = shown(story, "2026-01-20").planned_supports
    assert [one.strategy_code for one in planned.measures] == ["visual_timetable"]


def test_the_schema_of_an_answer_knows_no_null():
    assert '"null"' not in str(PlanView.model_json_schema(mode="serialization")).replace("'", '"')
