"""Putting a support in place for a whole class, or for a group: one decision for each learner, all or none (R27)."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.questions.applying import (
    Level,
    applied,
    it_has_begun,
    the_strategy_is_in_the_catalogue,
    the_strategy_is_offered_at_this_level,
)
from case_api.domain.questions.references import known
from case_api.domain.questions.teaching import class_on
from case_api.domain.refusal import Decision, Missing, Refusal, decided
from case_api.domain.words import CaseId, Code, Day, JointId, Line

LARGEST: Final = 60
"""Learners in one class or group; a command about more of them is a slip."""


class SupportTogether(Command):
    """A support is put in place for several learners at once."""

    strategy_code: Code
    """One of the strategies of the policy."""
    level: Level = "universal"
    """Everyday support (`universal`), or more of it than others get (`augmented`)."""
    need_refs: Annotated[tuple[Code, ...], Field(max_length=30)] = ()
    """The assessed needs that it is for."""
    started_on: Day | None = None
    """The first day of the support; the day of `occurred_at` if absent."""
    by: Line | None = None
    """Who of the staff gives it; the caller if absent."""


class ClassSupport(SupportTogether):
    """A support is put in place for every learner of a class."""

    scope: Literal["class"]
    """`class`: for all who are in it."""
    setting_class: Code
    """The class within the setting; who is in it on the first day of the support is given it."""

    examples = ({
        "scope": "class", "setting_class": "p7", "strategy_code": "nurture", "started_on": "2025-09-26",
    },)  # fmt: skip


class GroupSupport(SupportTogether):
    """A support is put in place for some learners of a setting."""

    scope: Literal["group"]
    """`group`: for the learners who are named."""
    cases: Annotated[tuple[CaseId, ...], Field(min_length=1, max_length=LARGEST)]
    """The learners, by their cases."""

    examples = ({
        "scope": "group",
        "cases": ["0b6f4d2e-53a1-4f3c-9a64-7d0a4be1c311", "5c1de1b7-2c0e-4a7b-8f44-90a3b1f2d522"],
        "strategy_code": "varied_grouping",
        "need_refs": ["receptive_language"],
    },)  # fmt: skip


GiveSupport = Annotated[ClassSupport | GroupSupport, Field(discriminator="scope")]


class NoSuchSetting(Refusal):
    slug = "no-such-setting"
    rule_id = "reference"
    guidance_ref = "api"
    title = "There is no such setting in the directory."
    advice = "Use the code of a setting that /v1/directory lists."
    status: ClassVar = 404


class NobodyInClass(Refusal):
    slug = "nobody-in-class"
    rule_id = "R27"
    guidance_ref = "R27"
    title = "No learner is placed in this class on the first day of the support."
    advice = "Check the class and the day; place learners in the class first (POST /v1/cases/{case_id}/placements)."


class TooManyLearners(Refusal):
    slug = "too-many-learners"
    rule_id = "R27"
    guidance_ref = "R27"
    title = f"One command puts a support in place for at most {LARGEST} learners."
    advice = "Name a class that is not divided further, or the learners by groups."


class NotPlacedThere(Refusal):
    slug = "not-placed-there"
    rule_id = "R27"
    guidance_ref = "R27"
    title = "A group is made of learners of the setting on the first day of the support."
    advice = "Leave out the learners that 'missing' names, or place them in the setting first."


def first_day(command: SupportTogether, at: Situation) -> date:
    return command.started_on or at.day_of(command)


def what_holds_for_all(
    setting: str, cases: Sequence[Case], command: ClassSupport | GroupSupport, at: Situation
) -> tuple[Refusal, ...]:
    """What stands in the way for everybody, whoever the learners are."""
    settings = at.authority.settings
    if settings and setting not in settings:
        return (NoSuchSetting(),)
    return decided(
        the_strategy_is_in_the_catalogue(command.strategy_code, at),
        the_strategy_is_offered_at_this_level(command.strategy_code, command.level, at),
        it_has_begun(first_day(command, at), at, "/started_on"),
        *(_about_the_class(setting, cases, command, at) if isinstance(command, ClassSupport) else ()),
    ).refusals


def _about_the_class(
    setting: str, cases: Sequence[Case], command: ClassSupport, at: Situation
) -> Iterator[Refusal | None]:
    """Who is in a class was not chosen for their needs, but somebody in it has each need that is named."""
    there = [case for case in cases if _is_in_class(case, setting, command, at)]
    yield None if there else NobodyInClass(pointer="/setting_class")
    yield TooManyLearners(pointer="/setting_class") if len(there) > LARGEST else None
    assessed = {need for case in there for need in case.assessments.needs}
    yield known("/need_refs", command.need_refs, assessed) if there else None


def _is_in_class(case: Case, setting: str, command: ClassSupport, at: Situation) -> bool:
    day = first_day(command, at)
    return (case.setting_on(day), class_on(case, day)) == (setting, command.setting_class)


def give_support_together(
    case: Case, setting: str, joint_id: JointId, command: ClassSupport | GroupSupport, at: Situation
) -> Decision:
    """One learner's part in it. Of a class each gets the support for those of the needs named that are theirs.

    Whoever has left the class is given nothing.
    """
    if isinstance(command, ClassSupport) and not _is_in_class(case, setting, command, at):
        return decided()
    if case.people.learner is None:
        return decided(known("/cases", (case.id,), ()))
    day, measure_id = first_day(command, at), at.new_id()
    there = case.setting_on(day) == setting
    mine = tuple(need for need in command.need_refs if need in case.assessments.needs)
    return decided(
        None if there else NotPlacedThere(pointer="/cases", missing=(Missing(rule_id="R27", what="placed_elsewhere"),)),
        known("/need_refs", command.need_refs, mine) if isinstance(command, GroupSupport) else None,
        then=applied(
            at,
            measure_id=measure_id,
            strategy_code=command.strategy_code,
            level=command.level,
            scope=command.scope,
            need_refs=mine,
            started_on=day,
            by=command.by,
            joint_id=joint_id,
        ),
        created=measure_id,
    )
