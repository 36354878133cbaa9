"""Everyday supports: put in place, watched, ended."""

from datetime import date

from case_api.domain.decisions.supports import (
    AdjustSupport,
    ApplySupport,
    ChangedBeforeItBegan,
    EndSupport,
    ObserveEffect,
    SupportAlreadyEnded,
)
from case_api.domain.facts.supports import SupportAdjusted, SupportEffectObserved, SupportEnded, UniversalSupportApplied
from case_api.domain.questions.applying import StrategyNotAtThisLevel
from case_api.domain.questions.references import NotOnThisCase, NotYetHappened, ReferenceUnknown
from tests.domain.dsl import a, given
from tests.domain.running import POLICY, Running, new
from tests.domain.situations import APPLIED, DIRECTORY, FAMILY, NEED_ASSESSED, OBSERVED, TIMETABLE

PICTURES = ApplySupport(strategy_code="visual_timetable", need_refs=("language",))
ENDED = SupportEnded(measure_id=TIMETABLE, reason="replaced", on=date(2025, 11, 3))


def test_a_support_is_put_in_place_for_an_assessed_need():
    given(FAMILY, NEED_ASSESSED).when(PICTURES).then(
        a(UniversalSupportApplied, measure_id=new(1), area="physical", started_on=date(2025, 11, 14), by="hay")
    )


def test_a_support_answers_needs_that_were_assessed():
    given(FAMILY).when(PICTURES).then_refused(ReferenceUnknown, missing=[("unknown", "language")], pointer="/need_refs")


def test_a_support_comes_from_the_catalogue():
    given(FAMILY).when(ApplySupport(strategy_code="magic")).then_refused(ReferenceUnknown, pointer="/strategy_code")


def test_a_strategy_is_applied_at_a_level_that_the_catalogue_offers():
    only_universal = next(one for one in POLICY.strategies if one.code == "quiet_space").model_copy(
        update={"levels": ("universal",)}
    )
    policy = POLICY.model_copy(update={"strategies": (only_universal,)})
    augmented = ApplySupport(strategy_code="quiet_space", level="augmented")
    given(FAMILY).by("hay", policy=policy).when(augmented).then_refused(StrategyNotAtThisLevel, pointer="/level")
    given(FAMILY).when(augmented).then(UniversalSupportApplied)


def test_a_support_is_recorded_once_it_is_in_place():
    tomorrow = ApplySupport(strategy_code="quiet_space", started_on=date(2025, 11, 15))
    given(FAMILY).when(tomorrow).then_refused(NotYetHappened, pointer="/started_on")


def test_somebody_sees_what_a_support_does():
    seen = ObserveEffect(score=1, evidence="Starts alone.", place="home", by="anna")
    given(FAMILY, APPLIED).when(seen, TIMETABLE).then(a(SupportEffectObserved, score=1, place="home", by="anna"))


def test_there_is_no_effect_without_a_support():
    given(FAMILY).when(ObserveEffect(score=1, evidence="?"), TIMETABLE).then_refused(NotOnThisCase)
    given(FAMILY).when(EndSupport(reason="replaced"), TIMETABLE).then_refused(NotOnThisCase)


FEWER = AdjustSupport(change="Three pictures at a time.", reason="Six were too many.")


def test_a_support_goes_on_in_another_way():
    given(FAMILY, APPLIED).when(FEWER, TIMETABLE).then(
        SupportAdjusted(
            measure_id=TIMETABLE, change="Three pictures at a time.", reason="Six were too many.", on=date(2025, 11, 14)
        )
    )


def test_a_support_is_adjusted_while_it_runs():
    given(FAMILY).when(FEWER, TIMETABLE).then_refused(NotOnThisCase)
    given(FAMILY, APPLIED, ENDED).when(FEWER, TIMETABLE).then_refused(SupportAlreadyEnded)
    before = FEWER.model_copy(update={"on": date(2025, 9, 15)})
    given(FAMILY, APPLIED).when(before, TIMETABLE).then_refused(ChangedBeforeItBegan, pointer="/on")
    tomorrow = FEWER.model_copy(update={"on": date(2025, 11, 15)})
    given(FAMILY, APPLIED).when(tomorrow, TIMETABLE).then_refused(NotYetHappened, pointer="/on")


def test_a_support_ends_for_a_reason():
    given(FAMILY, APPLIED).when(EndSupport(reason="outcome_met"), TIMETABLE).then(
        SupportEnded(measure_id=TIMETABLE, reason="outcome_met", on=date(2025, 11, 14))
    )


def test_a_support_ends_once():
    given(FAMILY, APPLIED, ENDED).when(EndSupport(reason="replaced"), TIMETABLE).then_refused(SupportAlreadyEnded)


def test_a_support_ends_after_it_began():
    early = EndSupport(reason="replaced", on=date(2025, 9, 15))
    given(FAMILY, APPLIED).when(early, TIMETABLE).then_refused(ChangedBeforeItBegan, pointer="/on")


def test_the_end_of_a_support_is_no_plan():
    given(FAMILY, APPLIED).when(EndSupport(reason="replaced", on=date(2025, 11, 15)), TIMETABLE).then_refused(
        NotYetHappened
    )


def test_a_support_runs_from_its_first_day_to_the_day_before_its_end():
    running = Running(DIRECTORY)
    running.record((APPLIED, OBSERVED, ENDED), running.now)
    days = (date(2025, 9, 15), date(2025, 9, 16), date(2025, 11, 2), date(2025, 11, 3))
    assert [len(running.case.supports.running_on(day)) for day in days] == [0, 1, 1, 0]
