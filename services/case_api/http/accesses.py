"""Who looked: for auditors row by row, for the group of a matter, for a family in plain words; and alerts about it."""

from collections.abc import Sequence
from datetime import tzinfo
from struct import Struct
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field
from starlette.requests import Request

from case_api.access.roles import ADMINISTRATION, AUDIT, PROTECTION_READERS
from case_api.domain.words import end_of, start_of
from case_api.http.documents import READ_ERRORS
from case_api.http.lists import page_of
from case_api.http.matter_commands import matter_for
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import as_problems
from case_api.http.paging import Cursor, Limit, open_cursor, page, seal_cursor
from case_api.http.times import Time, read_time
from case_api.http.tracing import looked
from case_api.office import Office
from case_api.order import Caller
from case_api.store.access import Outcome, Wanted, place_of
from case_api.store.alerts import Cause
from case_api.store.journal import Journal

router = APIRouter(tags=["audit"])
ACCESSES, ALERTS = "accesses", "alerts"
PLACE: Final = Struct(">QQ")
"""Time and number of the row before, in a cursor."""


class AccessBody(BaseModel):
    """Somebody looked, or tried to. It says nothing of what they were shown."""

    at: AwareDatetime
    request_id: UUID
    subject: str
    organisation: str
    client: str = Field(description="The program through which they asked.")
    role: str = Field(description="In which they asked; empty where the operation is for none of theirs.")
    behalf: str = Field(description="For whom: the services of an agency, the person of a family; else empty.")
    purpose: str
    operation: str = Field(description="Its operationId in the API document; or a command of the operator's.")
    seen: str = Field(
        description="A part of the case, a list, `dry_run` for what a command would come to, `refusal` for why not,"
        " or the operator's command."
    )
    case_id: UUID | None = None
    decision: Outcome
    rule_ids: tuple[str, ...] = Field(description="Rules of access; `brake`: they had read of too many learners.")
    policy: str = Field(description="Under which version of the rules of access.")


class AlertBody(BaseModel):
    """Somebody looked, or tried to, more than is usual. It names no learner."""

    at: AwareDatetime
    alert_id: UUID = Field(description="As `incident` in the log of the service.")
    cause: Cause
    subject: str
    organisation: str
    client: str
    figure: int = Field(description="Learners, or refusals, within the hour; 1 for emergency access.")


class MatterAccesses(BaseModel):
    """Who looked at a matter, the newest first."""

    items: list[AccessBody]


AccessPage = page_of("AccessPage", AccessBody, "One page of who looked, the newest first.")
AlertPage = page_of("AlertPage", AlertBody, "One page of alerts, the newest first.")
First = Annotated[Time, Query(alias="from", description="Not before this day or instant.")]
Until = Annotated[Time, Query(description="A day (its end), or an instant that is left out.")]
Subject = Annotated[str | None, Query(pattern=r"^[\x21-\x7e]{1,200}$", description="The `sub` of their tokens.")]


@router.get(
    "/v1/audit/accesses",
    operation_id="accesses",
    summary="Who looked at whom, and was let or not, the newest first",
    responses=READ_ERRORS,
    response_model=AccessPage,
    response_model_exclude_none=True,
)
async def accesses(  # noqa: PLR0913, PLR0917 - the parts of the question
    request: Request,
    _: Annotated[Caller, Depends(Roles(AUDIT, "audit"))],
    office: InOffice,
    case_id: UUID | None = None,
    subject: Subject = None,
    first: First = None,
    until: Until = None,
    decision: Outcome | None = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """For auditors alone. Looks at child-protection matters are not among them: their group reads those."""
    looked(request.scope, [case_id] if case_id else [])
    zone: tzinfo = request.app.state.zone
    wanted = Wanted(
        case_id=case_id,
        subject=subject,
        since=start_of(read_time(first, "from"), zone) if first is not None else None,
        until=end_of(read_time(until, "until"), zone) if until is not None else None,
        decision=decision,
        before=_place(office, ACCESSES, after),
    )
    with as_problems():
        found = await office.journal.accesses.latest(wanted, limit)
    last = place_of(found[-1]) if len(found) == limit else None
    return _page(request, office.journal, ACCESSES, AccessBody, found, last)


@router.get(
    "/v1/audit/alerts",
    operation_id="alerts",
    summary="Who read of very many learners, was refused many, or broke the glass, the newest first",
    responses=READ_ERRORS,
    response_model=AlertPage,
    response_model_exclude_none=True,
)
async def alerts(
    request: Request,
    _: Annotated[Caller, Depends(Roles((*AUDIT, *ADMINISTRATION, "child_protection"), "audit"))],
    office: InOffice,
    after: Cursor = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """One within an hour about one person and cause. The log of the service has a line for each."""
    with as_problems():
        found = await office.journal.alerts.latest(_place(office, ALERTS, after), limit)
    last = place_of(found[-1]) if len(found) == limit else None
    return _page(request, office.journal, ALERTS, AlertBody, found, last)


@router.get(
    "/v1/matters/{matter_id}/accesses",
    operation_id="matter_accesses",
    tags=["matters"],
    summary="Who looked at a matter, or tried to, the newest first",
    responses=READ_ERRORS,
    response_model_exclude_none=True,
)
async def matter_accesses(
    matter_id: UUID, acting: Annotated[Caller, Depends(Roles(PROTECTION_READERS, "protect"))], office: InOffice
) -> MatterAccesses:
    """For its group, with whoever broke the glass on its case; no other list shows or counts them (I30)."""
    matter = await matter_for(office, matter_id, acting.who)
    with as_problems():
        found = await office.journal.accesses.restricted(*(one for one in (matter_id, matter.case_id) if one))
    return MatterAccesses(items=[AccessBody.model_validate(one, from_attributes=True) for one in found])


def _place(office: Office, kind: str, after: str | None) -> tuple[int, int] | None:
    if not after:
        return None
    at, number = PLACE.unpack(open_cursor(office.journal.keyring, kind, after))
    return at, number


def _page(
    request: Request,
    journal: Journal,
    kind: str,
    body: type[BaseModel],
    found: Sequence[Any],
    last: tuple[int, int] | None,
) -> dict[str, Any]:
    following = seal_cursor(journal.keyring, kind, PLACE.pack(*last)) if last else None
    return page(request, [body.model_validate(one, from_attributes=True) for one in found], following)
