"""Supports with what came of them, at any two times."""

from datetime import date
from uuid import UUID

from case_api.domain.facts.supports import (
    SupportAdjusted,
    SupportEffectObserved,
    SupportEnded,
    TargetedSupportStarted,
    UniversalSupportApplied,
)
from case_api.domain.words import OutcomeStatus
from case_api.views.supports_view import supports_view
from tests.story import AUTHORITY, POLICY, Story, at

NURTURE, BLOCK, TOGETHER = (UUID(int=number) for number in (1, 2, 3))


def told():
    story = Story().registered()
    story.then("2025-09-26", UniversalSupportApplied(
        measure_id=NURTURE, strategy_code="nurture", catalogue_version=POLICY.ref, area="curriculum",
        scope="class", joint_id=TOGETHER, started_on=date(2025, 9, 26), by="bain",
    ))  # fmt: skip
    story.then("2025-10-20", SupportAdjusted(
        measure_id=NURTURE, change="Mornings too.", reason="Afternoons came too late.", on=date(2025, 10, 20)
    ), recorded="2025-10-24")  # fmt: skip
    story.then("2026-01-20", SupportEffectObserved(
        measure_id=NURTURE, score=0, place="school", evidence="No change.", by="bain",
        outcomes=(OutcomeStatus(outcome="calm", status="not_met"),),
    ))  # fmt: skip
    story.then("2026-02-10", TargetedSupportStarted(
        measure_id=BLOCK, strategy_code="agency_input", catalogue_version=POLICY.ref, service="slt",
        coordinator="hay", started_on=date(2026, 2, 10),
    ))  # fmt: skip
    story.then("2026-05-19", SupportEnded(measure_id=BLOCK, reason="outcome_met", on=date(2026, 5, 19)))
    return story


def shown(day, known=None):
    return {one.measure_id: one for one in supports_view(told().events, at(day, known), POLICY, AUTHORITY).items}


def test_a_support_shows_for_whom_it_is_and_who_gives_it():
    nurture = shown("2025-10-01")[NURTURE]
    assert (nurture.scope, nurture.joint_id, nurture.level, nurture.by) == ("class", TOGETHER, "universal", "bain")
    block = shown("2026-03-01")[BLOCK]
    assert (block.level, block.scope, block.service, block.coordinator) == ("targeted", "learner", "slt", "hay")


def test_a_support_shows_from_its_first_day_on_and_after_its_end():
    assert not shown("2025-09-25")
    assert set(shown("2026-02-09")) == {NURTURE}
    assert [shown(day)[BLOCK].end_reason for day in ("2026-05-18", "2026-05-19")] == [None, "outcome_met"]


def test_effects_and_adjustments_show_once_they_were_true_and_known():
    assert not shown("2025-10-19")[NURTURE].adjustments
    assert [one.change for one in shown("2025-10-20")[NURTURE].adjustments] == ["Mornings too."]
    assert not shown("2025-10-23", known="2025-10-23")[NURTURE].adjustments
    assert not shown("2026-01-19")[NURTURE].effects
    [effect] = shown("2026-01-20")[NURTURE].effects
    assert (effect.score, effect.place, effect.outcomes[0].status) == (0, "school", "not_met")
