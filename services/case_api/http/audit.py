"""For auditors: who tried what and was refused (D20)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel
from starlette.requests import Request

from case_api.access.roles import AUDIT
from case_api.http.documents import READ_ERRORS
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import as_problems
from case_api.http.tracing import looked
from case_api.order import Caller

router = APIRouter(tags=["audit"])


class AttemptBody(BaseModel):
    """A command that the rules refused. It left no event; what it said was not kept."""

    at: AwareDatetime
    subject: str
    organisation: str
    role: str
    case_id: UUID | None = None
    command: str
    rule_ids: tuple[str, ...]
    policy: str
    reason: str


class Attempts(BaseModel):
    """Refused commands, the newest first."""

    items: list[AttemptBody]


@router.get(
    "/v1/audit/attempts",
    operation_id="attempts",
    summary="Commands that the rules refused, the newest first",
    responses=READ_ERRORS,
    response_model_exclude_none=True,
)
async def attempts(
    request: Request,
    _: Annotated[Caller, Depends(Roles(AUDIT, "audit"))],
    office: InOffice,
    case_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Attempts:
    """Of one case, or of all; for auditors alone."""
    looked(request.scope, [case_id] if case_id else [])
    with as_problems():
        found = await office.journal.attempts(case_id, limit)
    return Attempts(items=[AttemptBody.model_validate(one, from_attributes=True) for one in found])
