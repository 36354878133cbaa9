"""What happened, in order: the feed of the authority, the timeline of one case."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.requests import Request

from case_api.access.roles import FEED as ROLES
from case_api.feed import PAGE, CloudEvent, CursorUnreadable, Feed
from case_api.http import problem_kinds as kinds
from case_api.http.documents import READ_ERRORS
from case_api.http.identity import Asking
from case_api.http.offices import InOffice, role_of
from case_api.http.ordering import as_problems
from case_api.http.problems import Problem

router = APIRouter(tags=["feed"])

After = Annotated[str | None, Query(max_length=512, description="`next` of the page before, or a receipt's cursor.")]
Wait = Annotated[int, Query(ge=0, le=30, description="Seconds to wait for an event if there is none yet.")]
Types = Annotated[str | None, Query(max_length=2000, description="Event types, separated by commas.")]
Size = Annotated[int, Query(ge=1, le=PAGE, description="How many events at most.")]


class FeedPage(BaseModel):
    """Events in the order of the log, and the cursor that goes on after them."""

    items: list[CloudEvent]
    next: str


@router.get(
    "/v1/events",
    operation_id="feed",
    summary="What happened, in order",
    responses=READ_ERRORS,
    response_model_exclude_none=True,
)
async def feed(
    request: Request,
    who: Asking,
    office: InOffice,
    after: After = None,
    wait: Wait = 0,
    types: Types = None,
    limit: Size = 100,
) -> FeedPage:
    """Long poll: an empty page comes after `wait` seconds. A consumer sees what it may read now."""
    role_of(who, ROLES)
    state = request.app.state
    wanted = frozenset(name.strip() for name in (types or "").split(",") if name.strip())
    try:
        with as_problems():
            page = await Feed(office.journal, state.public_url, state.zone).page(who, after, wanted, limit, wait)
    except CursorUnreadable:
        raise Problem(kinds.CURSOR_UNREADABLE) from None
    return FeedPage(items=list(page.items), next=page.next)
