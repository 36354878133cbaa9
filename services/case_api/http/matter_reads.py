"""Reading child-protection matters: strong reads, at two times, for the named group as it is now (I30)."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from inspect import Parameter, Signature
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.principal import Principal
from case_api.access.roles import PROTECTION_READERS
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.matter import Matter
from case_api.domain.policy import Policy
from case_api.http import problem_kinds as kinds
from case_api.http.audit import AttemptBody
from case_api.http.conditional import IfNoneMatch
from case_api.http.documents import READ_ERRORS
from case_api.http.matter_commands import matter_for, matter_to_read
from case_api.http.offices import InOffice, Roles
from case_api.http.one_case import Look, answers, look_at
from case_api.http.ordering import as_problems
from case_api.http.paging import Cursor, Limit, open_cursor, page, seal_cursor
from case_api.http.plain_reads import plain_read
from case_api.http.problems import Problem
from case_api.http.times import Asked
from case_api.http.tracing import looked
from case_api.office import Office
from case_api.order import Caller
from case_api.views.answer import Answer, AsOf, NothingKnown
from case_api.views.matter_row import MatterRow, row_of
from case_api.views.matter_story import MatterClocks, MatterTimeline, matter_clocks, matter_timeline
from case_api.views.matter_told import MatterTold, matter_told
from case_api.views.matter_view import MatterView, matter_view
from case_api.views.transfer_view import MatterTransferView, matter_transfer

router = APIRouter(tags=["matters"])
Member = Annotated[Caller, Depends(Roles(PROTECTION_READERS, "protect"))]
View = Callable[[Sequence[Recorded], AsOf, Policy, Authority], Answer]
KIND = "matters"
BATCH = 200
"""Matters that are looked at in one go for somebody's list."""


class MatterPage(BaseModel):
    """The matters of the caller's groups; nobody else's are counted."""

    items: list[MatterRow]
    next: str | None = Field(default=None, description="Absent on the last page.")
    self: str


class MatterAttempts(BaseModel):
    """Refused commands that concern the matter, the newest first."""

    items: list[AttemptBody]


@router.get(
    "/v1/matters",
    operation_id="matters",
    summary="The child-protection matters of whose named group the caller is",
    responses=READ_ERRORS,
    response_model=MatterPage,
    response_model_exclude_none=True,
)
async def matters(
    request: Request, acting: Member, office: InOffice, after: Cursor = None, limit: Limit = 50
) -> dict[str, Any]:
    """Whose group the caller is not in is not there."""
    place = UUID(bytes=open_cursor(office.journal.keyring, KIND, after)) if after else None
    found: list[Matter] = []
    now: datetime = request.app.state.clock.now()
    with as_problems():
        async for one in _of(acting.who, office, place, now):
            found.append(one)
            if len(found) > limit:
                break
    following = seal_cursor(office.journal.keyring, KIND, found[limit - 1].id.bytes) if len(found) > limit else None
    looked(request.scope, (one.id for one in found[:limit]))
    _, policy = await office.precedent.latest(now)
    return page(request, [row_of(one, now, policy) for one in found[:limit]], following)


async def _of(who: Principal, office: Office, after: UUID | None, now: datetime) -> AsyncIterator[Matter]:
    """The matters of *who*, in the order of their ids: each is folded, since no table says whose it is."""
    while streams := await office.journal.sealed_streams(after, BATCH):
        for stream in streams:
            matter = (await office.sealed.latest(stream)).state
            if matter.may_be_read_by(who.subject, now):
                yield matter
        after = streams[-1]


class MatterLook(Look):
    """One read of a matter: the fields of a read of a case, with the matter's id in the place of the case's."""

    async def events(self) -> tuple[Recorded, ...]:
        """The whole stream, for somebody who is of the group now. Raises a 404 Problem for anybody else."""
        await matter_to_read(self.office, self.case_id, self.who, self.request.app.state.clock.now())
        with as_problems():
            return await self.office.histories.of(self.case_id)


def reading(path: str, model: type[Answer], view: View, summary: str) -> None:
    """Declare `GET path` for a view of one matter."""

    async def endpoint(**given: Any) -> Response:
        acting: Caller = given.pop("acting")
        return await look_at(MatterLook(who=acting.who, case_id=given.pop("matter_id"), **given), view)

    endpoint.__signature__ = _signature()  # type: ignore[attr-defined]
    name = view.__name__
    router.get(path, operation_id=name, summary=summary, responses=answers(model), response_class=Response)(
        plain_read(endpoint)
    )


def _signature() -> Signature:
    wanted: dict[str, Any] = {
        "request": Request,
        "matter_id": UUID,
        "acting": Member,
        "office": InOffice,
        "times": Asked,
        "if_none_match": IfNoneMatch,
    }
    parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in wanted.items()]
    return Signature(parameters, return_annotation=Response)


reading("/v1/matters/{matter_id}", MatterView, matter_view, "A child-protection matter, for its named group")
reading("/v1/matters/{matter_id}/timeline", MatterTimeline, matter_timeline, "The story of a matter, in order")
reading("/v1/matters/{matter_id}/clocks", MatterClocks, matter_clocks, "Its time limits: due, done, kept")


reading("/v1/matters/{matter_id}/told", MatterTold, matter_told, "Who was told of it, on what basis, and who was not")


@router.get(
    "/v1/matters/{matter_id}/transfers/{transfer_id}",
    operation_id="matter_transfer",
    summary="A transfer of a matter, with what was sent and its hash",
    responses=answers(MatterTransferView),
    response_class=Response,
)
@plain_read
async def transfer(
    request: Request,
    matter_id: UUID,
    transfer_id: UUID,
    acting: Member,
    office: InOffice,
    times: Asked,
    if_none_match: IfNoneMatch,
) -> Response:
    """Hash `content` as it stands, as UTF-8, and confirm with that hash."""
    look = MatterLook(request, acting.who, office, matter_id, times, if_none_match)
    events, (policy, _) = await look.events(), await look.ground()
    try:
        shown = matter_transfer(events, look.at(events), policy, transfer_id)
    except NothingKnown:
        raise Problem(kinds.NOT_FOUND) from None
    return look.answer(shown, matter_id, events[-1].version)


@router.get(
    "/v1/matters/{matter_id}/attempts",
    operation_id="matter_attempts",
    summary="Refused commands that concern a matter, the newest first",
    responses=READ_ERRORS,
    response_model_exclude_none=True,
)
async def attempts(matter_id: UUID, acting: Member, office: InOffice) -> MatterAttempts:
    """On the matter itself, or citing an override on its case; no other list shows them (I8, I30)."""
    matter = await matter_for(office, matter_id, acting.who)
    with as_problems():
        found = await office.journal.restricted_attempts(*(one for one in (matter_id, matter.case_id) if one))
    return MatterAttempts(items=[AttemptBody.model_validate(one, from_attributes=True) for one in found])
