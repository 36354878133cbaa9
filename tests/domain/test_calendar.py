"""School days: the first day is not counted, the last is (I22; Q7 of the acceptance year)."""

from datetime import date, timedelta

import pytest

from case_api.domain.calendar import Break, SchoolCalendar
from tests.domain.running import POLICY

CALENDAR = POLICY.calendar


@pytest.mark.parametrize(
    ("sent", "met", "days"),
    [
        (date(2025, 10, 28), date(2025, 11, 5), 6),
        (date(2025, 12, 3), date(2025, 12, 10), 5),
        (date(2026, 2, 3), date(2026, 2, 10), 5),
        (date(2025, 12, 11), date(2025, 12, 19), 6),
        (date(2025, 10, 10), date(2025, 10, 20), 1),
        (date(2025, 11, 28), date(2025, 12, 2), 1),
        (date(2025, 12, 19), date(2026, 1, 6), 1),
        (date(2026, 4, 2), date(2026, 4, 20), 1),
        (date(2026, 6, 26), date(2026, 8, 17), 1),
        (date(2026, 11, 23), date(2026, 12, 1), 5),
        (date(2025, 11, 5), date(2025, 11, 5), 0),
        (date(2025, 11, 5), date(2025, 11, 4), 0),
    ],
)
def test_school_days_leave_out_weekends_breaks_and_bank_holidays(sent, met, days):
    assert CALENDAR.school_days(sent, met) == days


@pytest.mark.parametrize(
    ("day", "in_school"),
    [
        (date(2025, 8, 15), True),
        (date(2025, 8, 18), True),
        (date(2025, 8, 23), False),
        (date(2026, 1, 5), False),
        (date(2026, 6, 26), True),
        (date(2026, 7, 1), False),
        (date(2026, 10, 12), False),
        (date(2027, 6, 28), True),
        (date(2027, 8, 2), False),
    ],
)
def test_where_no_session_is_known_working_days_are_school_days(day, in_school):
    assert CALENDAR.is_school_day(day) is in_school


def test_a_calendar_without_sessions_counts_working_days():
    bare = SchoolCalendar((), POLICY.holidays)
    day = date(2025, 10, 10)
    assert bare.school_days(day, day + timedelta(days=10)) == 6


def test_a_break_runs_forward():
    with pytest.raises(ValueError, match="the last day lies before the first"):
        Break(first=date(2025, 10, 17), last=date(2025, 10, 13))


@pytest.mark.parametrize(
    ("clock", "begins", "last"),
    [
        ("asl_s23", date(2025, 11, 14), date(2026, 1, 23)),
        ("cppm", date(2025, 11, 18), date(2025, 12, 16)),
        ("cppm_pack", date(2025, 12, 3), date(2025, 12, 8)),
        ("core_group", date(2025, 12, 10), date(2026, 1, 6)),
    ],
)
def test_a_statutory_clock_runs_out_on_its_last_day(clock, begins, last):
    assert POLICY.due(clock, begins) == last


def test_a_pack_without_a_clock_sets_no_limit():
    assert POLICY.due("ehc_plan", date(2025, 11, 14)) is None


def test_school_days_go_on_after_the_holidays():
    assert POLICY.after_school_days(date(2025, 12, 18), 2) == date(2026, 1, 6)
