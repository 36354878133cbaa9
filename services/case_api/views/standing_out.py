"""What stands out in a case at one time: the watches that had been raised and were not over (I21, I25, I26, I28)."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.facts.watches import WatchCleared, WatchEscalated, WatchRaised
from case_api.domain.policy import Policy
from case_api.domain.words import day_of, has_come
from case_api.views.answer import Part

GUARDED: Final[Mapping[str, Literal["withholdings"]]] = {"withholding_review_due": "withholdings"}
"""Watches that not every reader sees, each with its class of fields (access/rules.py)."""
WATCHED: Final = frozenset(fact.__name__ for fact in (WatchRaised, WatchEscalated, WatchCleared))
"""Facts about a watch."""


def class_of(watch: str) -> str | None:
    """The class of fields of a watch that not every reader sees."""
    return GUARDED.get(watch)


class StandsOut(Part):
    """A watch. It blocks nothing."""

    watch: str
    ref: UUID | None = Field(default=None, description="The concern, request or other thing that it is about.")
    since: date = Field(description="From which day it has been so.")
    due: date | None = Field(default=None, description="The last day on which it would have been in time.")
    raised_on: date
    waits_for: str | None = Field(default=None, description="The member of staff who was told of it.")
    escalated: bool = Field(description="Whether those who lead support were told too.")

    def is_all_of(self, classes: Collection[str]) -> bool:
        """That there is such a watch tells what it is about."""
        return class_of(self.watch) in classes


def standing_out(case: Case, at: datetime, policy: Policy) -> Iterator[StandsOut]:
    """The watches that stood at *at*, the oldest first."""
    for watch in case.watches.standing_at(at, policy.tz):
        raised = watch.raised
        yield StandsOut(
            watch=raised.watch,
            ref=raised.ref,
            since=raised.since,
            due=raised.due,
            raised_on=day_of(watch.at, policy.tz),
            waits_for=raised.waits_for,
            escalated=watch.escalated_at is not None and has_come(watch.escalated_at, at, policy.tz),
        )
