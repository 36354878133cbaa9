"""Break-glass: somebody outside the named group must read what is sealed about a learner (R80, I30)."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.roles import EMERGENCY
from case_api.domain.decisions.emergency_access import (
    TakeEmergencyAccess,
    stand_before_the_glass,
    take_emergency_access,
)
from case_api.domain.matter import Matter
from case_api.http.bodies import documented, json_body
from case_api.http.documents import ERRORS, REPLAYED
from case_api.http.idempotency import IdempotencyKey
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import as_problems, place
from case_api.http.sight import case_in_sight
from case_api.office import Office
from case_api.order import Caller

router = APIRouter(tags=["matters"])
REPLAYED_FIELD = "Idempotency-Replayed"
BATCH = 200
"""Matters that are looked at in one go."""


class OpenedMatter(BaseModel):
    """A matter that can be read now."""

    matter_id: UUID
    until: datetime | None = Field(default=None, description="Absent for somebody who is of its group.")


class OpenedMatters(BaseModel):
    """What is sealed about the learner; empty where nothing is, and on a dry run."""

    items: list[OpenedMatter]


@router.post(
    "/v1/cases/{case_id}/emergency-access",
    operation_id="take_emergency_access",
    openapi_extra=documented(TakeEmergencyAccess),
    status_code=201,
    responses={201: {"description": "Recorded in each matter.", "headers": REPLAYED}, **ERRORS},
    response_model_exclude_none=True,
    summary="Break the glass: read the sealed matters of a learner for four hours",
)
async def break_glass(
    request: Request,
    case_id: UUID,
    body: Annotated[TakeEmergencyAccess, json_body(TakeEmergencyAccess)],
    acting: Annotated[Caller, Depends(Roles(EMERGENCY, "read"))],
    office: InOffice,
    key: IdempotencyKey,
    response: Response,
) -> OpenedMatters:
    """For an emergency alone. It is recorded in each matter, where its group reads who and why, and raises an alert.

    A dry run looks at nothing, since looking is what has to be answered for. Nothing can be recorded in a matter by it.
    """
    await case_in_sight(request, office, acting.who, "read", case_id)
    if key is None:
        return OpenedMatters(items=[])
    with as_problems():
        await office.brakes.glass_broken(acting.who)
    before = await _stand(request, office, acting, body, case_id, key)
    answers = [await _take(request, office, acting, body, matter, key) async for matter in _of(office, case_id)]
    if all(REPLAYED_FIELD in answer.headers for answer in (before, *(answer for _, answer in answers))):
        response.headers[REPLAYED_FIELD] = "true"
    now, staff = request.app.state.clock.now(), acting.who.subject
    return OpenedMatters(items=[await _opened(office, matter_id, staff, now) for matter_id, _ in answers])


async def _stand(
    request: Request, office: Office, acting: Caller, body: TakeEmergencyAccess, case_id: UUID, key: str
) -> Response:
    """Time and key are judged before anybody looks whether something is sealed, so that a refusal tells nothing (I30).

    What is refused so is an attempt that none but the group of a matter there reads.
    """
    return await place(
        request,
        office,
        office.cases,
        acting,
        body,
        stand_before_the_glass,
        stream=case_id,
        key=key,
        case_id=case_id,
        sealed=True,
    )


async def _of(office: Office, case_id: UUID) -> AsyncIterator[Matter]:
    """The matters beside a case: each is folded, since nothing outside its sealed facts tells of which case it is."""
    after: UUID | None = None
    with as_problems():
        while streams := await office.journal.sealed_streams(after, BATCH):
            for stream in streams:
                matter = (await office.sealed.latest(stream)).state
                if matter.case_id == case_id:
                    yield matter
            after = streams[-1]


async def _take(
    request: Request, office: Office, acting: Caller, body: TakeEmergencyAccess, matter: Matter, key: str
) -> tuple[UUID, Response]:
    return matter.id, await place(
        request,
        office,
        office.matters,
        acting,
        body,
        take_emergency_access,
        stream=matter.id,
        key=f"{key} {matter.id}",
        case_id=matter.id,
        sealed=True,
    )


async def _opened(office: Office, matter_id: UUID, staff: str, now: datetime) -> OpenedMatter:
    opened = (await office.sealed.latest(matter_id)).state
    return OpenedMatter(matter_id=matter_id, until=opened.emergency_access.until(staff, now))
