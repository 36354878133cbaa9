"""When to try again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.retries import LONGEST_WISH, SCHEDULE, retry_after, wait_after

NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)


@given(st.integers(0, len(SCHEDULE) - 1), st.floats(-1, 1))
def test_a_wait_is_the_planned_one_within_a_fifth(attempts: int, spread: float):
    wait = wait_after(attempts, spread=lambda: spread)
    assert wait is not None
    assert SCHEDULE[attempts] * 0.8 <= wait <= SCHEDULE[attempts] * 1.2


def test_after_the_ninth_attempt_there_is_no_other():
    assert wait_after(8) is not None
    assert wait_after(9) is None


@given(st.integers(0, len(SCHEDULE) - 1), st.timedeltas(timedelta(0), timedelta(days=90)))
def test_a_providers_wish_lengthens_a_wait_within_reason_and_never_shortens_it(attempts: int, wish: timedelta):
    wait = wait_after(attempts, wish=wish, spread=lambda: 0)
    assert wait is not None
    assert wait >= SCHEDULE[attempts]
    assert wait >= min(wish, LONGEST_WISH)
    assert wait <= max(SCHEDULE[attempts], LONGEST_WISH)


@pytest.mark.parametrize(
    ("value", "wish"),
    [
        (None, None),
        ("", None),
        ("120", timedelta(seconds=120)),
        ("Tue, 03 Mar 2026 09:01:00 GMT", timedelta(minutes=1)),
        ("Tue, 03 Mar 2026 08:00:00 GMT", timedelta(0)),
        ("Tue, 03 Mar 2026 08:00:00", None),
        ("soon", None),
        ("-5", None),
        ("9" * 400, None),
        ("999999999", LONGEST_WISH),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WISH),
        ("Tuesday, 03-Mar-26 09:01:00 GMT", timedelta(minutes=1)),
        ("Tue Mar  3 09:01:00 2026", timedelta(minutes=1)),
        ("Mon, 01 Jan 0001 00:00:00 GMT", timedelta(0)),
        ("1 Jan 999999999999999999999999 00:00:00 GMT", None),
        ("Mon, 01 Jan 2027 00:00:00 -9999999999999999999999999999", None),
        ("0 0 0 0:0:0 0", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date_or_not_at_all(value: str | None, wish: timedelta | None):
    assert retry_after(value, NOW) == wish


@pytest.mark.owasp("API10")
@given(st.text())
def test_no_retry_after_breaks_us(value: str):
    retry_after(value, NOW)
