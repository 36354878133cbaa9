"""In demo and test mode the clock can begin where a story does, long before the machine's time."""

from datetime import UTC, datetime

import pytest

from case_api.clock import ClockMovesForward, MovableClock
from case_api.settings import UnsafeSettings, load
from tests.http.desk import Watch

BEGAN = datetime(2025, 8, 1, 8, tzinfo=UTC)


def test_a_clock_runs_on_from_where_it_starts(watch: Watch):
    clock = MovableClock(watch, starts_at=BEGAN)
    watch.wait(5)
    assert clock.now() == datetime(2025, 8, 1, 8, 0, 5, tzinfo=UTC)
    with pytest.raises(ClockMovesForward):
        clock.move_to(BEGAN)


def test_a_clock_that_was_not_set_can_be_set_once_to_where_a_story_begins(watch: Watch):
    clock = MovableClock(watch)
    clock.move_to(BEGAN)
    assert clock.now() == BEGAN
    with pytest.raises(ClockMovesForward):
        clock.move_to(datetime(2025, 7, 31, 8, tzinfo=UTC))


def test_a_clock_never_shows_a_time_before_what_is_on_record(watch: Watch):
    clock = MovableClock(watch, starts_at=BEGAN)
    clock.not_before(datetime(2026, 1, 14, 14, tzinfo=UTC))
    assert clock.now() == datetime(2026, 1, 14, 14, tzinfo=UTC)
    with pytest.raises(ClockMovesForward):
        clock.move_to(datetime(2026, 1, 14, 13, tzinfo=UTC))


def test_a_clock_that_was_not_set_cannot_be_set_before_what_is_on_record(watch: Watch):
    clock = MovableClock(watch)
    clock.not_before(BEGAN)
    with pytest.raises(ClockMovesForward):
        clock.move_to(datetime(2025, 7, 31, 8, tzinfo=UTC))


def test_in_production_it_cannot_be_given(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STAGEPOST_MODE", "production")
    monkeypatch.setenv("STAGEPOST_AUTHORITIES", "strathlorne")
    monkeypatch.setenv("STAGEPOST_CLOCK_STARTS_AT", BEGAN.isoformat())
    with pytest.raises(UnsafeSettings, match="STAGEPOST_CLOCK_STARTS_AT"):
        load()
