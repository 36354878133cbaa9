"""The one way to declare a command on a child-protection matter: path, command, decision (D11, I30).

Whoever is not of the matter's group gets the answer that anybody gets for an id that nobody has.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from inspect import Parameter, Signature, cleandoc
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.principal import Principal
from case_api.access.roles import PROTECTION
from case_api.access.ruling import ALLOWED, DENIED
from case_api.domain.case import Case
from case_api.domain.matter import Matter
from case_api.http import problem_kinds as kinds
from case_api.http.bodies import documented, json_body
from case_api.http.commands import RECORDED
from case_api.http.documents import ERRORS
from case_api.http.idempotency import IdempotencyKey
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import as_problems, place
from case_api.http.problems import Problem
from case_api.office import Office
from case_api.order import Caller


@dataclass(frozen=True, slots=True)
class MatterCommand:
    """One `POST` on a matter; *decision* is `(matter, case, [item,] command, situation) -> Decision`."""

    path: str
    """With `{matter_id}`, and at most one id of something in the matter."""
    body: type
    decision: Callable[..., Any]
    summary: str

    def mount(self, router: APIRouter) -> None:
        async def endpoint(**given: Any) -> Response:
            return await self.answer(given)

        endpoint.__signature__ = self.signature()  # type: ignore[attr-defined]
        router.post(
            self.path,
            operation_id=self.decision.__name__,
            summary=self.summary,
            description=cleandoc(self.decision.__doc__ or ""),
            openapi_extra=documented(self.body),
            status_code=201,
            response_class=Response,
            responses={**RECORDED, **ERRORS},
        )(endpoint)

    @property
    def item(self) -> str | None:
        names = [part[1:-1] for part in self.path.split("/") if part.startswith("{") and part != "{matter_id}"]
        return names[0] if names else None

    async def answer(self, given: Mapping[str, Any]) -> Response:
        """Decided on the matter; the case lends its people, as they are when the command is asked."""
        office, matter_id, who = given["office"], given["matter_id"], given["acting"].who
        case = await case_beside(office, matter_id, who)
        about = (given[self.item],) if self.item else ()
        return await place(
            given["request"],
            office,
            office.matters,
            given["acting"],
            given["body"],
            lambda matter, asked, at: self.decision(matter, case, *about, asked, at),
            stream=matter_id,
            key=given["key"],
            case_id=matter_id,
            sealed=True,
            may_see=lambda matter, _: ALLOWED if matter.is_known_to(who.subject) else DENIED,
        )

    def signature(self) -> Signature:
        """The parameters as FastAPI reads them."""
        wanted: Mapping[str, Any] = {
            "request": Request,
            "matter_id": UUID,
            **({self.item: UUID} if self.item else {}),
            "body": Annotated[Any, json_body(self.body)],
            "acting": Annotated[Caller, Depends(Roles(PROTECTION, "protect"))],
            "office": InOffice,
            "key": IdempotencyKey,
        }
        parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in wanted.items()]
        return Signature(parameters, return_annotation=Response)


async def matter_for(office: Office, matter_id: UUID, who: Principal) -> Matter:
    """The matter at its head, for somebody of its group. Raises a 404 Problem for anybody else."""
    with as_problems():
        matter = (await office.sealed.latest(matter_id)).state
    if not matter.is_known_to(who.subject):
        raise Problem(kinds.NOT_FOUND)
    return matter


async def matter_to_read(office: Office, matter_id: UUID, who: Principal, now: datetime) -> Matter:
    """The same, also for somebody who took emergency access that still holds."""
    with as_problems():
        matter = (await office.sealed.latest(matter_id)).state
    if not matter.may_be_read_by(who.subject, now):
        raise Problem(kinds.NOT_FOUND)
    return matter


async def case_beside(office: Office, matter_id: UUID, who: Principal) -> Case:
    """The case of a matter, for somebody of its group. Raises a 404 Problem for anybody else."""
    matter = await matter_for(office, matter_id, who)
    assert matter.case_id is not None  # noqa: S101 - only a matter with a concern has a group
    with as_problems():
        return (await office.folds.latest(matter.case_id)).state
