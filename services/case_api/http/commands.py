"""The one way to declare a command's endpoint: path, command, decision, roles.

The body is the command, the actor comes from the token, and the decision is passed by its route (house style).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import Parameter, Signature, cleandoc
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.reach import action_of, reach
from case_api.access.rules import Action, Fields
from case_api.http.bodies import documented, json_body, reader
from case_api.http.conditional import IfMatch, IfMatchRequired
from case_api.http.documents import ERRORS, ETAG, LOCATION, REPLAYED
from case_api.http.idempotency import IdempotencyKey
from case_api.http.offices import InOffice, Roles, office_of
from case_api.http.ordering import place
from case_api.http.plain_requests import Given, Read, plain_ids, plain_key, post_plainly
from case_api.http.receipts import ReceiptBody, WouldRecordBody
from case_api.order import Caller

Decide = Callable[..., Any]


def command(  # noqa: PLR0913 - what an endpoint is made of, by name
    router: APIRouter,
    path: str,
    body: Any,
    decision: Decide,
    roles: tuple[str, ...],
    *,
    edits: bool = False,
    creates: str | None = None,
    action: Action = "work",
    changes: frozenset[Fields] = frozenset(),
    summary: str,
) -> None:
    """Declare `POST path` for a command on one case.

    Args:
        router: of the capability.
        path: with `{case_id}`, and at most one id of something on the case, which the decision takes second.
        body: the command's class, or a union of them.
        decision: `(case, [item,] command, situation) -> Decision`.
        roles: who may do it, in the order of preference for the role that the event names.
        edits: a person changes what they saw, so If-Match is required (428).
        creates: where what it made can be read, with `{case_id}` and `{id}`.
        action: what the rules of access call it when the school does it (access/rules.py).
        changes: classes of fields that it replaces; whoever is not shown them is refused (403).
        summary: one sentence for the API document.
    """
    Endpoint(path, body, decision, roles, edits, creates, summary, action, changes).mount(router)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One command's `POST`, as FastAPI is to see it."""

    path: str
    body: Any
    decision: Decide
    roles: tuple[str, ...]
    edits: bool
    creates: str | None
    summary: str
    action: Action = "work"
    changes: frozenset[Fields] = frozenset()

    @property
    def item(self) -> str | None:
        """The name of the id in the path that is not the case's."""
        names = [part[1:-1] for part in self.path.split("/") if part.startswith("{") and part != "{case_id}"]
        return names[0] if names else None

    def mount(self, router: APIRouter) -> None:
        """Put it among the routes."""

        async def endpoint(**given: Any) -> Response:
            return await self.answer(given)

        endpoint.__signature__ = self.signature()  # type: ignore[attr-defined]
        post_plainly(
            router,
            self.path,
            endpoint,
            self.plainly(),
            operation_id=self.decision.__name__,
            summary=self.summary,
            description=self.description(),
            openapi_extra=documented(self.body, None if isinstance(self.body, type) else self.title()),
            status_code=201,
            response_class=Response,
            responses={**RECORDED, **ERRORS},
        )

    def plainly(self) -> Read:
        """What the signature asks for, of a plain request, in the same order."""
        body_of, acting_of = reader(self.body), Roles(self.roles, self.action)

        async def read(request: Request) -> Given | None:
            key = plain_key(request)
            if self.edits or key is None:
                return None
            body, who = await body_of(request), request.scope["principal"]
            acting, office = await acting_of(request, who), await office_of(request, who)
            given = {"request": request, "body": body, "acting": acting, "office": office, "key": key, "if_match": None}
            return {**plain_ids(request), **given}

        return read

    async def answer(self, given: Mapping[str, Any]) -> Response:
        """Place the command, with what the request gave for each parameter."""
        case_id, item_id, who = given["case_id"], given.get(self.item or ""), given["acting"].who
        agreement_id = item_id if self.item == "agreement_id" else None
        return await place(
            given["request"],
            given["office"],
            given["office"].cases,
            given["acting"],
            given["body"],
            self.on_item(item_id),
            stream=case_id,
            key=given["key"],
            case_id=case_id,
            if_match=given["if_match"],
            may_see=reach(who, action_of(given["acting"].role, self.action), given["body"], agreement_id),
            changes=self.changes,
            location=self.location(case_id),
        )

    def on_item(self, item_id: UUID | None) -> Decide:
        """The decision, for the item that the path names."""
        if item_id is None:
            return self.decision
        return lambda state, told, at: self.decision(state, item_id, told, at)

    def location(self, case_id: UUID) -> Callable[[UUID], str] | None:
        """Where what the command made can be read."""
        template = self.creates
        return (lambda made: template.format(case_id=case_id, id=made)) if template else None

    def signature(self) -> Signature:
        """The parameters as FastAPI reads them."""
        wanted: Mapping[str, Any] = {
            "request": Request,
            "case_id": UUID,
            **({self.item: UUID} if self.item else {}),
            "body": Annotated[Any, json_body(self.body)],
            "acting": Annotated[Caller, Depends(Roles(self.roles, self.action))],
            "office": InOffice,
            "key": IdempotencyKey,
            "if_match": IfMatchRequired if self.edits else IfMatch,
        }
        parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in wanted.items()]
        return Signature(parameters, return_annotation=Response)

    def description(self) -> str:
        """What the API document says of it: the decision's own docstring."""
        return cleandoc(self.decision.__doc__ or "")

    def title(self) -> str:
        """The name of a body that is a union, from its decision: `request_assistance`, `RequestAssistance`."""
        return self.decision.__name__.title().replace("_", "")


RECORDED: dict[int | str, dict[str, Any]] = {
    201: {"model": ReceiptBody, "description": "Recorded.", "headers": {**ETAG, **LOCATION, **REPLAYED}},
    200: {
        "model": ReceiptBody | WouldRecordBody,
        "description": "Nothing to do, or the outcome of a dry run.",
        "headers": {**ETAG, **REPLAYED},
    },
}
"""The two good endings of a command."""
