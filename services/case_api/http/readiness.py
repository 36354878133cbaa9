"""What is still needed before a service can be asked (D20)."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.roles import READERS
from case_api.http import problem_kinds as kinds
from case_api.http.conditional import IfNoneMatch
from case_api.http.offices import InOffice, Roles
from case_api.http.one_case import Look, answers
from case_api.http.problems import Problem
from case_api.http.times import AsOf
from case_api.order import Caller
from case_api.views.answer import NothingKnown
from case_api.views.readiness_view import ReadinessView, Wanted, readiness_view

router = APIRouter(tags=["requests"])
CODE: Final = "[a-z0-9][a-z0-9_.-]{0,63}"

Service = Annotated[str, Query(pattern=f"^{CODE}$", description="As the directory names it.")]
Purpose = Annotated[
    str, Query(pattern=f"^{CODE}$", description="One of those that the directory lists for the service.")
]
Categories = Annotated[
    str | None,
    Query(
        pattern=f"^{CODE}(,{CODE}){{0,19}}$",
        description="What is to be sent, separated by commas; if absent, what the family was asked about.",
    ),
]


@router.get(
    "/v1/cases/{case_id}/readiness",
    operation_id="readiness_view",
    summary="What is still needed before the school can ask a service",
    responses=answers(ReadinessView),
    response_class=Response,
)
async def readiness(  # noqa: PLR0913, PLR0917 - the parts of the question
    request: Request,
    case_id: UUID,
    acting: Annotated[Caller, Depends(Roles(READERS, "read"))],
    office: InOffice,
    if_none_match: IfNoneMatch,
    service: Service,
    purpose: Purpose,
    categories: Categories = None,
) -> Response:
    """The same rules as for the request itself and its dry run, as things stand now; nothing is recorded.

    The request that is tried says what the record supports: every assessed need, what was tried for it, and the staff
    who did. The caller's own role counts, too.
    """
    times = AsOf(None, request.app.state.clock.now(), settled=False)
    look = Look(request, acting.who, office, case_id, times, if_none_match)
    events = await look.events()
    await look.ground()
    situation = await office.precedent.situation(acting, look.now(events))
    wanted = Wanted(service, purpose, tuple(categories.split(",")) if categories else ())
    try:
        shown = readiness_view(events, look.at(events), situation, wanted)
    except NothingKnown:
        raise Problem(kinds.NOT_FOUND) from None
    return look.answer(shown, case_id, events[-1].version)
