"""Time travel: `known_at`, what was on record then, and `valid_at`, what was true then (D5, D6)."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Annotated, Any, Final

from fastapi import Depends, Query
from pydantic import BeforeValidator
from starlette.requests import Request

from case_api.clock import Clock
from case_api.domain.words import Day, end_of
from case_api.http import problem_kinds as kinds
from case_api.http.mistakes import Mistake
from case_api.http.problem_kinds import Kind
from case_api.http.problems import Problem

SETTLES_IN: Final = timedelta(seconds=5)
"""An append that was stamped before a moment may become visible this much after it."""

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
YEARS: Final = range(1900, 2200)
YEAR: Final = "^(19|20|21)[0-9]{2}-"


@dataclass(frozen=True, slots=True)
class AsOf:
    """The two times of a question about a case."""

    known_at: datetime | None
    """What was on record at this instant; None means everything that is on record."""
    valid_at: datetime
    """What was true at this instant."""
    settled: bool
    """Whether the answer can no longer change."""


def read_time(text: str, name: str) -> datetime | date:
    """A date, or an instant with its offset (RFC 3339); raises a 400 Problem on anything else."""
    try:
        if DAY.fullmatch(text):
            found: datetime | date = date.fromisoformat(text)
        elif INSTANT.fullmatch(text):
            found = datetime.fromisoformat(text.upper()).astimezone(UTC)
        else:
            raise _at_fault(kinds.TIME_UNREADABLE, name)
    except (ValueError, OverflowError):
        raise _at_fault(kinds.TIME_UNREADABLE, name) from None
    if found.year not in YEARS:
        raise _at_fault(kinds.TIME_UNREADABLE, name)
    return found


def _whole_day(text: Any) -> Any:
    """Only a full date is a day: of a bare number pydantic makes seconds since 1970."""
    if isinstance(text, str) and not DAY.fullmatch(text):
        raise ValueError("a date is wanted, as 2026-01-23")
    return text


QueryDay = Annotated[Day, BeforeValidator(_whole_day)]
"""A day in a query."""


def as_of(known_at: str | None, valid_at: str | None, now: datetime, zone: tzinfo) -> AsOf:
    """The times of a question asked *now*; a whole day stands for its end, and today for now."""
    known = None if known_at is None else _known(read_time(known_at, "known_at"), now, zone)
    valid = (known or now) if valid_at is None else end_of(read_time(valid_at, "valid_at"), zone)
    return AsOf(known, valid, settled=known is not None and known <= now - SETTLES_IN)


def _known(asked: datetime | date, now: datetime, zone: tzinfo) -> datetime:
    if not isinstance(asked, datetime) and asked == now.astimezone(zone).date():
        return now
    instant = end_of(asked, zone)
    if instant > now:
        raise _at_fault(kinds.KNOWN_AT_IN_THE_FUTURE, "known_at")
    return instant


def _at_fault(kind: Kind, parameter: str) -> Problem:
    return Problem(kind, errors=[Mistake(parameter, kind.title, parameter=True)])


SHAPE: Final = {
    "type": "string",
    "anyOf": [{"format": "date", "pattern": YEAR}, {"format": "date-time", "pattern": YEAR}],
}
Time = Annotated[
    str | None,
    Query(max_length=40, description="A date (its end) or an instant with its offset.", json_schema_extra=SHAPE),
]


async def times_of(request: Request, known_at: Time = None, valid_at: Time = None) -> AsOf:
    """The times that a read asks about. Raises a 400 Problem."""
    clock: Clock = request.app.state.clock
    zone: tzinfo = request.app.state.zone
    return as_of(known_at, valid_at, clock.now(), zone)


Asked = Annotated[AsOf, Depends(times_of)]
"""The times of a read, for a route; needs `app.state.clock` and `app.state.zone`."""
