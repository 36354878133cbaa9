"""Who teaches the learner: staff and learner meet in a class, or in a setting as a whole (R85, R95, D24)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from case_api.domain.case import Case
from case_api.domain.facts.authority import Authority, StaffAssigned

TEACHING: Final = frozenset({"teacher", "support_assistant"})
"""Roles whose work with learners needs no class to be named: in a small school they are there for all."""


def class_on(case: Case, day: date) -> str | None:
    """The class in which the learner is placed on *day*; None before any placement, and where none is named."""
    placed = case.placements.on(day)
    return placed.setting_class if placed else None


def teachers_of(case: Case, authority: Authority, day: date) -> tuple[str, ...]:
    """Subjects of the staff of the learner's class, and of those who teach or assist in the whole setting."""
    setting, setting_class = case.setting_on(day), class_on(case, day)
    there = (one.staff for one in assigned_on(authority, day) if teaches(one, setting, setting_class))
    return tuple(dict.fromkeys(there))


def assigned_on(authority: Authority, day: date) -> Sequence[StaffAssigned]:
    """The assignments of staff that hold on *day*, their last day included.

    One that was recorded again, as when its end became known, counts as it was recorded last.
    """
    return _holding(authority.staff, day)


def assignments_of(staff: str, authority: Authority, day: date) -> Sequence[StaffAssigned]:
    """The same of one member of staff; as quick in a large directory as in a small one."""
    return _holding(authority.assigned.get(staff, ()), day)


def teaches(one: StaffAssigned, setting: str | None, setting_class: str | None) -> bool:
    """Whether an assignment makes somebody a teacher or assistant of who is in this class of the setting."""
    return one.setting == setting and _is_for(one, setting_class)


def _holding(assigned: Iterable[StaffAssigned], day: date) -> Sequence[StaffAssigned]:
    latest = {_place_of(one): one for one in assigned}
    return [one for one in latest.values() if one.from_day <= day and (one.until is None or day <= one.until)]


def _place_of(one: StaffAssigned) -> tuple[object, ...]:
    return one.staff, one.setting, one.setting_class, one.role, one.from_day


def _is_for(one: StaffAssigned, setting_class: str | None) -> bool:
    if one.setting_class is None:
        return one.role in TEACHING
    return one.setting_class == setting_class
