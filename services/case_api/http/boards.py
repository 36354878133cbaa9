"""Lists over many cases, read from the boards, never staler than the caller's own writes (D23)."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request

from case_api.access.roles import AGENCY, READERS
from case_api.boards.agency_desk import DeskRow
from case_api.boards.case_search import hasher
from case_api.boards.contact_tasks import ContactTaskRow
from case_api.boards.stage_board import StageRow
from case_api.domain.words import Line, day_of
from case_api.http.board_pages import Reader, following, ids_of, items_of
from case_api.http.bodies import documented, json_body
from case_api.http.documents import ERRORS, READ_ERRORS
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import as_problems
from case_api.http.paging import Cursor, Limit, page
from case_api.order import Caller

router = APIRouter(tags=["boards"])
ReaderOrAgency = Annotated[Caller, Depends(Roles((*READERS, *AGENCY)))]

CodeOf = Annotated[str | None, Query(max_length=64, pattern="^[a-z0-9][a-z0-9_.-]*$")]


class CaseSearch(BaseModel):
    """What to look for. In the body, since a name never stands in a URL (ADR 0009)."""

    model_config = ConfigDict(extra="forbid")

    q: Line = Field(description="A whole name or identifier; case and spacing are of no account.")

    examples: ClassVar[tuple[dict[str, str], ...]] = ({"q": "Maja Kowalska"},)


class CaseloadItem(BaseModel):
    """One learner on the caseload."""

    case_id: UUID
    setting: str
    stage: str
    since: date
    next_review_on: date | None = None
    named_person: str | None = None
    open_concerns: int
    open_requests: int


class DeskItem(BaseModel):
    """One request on a service's desk."""

    case_id: UUID
    request_id: UUID
    service: str
    purpose: str
    route: str
    state: str
    asked_on: date
    last_input: date | None = None
    acknowledge_by: date | None = None


class ContactTask(BaseModel):
    """Somebody whom no channel could reach: staff tell them by hand."""

    case_id: UUID
    message_id: UUID
    about: UUID = Field(description="The event that they are to be told of.")
    recipient: str
    template: str
    channel: str
    reason: str | None = None
    since: AwareDatetime


class Caseload(BaseModel):
    """One page of the caseload."""

    items: list[CaseloadItem]
    next: str | None = None
    self: str


class Desk(BaseModel):
    """One page of the agency desk."""

    items: list[DeskItem]
    next: str | None = None
    self: str


class ContactTasks(BaseModel):
    """One page of contact tasks."""

    items: list[ContactTask]
    next: str | None = None
    self: str


@router.get(
    "/v1/cases",
    operation_id="caseload",
    summary="The caseload: stage, named person, what is open",
    responses=READ_ERRORS,
    response_model=Caseload,
    response_model_exclude_none=True,
)
async def caseload(
    request: Request,
    _: Reader,
    office: InOffice,
    stage: CodeOf = None,
    setting: CodeOf = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """In the order of the cases' ids, which says nothing about the learners."""
    keyring, state = office.journal.keyring, request.app.state
    place = ids_of(keyring, "caseload", after, 1)
    with as_problems():
        rows: list[StageRow] = await office.boards.stage_board(
            day_of(state.clock.now(), state.zone),
            stage=stage,
            setting=setting,
            after=place[0] if place else None,
            limit=limit,
        )
    return page(request, items_of(CaseloadItem, rows), following(keyring, "caseload", rows, limit, ("case_id",)))


@router.post(
    "/v1/case-searches",
    operation_id="search_cases",
    openapi_extra=documented(CaseSearch),
    summary="Find a learner by whole name or identifier; records nothing",
    responses=ERRORS,
    response_model=Caseload,
    response_model_exclude_none=True,
)
async def search_cases(
    request: Request, body: Annotated[CaseSearch, json_body(CaseSearch)], _: Reader, office: InOffice
) -> dict[str, Any]:
    """Names and identifiers are compared as keyed hashes; none is kept in a table (D9)."""
    state = request.app.state
    with as_problems():
        ids = await office.boards.search([hasher(office.journal.keyring)(body.q)])
        rows = await office.boards.stage_board(day_of(state.clock.now(), state.zone), ids=ids, limit=MOST_FOUND)
    return page(request, items_of(CaseloadItem, rows), None)


MOST_FOUND = 100


@router.get(
    "/v1/agency-involvement",
    operation_id="agency_desk",
    summary="What each service was asked, and how far it has come",
    responses=READ_ERRORS,
    response_model=Desk,
    response_model_exclude_none=True,
)
async def agency_desk(
    request: Request,
    acting: ReaderOrAgency,
    office: InOffice,
    service: CodeOf = None,
    state: CodeOf = None,
    after: Cursor = None,
    limit: Limit = 50,
) -> dict[str, Any]:
    """A partner service sees its own desk; it names one of its services, or has only one."""
    if acting.role in AGENCY:
        service = _own(service, acting.who.services)
        if service is None:
            return page(request, [], None)
    keyring, key = office.journal.keyring, ("case_id", "request_id")
    place = ids_of(keyring, "desk", after, 2)
    with as_problems():
        rows: list[DeskRow] = await office.boards.agency_desk(
            service=service, state=state, after=(place[0], place[1]) if place else None, limit=limit
        )
    return page(request, items_of(DeskItem, rows), following(keyring, "desk", rows, limit, key))


def _own(service: str | None, services: frozenset[str]) -> str | None:
    """The service asked for if it is the caller's own; their only one if none was named."""
    if service is None and len(services) == 1:
        return next(iter(services))
    return service if service in services else None


@router.get(
    "/v1/contact-tasks",
    operation_id="contact_tasks",
    summary="Whom staff have to tell by hand, because no channel reached them",
    responses=READ_ERRORS,
    response_model=ContactTasks,
    response_model_exclude_none=True,
)
async def contact_tasks(
    request: Request, _: Reader, office: InOffice, after: Cursor = None, limit: Limit = 50
) -> dict[str, Any]:
    """A task goes when somebody records that they told the person (POST /v1/cases/{case_id}/disclosures)."""
    keyring, key = office.journal.keyring, ("case_id", "message_id")
    place = ids_of(keyring, "tasks", after, 2)
    with as_problems():
        rows: list[ContactTaskRow] = await office.boards.contact_tasks(
            after=(place[0], place[1]) if place else None, limit=limit
        )
    return page(request, items_of(ContactTask, rows), following(keyring, "tasks", rows, limit, key))
