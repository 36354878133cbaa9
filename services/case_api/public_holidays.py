"""Public holidays of a country or a part of it, from a public calendar that others keep."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Annotated, Final

import holidays
from pydantic import Field, model_validator

from case_api.domain.words import YEARS, Value

WEEKEND: Final = (5, 6)


class Region(Value):
    """Where, by ISO 3166 codes, and in which years."""

    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    subdivision: Annotated[str, Field(pattern="^[A-Z0-9]{1,3}$")]
    years: Annotated[tuple[Annotated[int, Field(ge=YEARS.start, lt=YEARS.stop)], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_known(self) -> "Region":
        if self.subdivision not in holidays.list_supported_countries().get(self.country, ()):
            raise ValueError("the public calendar knows no such country or part of it")
        return self


@cache
def public_holidays(region: Region) -> frozenset[date]:
    """The days off from Monday to Friday; a holiday on a weekend stands as the day on which it is made up for."""
    return frozenset(_weekdays(region))


def _weekdays(region: Region) -> Iterator[date]:
    days = holidays.country_holidays(region.country, subdiv=region.subdivision, years=region.years)
    return (day for day in days if day.weekday() not in WEEKEND)
