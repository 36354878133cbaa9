"""Postcards between school and home: send, answer, read, and what still waits for an answer."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.roles import READERS, SCHOOL
from case_api.access.rules import Action
from case_api.boards.open_postcards import OPEN_POSTCARDS
from case_api.boards.selection import EVERYTHING, Selection
from case_api.domain.decisions import postcards
from case_api.http import problem_kinds as kinds
from case_api.http.commands import command
from case_api.http.conditional import IfNoneMatch
from case_api.http.lists import Asking, Listing, page_of
from case_api.http.offices import InOffice, Roles
from case_api.http.one_case import Look, answers
from case_api.http.ordering import as_problems
from case_api.http.plain_reads import plain_read
from case_api.http.problems import Problem
from case_api.http.times import Asked
from case_api.order import Caller
from case_api.streams import told_of
from case_api.views.answer import NothingKnown
from case_api.views.postcards_view import PostcardsView, Side, postcards_of_carer, postcards_view

router = APIRouter(tags=["postcards"])
CARER = ("carer",)
ReaderOrCarer = Annotated[Caller, Depends(Roles((*READERS, *CARER), "read"))]

command(
    router,
    "/v1/cases/{case_id}/postcards",
    postcards.SendPostcard,
    postcards.send_postcard,
    (*SCHOOL, *CARER),
    summary="Send a postcard about a strategy, from school to a carer or from a carer to school",
)
command(
    router,
    "/v1/cases/{case_id}/postcards/{thread}/replies",
    postcards.ReplyPostcard,
    postcards.reply_postcard,
    (*SCHOOL, *CARER),
    summary="Answer a postcard",
)


@router.get(
    "/v1/cases/{case_id}/postcards",
    operation_id="postcards_view",
    summary="The postcards of a case and their answers",
    responses=answers(PostcardsView),
    response_class=Response,
)
@plain_read
async def read_postcards(
    request: Request, case_id: UUID, acting: ReaderOrCarer, office: InOffice, times: Asked, if_none_match: IfNoneMatch
) -> Response:
    """A carer who takes part reads those that were exchanged with them, in their own case, unless they are withheld."""
    who = acting.who
    action: Action = "read_own" if acting.role in CARER else "read"
    look = Look(request, who, office, case_id, times, if_none_match, action)
    events, (policy, authority) = await look.events(), await look.ground()
    with as_problems():
        ledger = await office.journal.read(told_of(case_id))
    try:
        shown = (
            postcards_of_carer(events, ledger, times, policy, authority, who.person)
            if acting.role in CARER and who.person
            else postcards_view(events, times, policy, authority)
        )
    except NothingKnown:
        raise Problem(kinds.NOT_FOUND) from None
    return look.answer(shown, case_id, events[-1].version)


class OpenPostcard(BaseModel):
    """A postcard that nobody has answered."""

    case_id: UUID
    thread: UUID
    side: Literal["school", "home"] = Field(description="The side that has not answered.")
    carer: UUID
    strategy_code: str | None = None
    sent_on: date


OpenPostcards = page_of("OpenPostcards", OpenPostcard, "One page of open postcards.")


def postcards_awaiting_reply(asking: Asking) -> Selection:
    """In the order of the cases' ids; `sent_on` says for how long each has waited."""
    return EVERYTHING.having(**asking.filters)


Listing(
    "/v1/postcards-awaiting-reply",
    OPEN_POSTCARDS,
    OpenPostcard,
    postcards_awaiting_reply,
    OpenPostcards,
    summary="Postcards that nobody has answered yet, on either side",
    cursor="postcards",
    filters={"side": Annotated[Side | None, Query(description="The side that has not answered.")]},
).mount(router, tags=["boards"])
