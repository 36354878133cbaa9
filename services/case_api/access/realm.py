"""Which cases somebody may read, for a list: the rules of access as a condition on the caseload of a day.

A list holds exactly the cases that the caller could read one by one, as the boards know them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from case_api.access.principal import Principal
from case_api.access.relations import Relation, has_left, is_school_wide
from case_api.access.rules import BY_ACTION, Action, Fields
from case_api.boards.class_list import CLASSES
from case_api.boards.selection import LIVE, Selection
from case_api.boards.stage_board import STAGES
from case_api.domain.facts.authority import Authority, StaffAssigned
from case_api.domain.questions.teaching import TEACHING, assignments_of


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a list, by which directory, on which day."""

    who: Principal
    authority: Authority
    day: date


Condition = tuple[str, tuple[object, ...]]
"""Of rows of the caseload, with a value for each `?`; `1=1` for all of them."""
EVERY_CASE: Final[Condition] = ("1=1", ())
NO_CASE: Final[Condition] = ("1=0", ())


def readable(asker: Asker, wanted: Selection, action: Action = "read") -> Selection:
    """Of the rows *wanted* of any board of cases, those of cases that the caller may read on the day."""
    condition, values = of_cases(asker, action)
    return wanted if (condition, values) == EVERY_CASE else wanted.and_where(condition, *values)


def of_cases(asker: Asker, action: Action = "read", shown: frozenset[Fields] = frozenset()) -> Condition:
    """Of the rows of any board of cases those of cases that the caller may read, and is *shown* such fields of."""
    condition, values = readable_when(asker, action, shown)
    if (condition, values) == EVERY_CASE:
        return EVERY_CASE
    on_the_day = f"{LIVE} AND shown_from<=? AND shown_until>? AND ({condition})"
    theirs = f"case_id IN (SELECT case_id FROM {STAGES.table} WHERE {on_the_day})"  # noqa: S608 (names are ours)
    return theirs, (asker.day, asker.day, *values)


def readable_when(asker: Asker, action: Action, shown: frozenset[Fields] = frozenset()) -> Condition:
    """Any of the permits that apply to the caller's roles and open the fields *shown*; no rule forbids staff a list."""
    either: list[Condition] = []
    for rule in BY_ACTION[action]:
        if rule.effect == "forbid" or rule.roles.isdisjoint(asker.who.counting) or not shown <= rule.fields:
            continue
        if not rule.relations:
            return EVERY_CASE
        either += [_WHEN[relation](asker) for relation in sorted(rule.relations)]
    if EVERY_CASE in either:
        return EVERY_CASE
    conditions = dict(one for one in either if one != NO_CASE)
    if not conditions:
        return NO_CASE
    return " OR ".join(conditions), tuple(value for values in conditions.values() for value in values)


def _workplace(asker: Asker) -> Condition:
    return "setting=?", (asker.who.organisation,)


def _central(asker: Asker) -> Condition:
    return EVERY_CASE if asker.who.organisation == asker.who.authority else NO_CASE


def _assigned(asker: Asker) -> Condition:
    return _in_settings(sorted({one.setting for one in _mine(asker)}))


def _school_wide(asker: Asker) -> Condition:
    return _in_settings(sorted({one.setting for one in _mine(asker) if is_school_wide(one)}))


def _mine(asker: Asker) -> Sequence[StaffAssigned]:
    return assignments_of(asker.who.subject, asker.authority, asker.day)


def _teaching(asker: Asker) -> Condition:
    mine = _mine(asker)
    classes = sorted({(one.setting, one.setting_class) for one in mine if one.setting_class})
    whole = _in_settings(sorted({one.setting for one in mine if not one.setting_class and one.role in TEACHING}))
    if not classes:
        return whole
    each = " OR ".join(["(setting=? AND setting_class=?)"] * len(classes))
    shown = f"{LIVE} AND shown_from<=? AND shown_until>? AND ({each})"
    met = f"case_id IN (SELECT case_id FROM {CLASSES.table} WHERE {shown})"  # noqa: S608 (names are ours)
    values = (asker.day, asker.day, *(value for pair in classes for value in pair))
    return (met, values) if whole == NO_CASE else (f"{met} OR {whole[0]}", (*values, *whole[1]))


def _in_settings(settings: list[str]) -> Condition:
    return (f"setting IN ({','.join('?' * len(settings))})", tuple(settings)) if settings else NO_CASE


def _named_person(asker: Asker) -> Condition:
    return NO_CASE if _has_left(asker) else ("named_person=? AND named_in=setting", (asker.who.subject,))


def _lead_professional(asker: Asker) -> Condition:
    return NO_CASE if _has_left(asker) else ("lead_professional=? AND lead_in=setting", (asker.who.subject,))


def _has_left(asker: Asker) -> bool:
    return has_left(asker.who.subject, asker.authority, asker.day)


def _no_list(_: Asker) -> Condition:
    """What is opened to somebody in one case alone is no list of theirs."""
    return NO_CASE


_WHEN: Final[Mapping[Relation, Callable[[Asker], Condition]]] = {
    "workplace": _workplace,
    "central": _central,
    "assigned": _assigned,
    "school_wide": _school_wide,
    "teaching": _teaching,
    "named_person": _named_person,
    "lead_professional": _lead_professional,
    "receiver": _no_list,
    "holder": _no_list,
    "asked_service": _no_list,
    "of_the_family": _no_list,
    "speaker": _no_list,
    "kept_apart": _no_list,
}
