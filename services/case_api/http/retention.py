"""Legal holds on a case: placed and lifted by the authority, seen by whoever reads the case."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.reach import action_of
from case_api.access.roles import ADMINISTRATION, READERS
from case_api.domain.decisions import retention
from case_api.http.commands import command
from case_api.http.conditional import IfNoneMatch
from case_api.http.offices import InOffice, Roles
from case_api.http.one_case import Look, answers, look_at
from case_api.http.plain_reads import plain_read
from case_api.http.times import Asked
from case_api.order import Caller
from case_api.views.retention_view import HoldsView, holds_view

router = APIRouter(tags=["retention"])
HOLDS = "/v1/cases/{case_id}/retention-holds"

command(
    router,
    HOLDS,
    retention.PlaceHold,
    retention.place_hold,
    ADMINISTRATION,
    action="hold",
    summary="Place a legal hold: nothing of the case is erased while it stands",
)
command(
    router,
    HOLDS + "/{hold_id}/lifting",
    retention.LiftHold,
    retention.lift_hold,
    ADMINISTRATION,
    action="hold",
    summary="Lift a legal hold",
)


@router.get(
    HOLDS,
    operation_id="holds_view",
    summary="Legal holds: which stand, which are over",
    responses=answers(HoldsView),
    response_class=Response,
)
@plain_read
async def read_holds(
    request: Request,
    case_id: UUID,
    acting: Annotated[Caller, Depends(Roles((*ADMINISTRATION, *READERS), "read"))],
    office: InOffice,
    times: Asked,
    if_none_match: IfNoneMatch,
) -> Response:
    """Who places holds sees them, and of the case nothing else."""
    action = action_of(acting.role, "read")
    return await look_at(Look(request, acting.who, office, case_id, times, if_none_match, action), holds_view)
