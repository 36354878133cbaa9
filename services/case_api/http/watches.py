"""Lists of what stands out or is due: watches, unsupported concerns, reviews (I21, I28, R25)."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from case_api.boards.reviews_due import ORDER, REVIEWS_DUE, ReviewDueRow
from case_api.boards.selection import EVERYTHING, Selection
from case_api.boards.stage_board import in_setting
from case_api.boards.unsupported_concerns import UNSUPPORTED_CONCERNS, UnsupportedConcernRow
from case_api.boards.watch_list import WATCHES, WatchRow
from case_api.http.guarded_watches import seen_watches
from case_api.http.lists import Asking, CodeOf, Listing, items_of, page_of
from case_api.http.times import QueryDay
from case_api.views.standing_out import StandsOut

router = APIRouter(tags=["boards"])
R = TypeVar("R")


class WatchItem(StandsOut):
    """Something that stands out in a case. It blocks nothing."""

    case_id: UUID


class UnsupportedConcern(BaseModel):
    """A concern that is not closed, and since which no support was put in place for the learner."""

    case_id: UUID
    concern_id: UUID
    raised_on: date
    age_school_days: int
    waits_for: str | None = None


class ReviewDue(BaseModel):
    """Something that is to be looked at again, or answered, by a day."""

    case_id: UUID
    what: str = Field(description="`review`, `stay` (at targeted support, to be justified anew), or a clock's code.")
    ref: UUID | None = Field(default=None, description="The request whose clock it is.")
    since: date
    due: date = Field(description="The last day on which it is in time.")
    calendar: str = Field(description="In which days the limit is counted.")
    overdue: bool
    waits_for: str | None = Field(default=None, description="Who coordinates on that day.")


Watches = page_of("Watches", WatchItem, "One page of what stands out.")
UnsupportedConcerns = page_of("UnsupportedConcerns", UnsupportedConcern, "One page of unsupported concerns.")
ReviewsDue = page_of("ReviewsDue", ReviewDue, "One page of what is due, the earliest first.")


def watches(asking: Asking) -> Selection:
    """Watches block nothing. They are raised on their day, and go when their cause is gone."""
    wanted = seen_watches(asking.asker, EVERYTHING.having(watch=asking.filters["watch"]))
    return in_setting(wanted, asking.filters["setting"], asking.today)


async def _watches(_: Asking, rows: Sequence[WatchRow]) -> list[dict[str, Any]]:
    return [_of_case(item, row) | {"escalated": bool(row.escalated)} for item, row in _items(WatchItem, rows)]


def unsupported_concerns(asking: Asking) -> Selection:
    """Ten school days after a concern, or as many as the policy says; as of today."""
    return in_setting(EVERYTHING.upto(stands_from=asking.today), asking.filters["setting"], asking.today)


async def _aged(asking: Asking, rows: Sequence[UnsupportedConcernRow]) -> list[dict[str, Any]]:
    school_days = asking.policy.calendar.school_days
    return [
        item | {"age_school_days": school_days(row.raised_on, asking.today)}
        for item, row in _items(UnsupportedConcern, rows)
    ]


def reviews_due(asking: Asking) -> Selection:
    """What is due up to a day, what is overdue as of today first; everything that has a day if none is named."""
    wanted = EVERYTHING.upto(due=asking.filters["until"])
    return in_setting(wanted, asking.filters["setting"], asking.today)


async def _reviews(asking: Asking, rows: Sequence[ReviewDueRow]) -> list[dict[str, Any]]:
    return [_of_case(item, row) | {"overdue": row.due < asking.today} for item, row in _items(ReviewDue, rows)]


def _items(item: type[BaseModel], rows: Sequence[R]) -> Iterator[tuple[dict[str, Any], R]]:
    """Each row with what is shown of it as it stands."""
    return zip(items_of(item, rows), rows, strict=True)


def _of_case(item: dict[str, Any], row: WatchRow | ReviewDueRow) -> dict[str, Any]:
    """What is about the case as a whole names nothing further."""
    return {name: value for name, value in item.items() if name != "ref" or value != row.case_id}


Listing(
    "/v1/watches",
    WATCHES,
    WatchItem,
    watches,
    Watches,
    summary="What stands out: not done in time, or proposed by what was observed",
    cursor="watches",
    filters={"watch": CodeOf, "setting": CodeOf},
    shown=_watches,
).mount(router)

Listing(
    "/v1/unsupported-concerns",
    UNSUPPORTED_CONCERNS,
    UnsupportedConcern,
    unsupported_concerns,
    UnsupportedConcerns,
    summary="Concerns that nobody has answered with support, and for how long",
    cursor="unsupported",
    filters={"setting": CodeOf},
    shown=_aged,
).mount(router)

Listing(
    "/v1/reviews-due",
    REVIEWS_DUE,
    ReviewDue,
    reviews_due,
    ReviewsDue,
    summary="Reviews and duties in law, by the day on which they are due",
    cursor="reviews",
    filters={"setting": CodeOf, "until": Annotated[QueryDay | None, Query(description="The last day to look at.")]},
    order=ORDER,
    shown=_reviews,
).mount(router)
