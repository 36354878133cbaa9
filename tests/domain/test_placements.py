"""Where the learner is, and who teaches them there."""

from dataclasses import replace
from datetime import date

from case_api.domain.decisions.placements import PlaceLearner, RecordLeaving
from case_api.domain.facts.authority import SettingListed, StaffAssigned
from case_api.domain.facts.placements import LearnerLeft, LearnerPlaced
from case_api.domain.facts.postcards import PostcardSent
from case_api.domain.questions.recipients import recipients
from case_api.domain.questions.references import ReferenceUnknown
from case_api.domain.questions.teaching import class_on, teachers_of
from tests.domain.dsl import given
from tests.domain.running import POLICY, Running
from tests.domain.situations import ANNA, DIRECTORY, FAMILY, the

BURNSIDE = "burnside-primary"
IN_P5 = LearnerPlaced(setting=BURNSIDE, setting_class="p5", from_day=date(2025, 8, 20))
TO_P6 = LearnerPlaced(setting=BURNSIDE, setting_class="p6", from_day=date(2026, 8, 17))
LISTED = {BURNSIDE: SettingListed(setting=BURNSIDE, title="Burnside Primary School")}


def staff(subject, role="teacher", *, setting=BURNSIDE, setting_class=None, until=None):
    return StaffAssigned(
        staff=subject,
        setting=setting,
        setting_class=setting_class,
        role=role,
        from_day=date(2025, 8, 18),
        until=until,
    )


def case_after(*facts):
    running = Running(DIRECTORY)
    running.record((*FAMILY, *facts), running.now)
    return running.case


def test_a_learner_is_placed_in_a_class():
    given(FAMILY).when(PlaceLearner(setting=BURNSIDE, setting_class="p5", from_day=date(2025, 8, 20))).then(IN_P5)


def test_a_placement_begins_on_the_day_it_is_told_of_unless_another_is_given():
    placed = PlaceLearner(setting=BURNSIDE, setting_class="p5", occurred_at=date(2025, 11, 3))
    given(FAMILY).when(placed).then(LearnerPlaced(setting=BURNSIDE, setting_class="p5", from_day=date(2025, 11, 3)))


def test_a_move_is_known_before_it_happens():
    given(FAMILY, IN_P5).when(PlaceLearner(setting=BURNSIDE, setting_class="p6", from_day=date(2026, 8, 17))).then(
        TO_P6
    )


def test_placing_a_learner_where_they_are_is_nothing_new():
    again = PlaceLearner(setting=BURNSIDE, setting_class="p5")
    given(FAMILY, IN_P5).when(again).then_nothing()
    given(FAMILY).when(PlaceLearner(setting=BURNSIDE)).then_nothing()
    given(FAMILY, IN_P5, TO_P6).when(again.model_copy(update={"from_day": date(2026, 9, 1)})).then(LearnerPlaced)


def test_a_learner_is_placed_in_a_setting_that_is_listed():
    directory = replace(DIRECTORY, settings=LISTED)
    elsewhere = PlaceLearner(setting="elsewhere", setting_class="p5")
    given(FAMILY).by(authority=directory).when(elsewhere).then_refused(ReferenceUnknown, pointer="/setting")
    given(FAMILY).by(authority=directory).when(PlaceLearner(setting=BURNSIDE, setting_class="p5")).then(LearnerPlaced)


def test_a_learner_is_where_they_were_registered_until_they_are_placed():
    case = case_after(IN_P5, LearnerPlaced(setting="burnside-academy", from_day=date(2026, 8, 17)))
    days = (date(2025, 8, 19), date(2025, 8, 20), date(2026, 8, 16), date(2026, 8, 17))
    assert [case.setting_on(day) for day in days] == [BURNSIDE, BURNSIDE, BURNSIDE, "burnside-academy"]
    assert [class_on(case, day) for day in days] == [None, "p5", "p5", None]


def test_of_two_placements_from_one_day_the_later_recorded_holds():
    assert class_on(case_after(IN_P5, replace_class(IN_P5, "p4")), date(2025, 9, 1)) == "p4"


def replace_class(placed, setting_class):
    return placed.model_copy(update={"setting_class": setting_class})


def test_teachers_are_the_staff_of_the_class_and_who_teaches_in_the_whole_setting():
    directory = replace(
        DIRECTORY,
        staff=(
            staff("okafor", setting_class="p5"),
            staff("bain", "support_assistant", setting_class="p5"),
            staff("quinn", setting_class="p6"),
            staff("mair"),
            staff("lennox", "school_leader"),
            staff("reid", setting="burnside-academy"),
            staff("old", setting_class="p5", until=date(2025, 10, 31)),
        ),
    )
    case = case_after(IN_P5, TO_P6)
    assert teachers_of(case, directory, date(2025, 10, 31)) == ("okafor", "bain", "mair", "old")
    assert teachers_of(case, directory, date(2025, 11, 1)) == ("okafor", "bain", "mair")
    assert teachers_of(case, directory, date(2026, 8, 17)) == ("quinn", "mair")


def test_an_assignment_whose_end_became_known_later_ends_then():
    began = staff("okafor", setting_class="p5")
    directory = replace(DIRECTORY, staff=(began, began.model_copy(update={"until": date(2025, 12, 19)})))
    assert teachers_of(case_after(IN_P5), directory, date(2025, 12, 19)) == ("okafor",)
    assert teachers_of(case_after(IN_P5), directory, date(2025, 12, 20)) == ()


def test_a_postcard_goes_to_the_teacher_of_the_class_in_which_the_learner_is_now():
    running = Running(
        replace(DIRECTORY, staff=(staff("okafor", setting_class="p5"), staff("quinn", setting_class="p6")))
    )
    card = PostcardSent(
        thread=the("card"), about="strategy", direction="tried_at_home", carer=ANNA, text="We sing.", language="en"
    )
    running.record((*FAMILY, IN_P5, TO_P6, card), running.now)

    def heard(day):
        found = recipients(running.case, running.history[-1], POLICY, running.directory, day)
        return [one.recipient for one in found]

    assert heard(date(2026, 6, 1)) == ["staff:okafor"]
    assert heard(date(2026, 9, 1)) == ["staff:quinn"]


LEFT = LearnerLeft(left_on=date(2025, 10, 31), reason="moved_away")


def test_a_learner_leaves_on_a_day_that_may_lie_ahead():
    leaving = RecordLeaving(left_on=date(2026, 6, 26), reason="school_over")
    given(FAMILY, IN_P5).when(leaving).then(LearnerLeft(left_on=date(2026, 6, 26), reason="school_over"))
    given(FAMILY, IN_P5).when(RecordLeaving(reason="moved_away", occurred_at=LEFT.left_on)).then(LEFT)


def test_that_a_learner_left_is_noted_once():
    given(FAMILY, IN_P5, LEFT).when(RecordLeaving(left_on=LEFT.left_on, reason="moved_away")).then_nothing()


def test_a_learner_who_left_has_left_from_that_day_on_until_they_are_placed_again():
    back = LearnerPlaced(setting=BURNSIDE, setting_class="p5", from_day=date(2025, 12, 1))
    placements = case_after(IN_P5, LEFT, back).placements
    assert placements.left_by(date(2025, 10, 30)) is None
    assert placements.left_by(date(2025, 11, 30)) == LEFT.left_on
    assert placements.left_by(date(2025, 12, 1)) is None


def test_a_learner_can_come_back_to_the_class_that_they_left():
    back = PlaceLearner(setting=BURNSIDE, setting_class="p5", from_day=date(2025, 12, 1))
    given(FAMILY, IN_P5, LEFT).when(back).then(LearnerPlaced)
