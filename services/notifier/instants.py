"""Times as the database keeps them: microseconds since 1970, in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(at: datetime) -> int:
    """The number that stands for *at*."""
    return (at - EPOCH) // timedelta(microseconds=1)


def instant(number: int) -> datetime:
    """The time that *number* stands for."""
    return EPOCH + timedelta(microseconds=number)


def _read(value: object) -> object:
    return instant(value) if isinstance(value, int) else value


Instant = Annotated[datetime, BeforeValidator(_read)]
"""A column of microseconds, read as an aware datetime."""
