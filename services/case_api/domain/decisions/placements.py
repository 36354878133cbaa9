"""Placing a learner in a class or setting, and noting that they left (D24)."""

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.placements import LearnerLeft, LearnerPlaced
from case_api.domain.questions.references import known
from case_api.domain.questions.teaching import class_on
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import Code, Day


class PlaceLearner(Command):
    """The learner joins a class, or moves to another class or setting."""

    setting: Code
    """The school or nursery, as the directory names it."""
    setting_class: Code | None = None
    """The class within the setting; absent where there is none."""
    from_day: Day | None = None
    """The first day there, which may lie ahead; the day of `occurred_at` if absent."""

    examples = ({"setting": "burnside-primary", "setting_class": "p5", "from_day": "2025-08-20"},)  # fmt: skip


class RecordLeaving(Command):
    """The learner leaves the authority's schools: school is over for them, or they move away."""

    left_on: Day | None = None
    """The last day, which may lie ahead; the day of `occurred_at` if absent."""
    reason: Code
    """Why, in a word: `school_over`, `moved_away`, `home_education`."""

    examples = ({"left_on": "2031-06-27", "reason": "school_over"},)


def place_learner(case: Case, command: PlaceLearner, at: Situation) -> Decision:
    """What holds on the day already is nothing to do; a day that lies ahead is a planned move, or a return."""
    day = command.from_day or at.day_of(command)
    there = (case.setting_on(day), class_on(case, day)) == (command.setting, command.setting_class)
    there = there and case.placements.left_by(day) is None
    placed = LearnerPlaced(setting=command.setting, setting_class=command.setting_class, from_day=day)
    return decided(
        known("/setting", (command.setting,), at.authority.settings or (command.setting,)),
        then=() if there else placed,
    )


def record_leaving(case: Case, command: RecordLeaving, at: Situation) -> Decision:
    """How long the record is kept counts from the latest such day; a wrong one is corrected (D7)."""
    day = command.left_on or at.day_of(command)
    left = LearnerLeft(left_on=day, reason=command.reason)
    return decided(then=() if case.placements.left_by(day) == day else left)
