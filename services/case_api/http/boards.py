"""Lists over many cases, read from the boards, never staler than the caller's own writes (D23)."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request

from case_api.access.realm import Asker, readable
from case_api.access.roles import AGENCY, READERS
from case_api.boards.agency_desk import DESK, DeskRow
from case_api.boards.case_search import hasher
from case_api.boards.contact_tasks import CONTACT_TASKS
from case_api.boards.selection import EVERYTHING, Selection
from case_api.boards.stage_board import STAGES, StageRow, caseload_on
from case_api.domain.words import Line, day_of
from case_api.http.bodies import documented, json_body
from case_api.http.documents import ERRORS
from case_api.http.guarded_watches import with_seen_watches
from case_api.http.lists import Asking, CodeOf, Listing, items_of, page_of
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import as_problems
from case_api.http.paging import page
from case_api.http.tracing import looked
from case_api.order import Caller

router = APIRouter(tags=["boards"])
Reader = Annotated[Caller, Depends(Roles(READERS, "read"))]


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
    waiting_requests: int = Field(description="Of those, the ones on which no service has begun to work.")
    waiting_since: date | None = Field(default=None, description="When the oldest of these was made.")
    open_watches: int = Field(description="What stands out and is shown to the caller; see /v1/watches.")


class DeskItem(BaseModel):
    """One request on a service's desk."""

    case_id: UUID
    request_id: UUID
    service: str
    state: str
    purpose: str | None = Field(default=None, description="With what follows absent for a service once withdrawn.")
    route: str | None = None
    asked_on: date | None = None
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


Caseload = page_of("Caseload", CaseloadItem, "One page of the caseload.")
Desk = page_of("Desk", DeskItem, "One page of the agency desk.")
ContactTasks = page_of("ContactTasks", ContactTask, "One page of contact tasks.")


def caseload(asking: Asking) -> Selection:
    """In the order of the cases' ids, which says nothing about the learners."""
    return caseload_on(asking.today, **asking.filters)


async def _caseload(asking: Asking, rows: Sequence[StageRow]) -> list[dict[str, Any]]:
    return await with_seen_watches(asking.office, asking.asker, rows, items_of(CaseloadItem, rows))


Listing(
    "/v1/cases",
    STAGES,
    CaseloadItem,
    caseload,
    Caseload,
    summary="The caseload: stage, named person, what is open",
    cursor="caseload",
    filters={"stage": CodeOf, "setting": CodeOf},
    order=("case_id",),
    shown=_caseload,
).mount(router)


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
    request: Request, body: Annotated[CaseSearch, json_body(CaseSearch)], acting: Reader, office: InOffice
) -> dict[str, Any]:
    """Names and identifiers are compared as keyed hashes; none is kept in a table (D9)."""
    state = request.app.state
    now = state.clock.now()
    today = day_of(now, state.zone)
    with as_problems():
        authority, _ = await office.precedent.latest(now)
        asker = Asker(acting.who, authority, today)
        theirs = readable(asker, caseload_on(today))
        ids = await office.boards.search([hasher(office.journal.keyring)(body.q)])
        rows = await office.boards.rows(STAGES, theirs, order=("case_id",), ids=ids, limit=MOST_FOUND)
        items = await with_seen_watches(office, asker, rows, items_of(CaseloadItem, rows))
    looked(request.scope, (row.case_id for row in rows))
    return page(request, items, None)


MOST_FOUND = 100


def agency_desk(asking: Asking) -> Selection | None:
    """A partner service sees its own desk; it names one of its services, or has only one."""
    service, acting = asking.filters["service"], asking.acting
    if acting.role in AGENCY:
        service = _own(service, acting.who.services)
        if service is None:
            return None
    return EVERYTHING.having(service=service, state=asking.filters["state"])


OF_WITHDRAWN: Final = frozenset({"case_id", "request_id", "service", "state"})


async def as_seen_by(asking: Asking, rows: Sequence[DeskRow]) -> list[dict[str, Any]]:
    """A service is told of a request that was withdrawn that it was, and no more."""
    items = items_of(DeskItem, rows)
    if asking.acting.role not in AGENCY:
        return items
    return [
        {name: value for name, value in one.items() if one["state"] != "withdrawn" or name in OF_WITHDRAWN}
        for one in items
    ]


Listing(
    "/v1/agency-involvement",
    DESK,
    DeskItem,
    agency_desk,
    Desk,
    summary="What each service was asked, and how far it has come",
    cursor="desk",
    filters={"service": CodeOf, "state": CodeOf},
    roles=(*READERS, *AGENCY),
    shown=as_seen_by,
).mount(router)


def _own(service: str | None, services: frozenset[str]) -> str | None:
    """The service asked for if it is the caller's own; their only one if none was named."""
    if service is None and len(services) == 1:
        return next(iter(services))
    return service if service in services else None


def contact_tasks(asking: Asking) -> Selection:
    """A task goes when somebody records that they told the person (POST /v1/cases/{case_id}/disclosures)."""
    return EVERYTHING


Listing(
    "/v1/contact-tasks",
    CONTACT_TASKS,
    ContactTask,
    contact_tasks,
    ContactTasks,
    summary="Whom staff have to tell by hand, because no channel reached them",
    cursor="tasks",
    filters={},
).mount(router)
