"""How home, school and services work together, over a cohort and never per person (R88-R99, R101).

A figure stands on at least ten learners and ten occasions, or is left out. A share within five occasions of none or
of all says no more than that, so that nobody can tell the few it leaves (or takes) apart; numbers of learners are
rounded down to fives.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from math import ceil, floor
from statistics import median
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from case_api.boards.collaboration import OccasionRow
from case_api.domain.calendar import SchoolCalendar

LEAST: Final = 10
"""Learners, and occasions, on which a figure stands."""
FEW: Final = 5
"""Occasions that are not told apart from none, at either end of a share; also the step of what is rounded."""
TooFew = Literal["too_few"]


class Figure(BaseModel):
    """One figure, or that there are too few to give it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    left_out: TooFew | None = None
    learners: int | None = Field(default=None, description="On how many learners it stands at least.")


class Share(Figure):
    """A share in per cent: about so much, or a bound where it is close to none or to all."""

    about: int | None = None
    at_least: int | None = None
    at_most: int | None = None


class Middle(Figure):
    """A median."""

    about: float | None = None


class Report(BaseModel):
    """The figures of a cohort."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    setting: str | None = None
    from_day: date = Field(serialization_alias="from")
    until: date
    learners: int | None = Field(default=None, description="In the cohort, at least; absent for too few.")
    reciprocity: Middle = Field(description="Of learners' terms: 0 where one side alone wrote, 1 where both alike.")
    replies: Share = Field(description="Postcards that were answered.")
    reply_days: Middle
    learners_views: Share = Field(description="Decisions that carry the learner's own views.")
    packs_on_time: Share
    recommendations_acknowledged: Share
    notes_in_preferred_language: Share
    staff_informed: Share = Field(description="Staff beyond management who were told of something or given advice.")
    wait_days: Middle = Field(description="From a request to its acceptance.")


def report(
    rows: Sequence[OccasionRow],
    staff: Collection[str],
    calendar: SchoolCalendar,
    setting: str | None,
    first: date,
    last: date,
) -> Report:
    """The report on the *rows* of a period; *staff* are the subjects of those beyond management."""
    by_what: defaultdict[str, list[OccasionRow]] = defaultdict(list)
    for row in rows:
        by_what[row.what].append(row)
    informed = {one.staff for one in (*by_what["staff_told"], *by_what["recommendation"])}
    cohort = len(_cases(by_what["learner"]))
    return Report(
        setting=setting,
        from_day=first,
        until=last,
        learners=_rounded(cohort) if cohort >= LEAST else None,
        reciprocity=_reciprocity([*by_what["from_home"], *by_what["from_school"]], calendar),
        replies=_share(by_what["thread"]),
        reply_days=_middle(by_what["thread"]),
        learners_views=_share(by_what["decision"]),
        packs_on_time=_share(by_what["pack"]),
        recommendations_acknowledged=_share(by_what["recommendation"]),
        notes_in_preferred_language=_share(by_what["note"]),
        staff_informed=share_of(len(informed & set(staff)), len(staff), cohort),
        wait_days=_middle(by_what["wait"]),
    )


def share_of(good: int, total: int, learners: int) -> Share:
    """The share of *good* among *total* occasions of so many *learners*."""
    if min(total, learners) < LEAST:
        return Share(left_out="too_few")
    known = _rounded(learners)
    if total - good < FEW:
        return Share(learners=known, at_least=_step(floor, 1 - FEW / total))
    if good < FEW:
        return Share(learners=known, at_most=_step(ceil, FEW / total))
    return Share(learners=known, about=_step(round, good / total))


def _share(rows: Sequence[OccasionRow]) -> Share:
    return share_of(sum(row.good for row in rows), len(rows), len(_cases(rows)))


def _middle(rows: Sequence[OccasionRow]) -> Middle:
    timed = [row for row in rows if row.days is not None]
    return _median([row.days or 0 for row in timed], len(_cases(timed)), digits=0)


def _reciprocity(messages: Sequence[OccasionRow], calendar: SchoolCalendar) -> Middle:
    """The median over learners' terms in which anything was written at all."""
    sides: defaultdict[tuple[UUID, date], Counter[str]] = defaultdict(Counter)
    for row in messages:
        sides[row.case_id, calendar.term_of(row.day)][row.what] += 1
    balances = [_balance(one["from_home"], one["from_school"]) for one in sides.values()]
    return _median(balances, len(_cases(messages)), digits=1)


def _balance(home: int, school: int) -> float:
    return min(home, school) / max(home, school)


def _median(values: Sequence[float], learners: int, digits: int) -> Middle:
    if min(len(values), learners) < LEAST:
        return Middle(left_out="too_few")
    return Middle(learners=_rounded(learners), about=round(median(values), digits))


def _cases(rows: Iterable[OccasionRow]) -> set[UUID]:
    return {row.case_id for row in rows}


def _rounded(count: int) -> int:
    return count - count % FEW


def _step(to: Callable[[float], int], share: float) -> int:
    """In per cent, to a multiple of five."""
    return FEW * to(share * 100 / FEW)
