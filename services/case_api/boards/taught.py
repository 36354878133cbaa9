"""Whom a member of staff teaches: learners met in a class, or in a setting as a whole (R100, D24)."""

from collections.abc import Collection
from datetime import date

from case_api.boards.class_list import CLASSES
from case_api.boards.selection import LIVE, Selection
from case_api.boards.stage_board import caseload_on
from case_api.domain.facts.authority import StaffAssigned
from case_api.domain.questions.teaching import TEACHING


def taught_by(assigned: Collection[StaffAssigned], today: date) -> Selection | None:
    """Learners on the caseload of *today* whom these assignments make somebody's own; None where they make nobody."""
    classes = [(one.setting, one.setting_class) for one in assigned if one.setting_class]
    settings = [one.setting for one in assigned if not one.setting_class and one.role in TEACHING]
    either = []
    if classes:
        each = " OR ".join(["(setting=? AND setting_class=?)"] * len(classes))
        shown = f"{LIVE} AND shown_from<=? AND shown_until>? AND ({each})"
        either.append(f"case_id IN (SELECT case_id FROM {CLASSES.table} WHERE {shown})")  # noqa: S608 (names are ours)
    if settings:
        either.append(f"setting IN ({','.join('?' * len(settings))})")
    if not either:
        return None
    days = (today, today) if classes else ()
    values = (*days, *(value for pair in classes for value in pair), *settings)
    return caseload_on(today).and_where(f"({' OR '.join(either)})", *values)
