"""How home, school and services work together, over a cohort and never per person (R88-R99, R101).

A figure stands on at least ten learners and ten occasions, and is a band that no one learner moves by more than one.
A setting's figure is left out, too, where it would tell of the few in the other settings.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from case_api.boards.collaboration import OccasionRow
from case_api.boards.collaboration_bands import Counted, Days, Share, days, of_each, rounded, share
from case_api.domain.calendar import SchoolCalendar

HEARD: Final = frozenset({"staff_told", "recommendation"})
"""Occasions on which a member of staff hears of something."""


class Report(BaseModel):
    """The figures of a cohort over a term or a school year. Each learner counts alike, however much was done."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    setting: str | None = None
    from_day: date = Field(serialization_alias="from")
    until: date
    learners: int | None = Field(default=None, description="In the cohort, at least; absent for too few.")
    reciprocity: Share = Field(description="Of learners' terms: 0 where one side alone wrote, 100 where both alike.")
    replies: Share = Field(description="Postcards that were answered.")
    reply_days: Days
    learners_views: Share = Field(description="Decisions that carry the learner's own views.")
    packs_on_time: Share
    recommendations_acknowledged: Share
    notes_in_preferred_language: Share
    staff_informed: Share = Field(
        description="Learners of whom staff beyond management were told something or given advice."
    )
    wait_days: Days = Field(description="From a request to its acceptance.")


def report(
    rows: Sequence[OccasionRow],
    staff: Collection[str],
    calendar: SchoolCalendar,
    setting: str | None,
    first: date,
    last: date,
) -> Report:
    """The report on a setting, or on all, from the *rows* of all settings; *staff* are those beyond management."""
    by_what: defaultdict[str, list[OccasionRow]] = defaultdict(list)
    for row in rows:
        by_what[row.what].append(row)
    cohort = of_each(_good(by_what["learner"]), setting)
    return Report(
        setting=setting,
        from_day=first,
        until=last,
        learners=rounded(len(cohort)) if cohort else None,
        reciprocity=share(list(_balances([*by_what["from_home"], *by_what["from_school"]], calendar)), setting),
        replies=share(_good(by_what["thread"]), setting),
        reply_days=days(_days(by_what["thread"]), setting),
        learners_views=share(_good(by_what["decision"]), setting),
        packs_on_time=share(_good(by_what["pack"]), setting),
        recommendations_acknowledged=share(_good(by_what["recommendation"]), setting),
        notes_in_preferred_language=share(_good(by_what["note"]), setting),
        staff_informed=share(list(_heard_of(rows, staff)), setting),
        wait_days=days(_days(by_what["wait"]), setting),
    )


def _good(rows: Sequence[OccasionRow]) -> list[Counted]:
    return [Counted(row.case_id, row.setting, row.good) for row in rows]


def _days(rows: Sequence[OccasionRow]) -> list[Counted]:
    return [Counted(row.case_id, row.setting, row.days) for row in rows if row.days is not None]


def _balances(messages: Sequence[OccasionRow], calendar: SchoolCalendar) -> Iterator[Counted]:
    """For each learner's term in which anything was written at all, how evenly."""
    sides: defaultdict[tuple[UUID, str, date], Counter[str]] = defaultdict(Counter)
    for row in messages:
        sides[row.case_id, row.setting, calendar.term_of(row.day)][row.what] += 1
    for (case_id, setting, _), one in sides.items():
        home, school = one["from_home"], one["from_school"]
        yield Counted(case_id, setting, Fraction(min(home, school), max(home, school)))


def _heard_of(rows: Sequence[OccasionRow], staff: Collection[str]) -> Iterator[Counted]:
    """For each learner in each of their settings, whether one of the *staff* heard of them; none without staff."""
    heard = {(row.case_id, row.setting) for row in rows if row.what in HEARD and row.staff in staff}
    there = {(row.case_id, row.setting) for row in rows if row.what == "learner"}
    for case_id, setting in there if staff else ():
        yield Counted(case_id, setting, int((case_id, setting) in heard))
