"""What was on record then, and what was true then."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from case_api.clock import MovableClock
from case_api.http.problems import Problem
from case_api.http.times import AsOf, as_of, read_time
from tests.http.desk import Watch, calling, small_api
from tests.http.idp import Idp

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 7, 3, 10, tzinfo=UTC)


def asked(known_at: str | None = None, valid_at: str | None = None) -> AsOf:
    return as_of(known_at, valid_at, NOW, LONDON)


def test_by_default_all_that_is_on_record_is_asked_as_of_now():
    assert asked() == AsOf(None, NOW, settled=False)


def test_what_was_known_is_asked_as_of_then():
    then = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert asked("2026-01-02T03:04:05Z") == AsOf(then, then, settled=True)


def test_both_times_may_differ():
    assert asked("2026-01-02T03:04:05Z", "2025-09-01T00:00:00+01:00") == AsOf(
        datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(2025, 8, 31, 23, tzinfo=UTC), settled=True
    )


def test_what_will_be_true_may_be_asked():
    assert asked(valid_at="2027-01-01T00:00:00Z").valid_at == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_day_stands_for_its_end_where_the_authority_is():
    assert asked("2026-07-02").known_at == datetime(2026, 7, 2, 22, 59, 59, 999999, tzinfo=UTC)
    assert asked(valid_at="2026-01-02").valid_at == datetime(2026, 1, 2, 23, 59, 59, 999999, tzinfo=UTC)


def test_today_stands_for_now():
    assert asked("2026-07-03") == AsOf(NOW, NOW, settled=False)


def test_after_midnight_in_london_today_is_already_the_next_day():
    late = datetime(2026, 7, 3, 23, 30, tzinfo=UTC)
    assert as_of("2026-07-04", None, late, LONDON).known_at == late


@pytest.mark.parametrize("future", ["2026-07-04", "2026-07-03T10:00:01Z", "2026-07-03T11:30:00+01:00"])
def test_what_will_be_known_cannot_be_asked(future: str):
    with pytest.raises(Problem, match="known-at-in-the-future"):
        asked(future)


@pytest.mark.parametrize(("seconds", "settled"), [(0, False), (4.9, False), (5, True), (6, True)])
def test_the_last_five_seconds_are_not_settled(seconds: float, settled: bool):
    then = (NOW - timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    assert asked(then).settled is settled


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026", "2026-01", "20260102", "2026-13-01", "2026-02-30", "2026-1-2", "2026-W01-1"),
        *("2026-01-02T10:00:00", "2026-01-02T10:00Z", "2026-01-02 10:00:00Z", "2026-01-02T10:00:00 01:00"),
        *("2026-01-02T25:00:00Z", "2026-01-02T10:00:60Z", "2026-01-02T10:00:00+25:00", "1767348000", "٢٠٢٦-01-02"),
        *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "0001-01-01", "9999-12-31", "2026-01-02Z"),
    ],
)
@pytest.mark.parametrize("name", ["known_at", "valid_at"])
def test_what_is_no_date_and_no_instant_is_refused(text: str, name: str):
    with pytest.raises(Problem, match="time-unreadable") as raised:
        as_of(**{"known_at": None, "valid_at": None, name: text}, now=NOW, zone=LONDON)
    assert [mistake.place for mistake in raised.value.errors] == [name]


@given(st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30), timezones=st.just(UTC)))
def test_every_instant_is_read_as_it_was_written(instant: datetime):
    assert read_time(instant.isoformat(timespec="microseconds"), "valid_at") == instant


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_as_it_was_written(day: date):
    assert read_time(day.isoformat(), "valid_at") == day


@given(st.text(alphabet="0123456789-T:+Z.tz ", max_size=40))
def test_any_text_is_read_or_refused(text: str):
    with suppress(Problem):
        asked(text)


@pytest.mark.anyio
async def test_a_route_is_asked_by_its_own_clock(idp: Idp, watch: Watch, token: str):
    clock = MovableClock(watch)
    clock.move_to(NOW)

    async def times(query: str) -> httpx.Response:
        return await client.get(f"/v1/as-of{query}")

    async with calling(small_api(idp.tokens(watch), clock=clock), token) as client:
        assert (await times("")).json()["valid_at"] == "2026-07-03T10:00:00Z"
        assert (await times("?known_at=2026-07-03T10:00:00%2B01:00")).json()["settled"] is True
        assert (await times("?known_at=2026-07-03T10:00:00+01:00")).json()["code"] == "time-unreadable"
        assert (await times("?known_at=2026-07-04")).json()["code"] == "known-at-in-the-future"
