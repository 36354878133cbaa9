"""When to try again, as data; and how long a provider asks us to wait."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

SCHEDULE = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=24),
)
"""The wait before the first, second, … ninth attempt (Delivery semantics); after the last we give up."""

JITTER = 0.2
LONGEST_WISH = timedelta(hours=24)
"""The most that a provider's Retry-After can delay us."""
HTTP_DATES = ("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y")
"""The three forms of a date, two of them obsolete (RFC 9110, 5.6.7). All are in UTC."""

Spread = Callable[[], float]
"""Gives a number from -1 to 1."""


def evenly() -> float:
    """A spread of equal chances."""
    return random.uniform(-1, 1)  # noqa: S311 - spreads load, guards nothing


def wait_after(attempts: int, *, wish: timedelta | None = None, spread: Spread = evenly) -> timedelta | None:
    """How long to wait after the given number of attempts, or None when that was the last.

    The schedule is spread by a fifth either way; a provider's wish can lengthen a wait, never shorten it.
    """
    if attempts >= len(SCHEDULE):
        return None
    planned = SCHEDULE[attempts] * (1 + JITTER * spread())
    return max(planned, min(wish, LONGEST_WISH)) if wish else planned


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """What a Retry-After field asks for (RFC 9110, 10.2.3: seconds or a date), at most LONGEST_WISH.

    None if there is none, or none that can be used.
    """
    asked = (value or "").strip()
    if asked.isascii() and asked.isdecimal():
        seconds = int(asked) if len(asked) < len("1000000000") else None
        wish = None if seconds is None else timedelta(seconds=seconds)
    else:
        date = _http_date(asked)
        wish = None if date is None else max(date - now, timedelta(0))
    return None if wish is None else min(wish, LONGEST_WISH)


def _http_date(text: str) -> datetime | None:
    for form in HTTP_DATES:
        with suppress(ValueError):
            return datetime.strptime(text, form).replace(tzinfo=UTC)
    return None
