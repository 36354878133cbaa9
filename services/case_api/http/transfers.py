"""The record goes to another setting of the authority, and is confirmed there."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.roles import READERS, SCHOOL, TEAM
from case_api.domain.decisions import transfers
from case_api.http import problem_kinds as kinds
from case_api.http.commands import command
from case_api.http.conditional import IfNoneMatch
from case_api.http.offices import InOffice, Roles
from case_api.http.one_case import Look, answers
from case_api.http.plain_reads import plain_read
from case_api.http.problems import Problem
from case_api.http.times import Asked
from case_api.order import Caller
from case_api.views.answer import NothingKnown
from case_api.views.transfer_view import TransferView, transfer_view

router = APIRouter(tags=["transfers"])
TRANSFERS = "/v1/cases/{case_id}/transfers"

command(
    router,
    TRANSFERS,
    transfers.TransferRecord,
    transfers.transfer_record,
    TEAM,
    creates=TRANSFERS + "/{id}",
    summary="Pass the record on to a member of staff of another setting",
)
command(
    router,
    TRANSFERS + "/{transfer_id}/receipt",
    transfers.ReceiveRecord,
    transfers.receive_record,
    SCHOOL,
    action="hand_over",
    summary="Confirm that the record arrived whole",
)


@router.get(
    TRANSFERS + "/{transfer_id}",
    operation_id="transfer_view",
    summary="A transfer, with the record as it was sent and its hash",
    responses=answers(TransferView),
    response_class=Response,
)
@plain_read
async def read_transfer(
    request: Request,
    case_id: UUID,
    transfer_id: UUID,
    acting: Annotated[Caller, Depends(Roles(READERS, "hand_over"))],
    office: InOffice,
    times: Asked,
    if_none_match: IfNoneMatch,
) -> Response:
    """Hash `content` as it stands, as UTF-8, and confirm with that hash."""
    look = Look(request, acting.who, office, case_id, times, if_none_match, "hand_over")
    events, (policy, _) = await look.events(), await look.ground()
    try:
        shown = transfer_view(events, look.at(events), policy, transfer_id)
    except NothingKnown:
        raise Problem(kinds.NOT_FOUND) from None
    return look.answer(shown, case_id, events[-1].version)
