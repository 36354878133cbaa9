"""Which days are school days: sessions, the breaks within them, and bank holidays, as data of the policy (D17)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from pydantic import model_validator

from case_api.domain.words import Value

DAYS_OF_A_WORKING_WEEK = 5
REMEMBERED = 10_000
"""Days that a calendar keeps its answer for."""


class Break(Value):
    """Days within a session on which schools are closed, first and last included."""

    first: date
    last: date

    @model_validator(mode="after")
    def _runs_forward(self) -> "Break":
        if self.last < self.first:
            raise ValueError("the last day lies before the first")
        return self

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


class Session(Break):
    """One school year, from its first school day to its last."""

    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True)
class SchoolCalendar:
    """The sessions that an authority has published, with the bank holidays."""

    sessions: tuple[Session, ...]
    holidays: frozenset[date]
    _asked: dict[date, bool] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was answered before: boards ask for the same days again and again, case by case."""
    _counted: dict[tuple[date, int], date] = field(default_factory=dict, init=False, repr=False, compare=False)

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < DAYS_OF_A_WORKING_WEEK and day not in self.holidays

    def is_school_day(self, day: date) -> bool:
        """Monday to Friday in session; before the first and after the last session that is known, any working day."""
        known = self._asked.get(day)
        if known is None:
            known = self.is_working_day(day) and (self._in_session(day) or not self._is_known(day))
            if len(self._asked) < REMEMBERED:
                self._asked[day] = known
        return known

    def school_days(self, first: date, last: date) -> int:
        """The school days from *first*, which is not counted, to *last*, which is; 0 if it is not the later one."""
        return sum(self.is_school_day(day) for day in _days_after(first, last))

    def term_of(self, day: date) -> date:
        """The first day of the term in which a day lies: breaks part a session, and belong to what went before.

        Outside every session that is known a term is a quarter of the year.
        """
        found = [first for first, last in self._terms() if first <= day <= last]
        return found[0] if found else date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)

    def period(self, first: date, last: date) -> tuple[date, date] | None:
        """The one term that holds both days, else the one session, from its first day to its last; else None."""
        sessions = ((session.first, session.last) for session in self.sessions)
        return next((one for one in (*self._terms(), *sessions) if one[0] <= first and last <= one[1]), None)

    def _terms(self) -> Iterator[tuple[date, date]]:
        for session in self.sessions:
            begins = sorted({session.first, *(one.last + timedelta(days=1) for one in session.breaks)})
            ends = [*(one - timedelta(days=1) for one in begins[1:]), session.last]
            yield from zip(begins, ends, strict=True)

    def after_school_days(self, day: date, count: int) -> date:
        """The day *count* school days after *day*: the first is not counted, the last is."""
        known = self._counted.get((day, count))
        if known is None:
            known = self.after(day, count, self.is_school_day)
            if len(self._counted) < REMEMBERED:
                self._counted[day, count] = known
        return known

    def after(self, day: date, count: int, counts: Callable[[date], bool]) -> date:
        """The day on which *count* days that count have gone by after *day*, itself not counted."""
        while count > 0:
            day += timedelta(days=1)
            count -= counts(day)
        return day

    def _in_session(self, day: date) -> bool:
        return any(
            session.holds(day) and not any(closed.holds(day) for closed in session.breaks) for session in self.sessions
        )

    def _is_known(self, day: date) -> bool:
        known = [end for session in self.sessions for end in (session.first, session.last)]
        return bool(known) and min(known) <= day <= max(known)


def _days_after(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=place) for place in range(1, (last - first).days + 1))
