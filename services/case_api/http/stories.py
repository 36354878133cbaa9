"""What happened, in order: the feed of the authority, the timeline of one case."""

import re
import threading
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.roles import FEED as ROLES
from case_api.access.roles import READERS
from case_api.announcing import CloudEvent
from case_api.domain.catalogue import ANNOUNCED
from case_api.feed import PAGE, CursorUnreadable, Feed
from case_api.http import problem_kinds as kinds
from case_api.http.conditional import IfNoneMatch
from case_api.http.documents import READ_ERRORS
from case_api.http.following import follows
from case_api.http.mistakes import Mistake
from case_api.http.offices import InOffice, Roles
from case_api.http.one_case import Look, answers
from case_api.http.ordering import as_problems
from case_api.http.paging import Cursor, Limit, open_cursor, seal_cursor
from case_api.http.plain_reads import plain_read
from case_api.http.problems import Problem
from case_api.http.pulling import Pull
from case_api.http.streaming import MEDIA_TYPE, Broadcast, OpenStream, Streams, over, wants_stream
from case_api.http.times import Asked
from case_api.order import Caller
from case_api.views.answer import NothingKnown
from case_api.views.timeline import Stretch, Timeline, timeline_stretch

router = APIRouter(tags=["feed"])
TYPE = re.compile(r"[A-Za-z]+(\.v[1-9][0-9]{0,5})?")
UNKNOWN_TYPE = "One of these is not a type of event; the API document lists them under webhooks."

After = Annotated[str | None, Query(max_length=512, description="`next` of the page before, or a receipt's cursor.")]
Wait = Annotated[int, Query(ge=0, le=30, description="Seconds to wait for an event if there is none yet.")]
Types = Annotated[
    str | None,
    Query(
        max_length=2000,
        description="Event types, separated by commas: `ConcernRaised` (every version) or `ConcernRaised.v1`.",
    ),
]
Size = Annotated[int, Query(ge=1, le=PAGE, description="How many events at most.")]


LastSeen = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        max_length=512,
        description="For a stream: the id of the last event that arrived; counts before `after`.",
    ),
]
STREAM = {"schema": {"type": "string", "description": "Server-sent events: id a cursor, event a type, data an event."}}


class FeedPage(BaseModel):
    """Events in the order of the log, and the cursor that goes on after them."""

    items: list[CloudEvent]
    next: str


@router.get(
    "/v1/events",
    operation_id="feed",
    summary="What happened, in order",
    response_model=FeedPage,
    responses={200: {"content": {MEDIA_TYPE: STREAM}}, **READ_ERRORS},
    response_model_exclude_none=True,
)
async def feed(  # noqa: PLR0913, PLR0917 - the parts of the question
    request: Request,
    acting: Annotated[Caller, Depends(Roles(ROLES, "follow"))],
    office: InOffice,
    after: After = None,
    wait: Wait = 0,
    types: Types = None,
    limit: Size = 100,
    last_seen: LastSeen = None,
) -> FeedPage | OpenStream:
    """Long poll: an empty page comes after `wait` seconds. With `Accept: text/event-stream` the answer stays open.

    A consumer sees what it may read now. A stream ends after ten minutes, or when the token expires: come back with
    Last-Event-ID. `wait` and `limit` are of no account for it. What a person pulls counts as reading the learners whom
    it names: a page may be shorter for it, a stream may end, and 429 says when there is more.
    """
    state = request.app.state
    wanted = _known_types(types or "")
    pull = Pull(request, office, acting.who)
    stories = Feed(office.journal, state.public_url, state.zone, follows(request, office))
    try:
        with as_problems():
            if wants_stream(request):
                begin = await stories.position(last_seen or after)
                streams: Streams = state.streams
                return streams.admit(
                    acting.who, Broadcast(stories, acting.who, begin, wanted, over(request), pull.stretch)
                )
            page = await stories.page(acting.who, after, wanted, limit, wait, partial(_is_over, request), pull.page)
    except CursorUnreadable:
        raise Problem(kinds.CURSOR_UNREADABLE) from None
    if wait and not await request.scope["still_accepted"]():
        raise Problem(kinds.UNAUTHENTICATED, headers={"WWW-Authenticate": "Bearer"})
    return FeedPage(items=list(page.items), next=page.next)


def _known_types(listed: str) -> frozenset[str]:
    """The event types of a list; a 400 Problem where one is not in the catalogue.

    A version that only a newer program knows is allowed: what is asked for by name stays right when we are updated.
    """
    wanted = frozenset(name.strip() for name in listed.split(",") if name.strip())
    if any(not TYPE.fullmatch(name) or name.partition(".")[0] not in ANNOUNCED for name in wanted):
        raise Problem(kinds.INVALID, errors=[Mistake("types", UNKNOWN_TYPE, parameter=True)])
    return wanted


async def _is_over(request: Request) -> bool:
    """Whether nobody waits any more or may hear anything, or the server is told to stop."""
    closing: threading.Event = request.app.state.closing
    if closing.is_set() or await request.is_disconnected():
        return True
    return not await request.scope["still_accepted"]()


class TimelinePage(Timeline):
    """A part of the story, and the cursor that goes on after it."""

    next: str | None = Field(default=None, description="Absent on the last page.")


@router.get(
    "/v1/cases/{case_id}/timeline",
    operation_id="timeline",
    tags=["cases"],
    summary="The story of a case in order, corrections and what they correct included",
    responses=answers(TimelinePage),
    response_class=Response,
)
@plain_read
async def case_timeline(  # noqa: PLR0913, PLR0917 - the parts of the question
    request: Request,
    case_id: UUID,
    acting: Annotated[Caller, Depends(Roles(READERS, "read"))],
    office: InOffice,
    times: Asked,
    if_none_match: IfNoneMatch,
    after: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """In order of occurrence; each entry says when it was recorded, and what superseded it."""
    look = Look(request, acting.who, office, case_id, times, if_none_match)
    keyring = office.journal.keyring
    place = UUID(bytes=open_cursor(keyring, "timeline", after)) if after else None
    events, (policy, authority) = await look.events(), await look.ground()
    try:
        part, more = timeline_stretch(events, look.at(events), policy, authority, Stretch(place, limit, look.hides))
    except NothingKnown:
        raise Problem(kinds.NOT_FOUND) from None
    following = seal_cursor(keyring, "timeline", part.items[-1].event_id.bytes) if more else None
    return look.answer(TimelinePage(**dict(part), next=following), case_id, events[-1].version)
