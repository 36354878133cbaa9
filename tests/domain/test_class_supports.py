"""One support for a class or a group: what holds for all, and each learner's part in it."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from case_api.domain.decisions.class_supports import (
    LARGEST,
    ClassSupport,
    GroupSupport,
    NobodyInClass,
    NoSuchSetting,
    NotPlacedThere,
    TooManyLearners,
    what_holds_for_all,
)
from case_api.domain.decisions.supports import ObserveEffect
from case_api.domain.facts.authority import SettingListed
from case_api.domain.facts.placements import LearnerPlaced
from case_api.domain.facts.supports import UniversalSupportApplied
from case_api.domain.questions.applying import StrategyNotAtThisLevel
from case_api.domain.questions.asking import strategies_come_before_agencies
from case_api.domain.questions.references import NotYetHappened, ReferenceUnknown
from case_api.domain.refusal import Decision, together
from case_api.domain.words import MeasureTried
from tests.domain.dsl import Asked, given
from tests.domain.running import CASE, POLICY, Running, new
from tests.domain.situations import DIRECTORY, FAMILY, NEED_ASSESSED, the

BURNSIDE, TOGETHER = "burnside-primary", the("together")
NURTURE = ClassSupport(scope="class", setting_class="p7", strategy_code="nurture", started_on=date(2025, 9, 26))
IN_P7 = LearnerPlaced(setting=BURNSIDE, setting_class="p7", from_day=date(2025, 8, 20))
GROUP = GroupSupport(scope="group", cases=(CASE,), strategy_code="varied_grouping", need_refs=("language",))


def case_after(*facts):
    running = Running(DIRECTORY)
    running.record((*FAMILY, *facts), running.now)
    return running.case


def for_all(command, *cases, directory=DIRECTORY, policy=POLICY):
    """What stands in the way for everybody, for the verbs of the other tests."""
    running = Running(directory, policy=policy)
    refusals = what_holds_for_all(BURNSIDE, cases, command, running.situation())
    return Asked(Decision(refusals=refusals), running)


def test_each_learner_of_a_class_gets_a_measure_of_their_own():
    given(FAMILY, IN_P7).when(NURTURE, TOGETHER).then(
        UniversalSupportApplied(
            measure_id=new(1),
            strategy_code="nurture",
            catalogue_version=POLICY.ref,
            area="curriculum",
            scope="class",
            joint_id=TOGETHER,
            started_on=date(2025, 9, 26),
            by="hay",
        )
    )


def test_whoever_is_not_in_the_class_on_the_first_day_is_given_nothing():
    moved = LearnerPlaced(setting=BURNSIDE, setting_class="p6", from_day=date(2025, 9, 26))
    given(FAMILY, IN_P7, moved).when(NURTURE, TOGETHER).then_nothing()
    given(FAMILY).when(NURTURE, TOGETHER).then_nothing()
    elsewhere = IN_P7.model_copy(update={"setting": "elsewhere"})
    given(FAMILY, elsewhere).when(NURTURE, TOGETHER).then_nothing()
    later = moved.model_copy(update={"from_day": date(2025, 9, 27)})
    given(FAMILY, IN_P7, later).when(NURTURE, TOGETHER).then(UniversalSupportApplied)


def test_of_the_needs_named_each_learner_of_a_class_is_given_it_for_their_own():
    for_language = NURTURE.model_copy(update={"need_refs": ("language",)})
    assert needs_of(for_language, IN_P7, NEED_ASSESSED) == ("language",)
    assert needs_of(for_language, IN_P7) == ()
    for_all(for_language, case_after(IN_P7), case_after(IN_P7, NEED_ASSESSED)).then_nothing()
    for_all(for_language, case_after(IN_P7)).then_refused(ReferenceUnknown, missing=[("unknown", "language")])


def needs_of(command, *facts):
    [event] = given(FAMILY, *facts).when(command, TOGETHER).decision.events
    assert isinstance(event, UniversalSupportApplied)
    return event.need_refs


def test_a_class_without_learners_is_given_nothing_and_says_so():
    for_all(NURTURE).then_refused(NobodyInClass, pointer="/setting_class")
    for_all(NURTURE, case_after()).then_refused(NobodyInClass)


def test_no_class_is_larger_than_classes_are():
    case = case_after(IN_P7)
    for_all(NURTURE, *[case] * LARGEST).then_nothing()
    for_all(NURTURE, *[case] * (LARGEST + 1)).then_refused(TooManyLearners)


def test_what_is_wrong_for_everybody_is_said_once():
    case = case_after(IN_P7)
    changed = NURTURE.model_copy
    for_all(changed(update={"strategy_code": "magic"}), case).then_refused(ReferenceUnknown, pointer="/strategy_code")
    for_all(changed(update={"started_on": date(2025, 11, 15)}), case).then_refused(NotYetHappened)
    only_universal = POLICY.strategies[0].model_copy(update={"levels": ("universal",)})
    more = changed(update={"strategy_code": only_universal.code, "level": "augmented"})
    policy = POLICY.model_copy(update={"strategies": (only_universal,)})
    for_all(more, case, policy=policy).then_refused(StrategyNotAtThisLevel, pointer="/level")


def test_a_setting_that_is_not_listed_is_not_there():
    other = replace(DIRECTORY, settings={"elsewhere": SettingListed(setting="elsewhere", title="Elsewhere")})
    for_all(NURTURE, case_after(IN_P7), directory=other).then_refused(NoSuchSetting)


def test_a_group_is_made_of_learners_of_the_setting_who_have_the_needs_named():
    given(FAMILY, NEED_ASSESSED).when(GROUP, TOGETHER).then(UniversalSupportApplied)
    given(FAMILY).when(GROUP, TOGETHER).then_refused(ReferenceUnknown, missing=[("unknown", "language")])
    gone = LearnerPlaced(setting="elsewhere", from_day=date(2025, 9, 1))
    given(FAMILY, NEED_ASSESSED, gone).when(GROUP, TOGETHER).then_refused(NotPlacedThere, pointer="/cases")


def test_a_group_is_made_of_cases():
    given().when(GROUP, TOGETHER).then_refused(ReferenceUnknown, missing=[("unknown", CASE)], pointer="/cases")


def test_every_learner_who_stands_in_the_way_is_named():
    here, there = UUID(int=1), UUID(int=2)
    unknown = ReferenceUnknown(pointer="/need_refs")
    [named] = together({here: (NotPlacedThere(),), there: (NotPlacedThere(),)})
    assert [(one.what, one.case_id) for one in named.missing] == [
        ("not_placed_there", here),
        ("not_placed_there", there),
    ]
    assert [type(one) for one in together({here: (unknown,), there: (NotPlacedThere(), unknown)})] == [
        ReferenceUnknown,
        NotPlacedThere,
    ]
    assert together({here: (), there: ()}) == ()


def test_what_was_tried_with_the_class_was_tried_with_the_learner():
    running = Running(DIRECTORY)
    running.record((*FAMILY, IN_P7, NEED_ASSESSED), running.now)
    measure = running.ask(NURTURE, TOGETHER).created
    assert measure
    tried = (MeasureTried(measure_id=measure, need_ref="language"),)
    refused = strategies_come_before_agencies(running.case, ("language",), tried, None)
    assert refused
    assert [one.what for one in refused.missing] == ["effect_not_observed"]
    running.ask(ObserveEffect(score=0, evidence="No change."), measure)
    assert strategies_come_before_agencies(running.case, ("language",), tried, None) is None
