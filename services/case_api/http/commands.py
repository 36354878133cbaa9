"""The one way to declare a command's endpoint: path, command, decision, roles.

The body is the command, the actor comes from the token, and the decision is passed by its route (house style).
"""

from collections.abc import Callable, Mapping
from inspect import Parameter, Signature, cleandoc
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.reach import reach
from case_api.http.bodies import documented, json_body
from case_api.http.conditional import IfMatch, IfMatchRequired
from case_api.http.documents import ERRORS
from case_api.http.idempotency import IdempotencyKey
from case_api.http.identity import Asking
from case_api.http.offices import InOffice, caller
from case_api.http.ordering import place
from case_api.http.receipts import ReceiptBody, WouldRecordBody

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
        summary: one sentence for the API document.
    """
    item = _item_of(path)

    async def endpoint(**given: Any) -> Response:
        request, case_id = given["request"], given["case_id"]
        item_id = given[item] if item else None
        return await place(
            request,
            given["office"],
            given["office"].cases,
            caller(request, given["who"], roles),
            given["body"],
            _on_item(decision, item_id),
            stream=case_id,
            key=given["key"],
            case_id=case_id,
            if_match=given["if_match"],
            may_see=reach(given["who"], given["body"], item_id if item == "agreement_id" else None),
            location=_location(creates, case_id),
        )

    extra = documented(body, None if isinstance(body, type) else _title(decision))
    _declare(router, path, endpoint, _signature(body, item, edits=edits), decision, summary, roles, extra)


def _title(decision: Decide) -> str:
    """The name of a body that is a union, from its decision: `request_assistance`, `RequestAssistance`."""
    return decision.__name__.title().replace("_", "")


def _item_of(path: str) -> str | None:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{") and part != "{case_id}"]
    return names[0] if names else None


def _on_item(decision: Decide, item_id: UUID | None) -> Decide:
    if item_id is None:
        return decision
    return lambda state, told, at: decision(state, item_id, told, at)


def _location(creates: str | None, case_id: UUID) -> Callable[[UUID], str] | None:
    return (lambda made: creates.format(case_id=case_id, id=made)) if creates else None


def _signature(body: Any, item: str | None, *, edits: bool) -> Signature:
    wanted: Mapping[str, Any] = {
        "request": Request,
        "case_id": UUID,
        **({item: UUID} if item else {}),
        "body": Annotated[Any, json_body(body)],
        "who": Asking,
        "office": InOffice,
        "key": IdempotencyKey,
        "if_match": IfMatchRequired if edits else IfMatch,
    }
    parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in wanted.items()]
    return Signature(parameters, return_annotation=Response)


def _declare(  # noqa: PLR0913, PLR0917 - as above
    router: APIRouter,
    path: str,
    endpoint: Any,
    signature: Signature,
    decision: Decide,
    summary: str,
    roles: tuple[str, ...],
    extra: dict[str, Any],
) -> None:
    endpoint.__signature__ = signature
    about = cleandoc(decision.__doc__) + "\n\n" if decision.__doc__ else ""
    router.post(
        path,
        operation_id=decision.__name__,
        summary=summary,
        description=f"{about}Roles: {', '.join(roles)}.",
        openapi_extra=extra,
        status_code=201,
        response_class=Response,
        responses={
            201: {"model": ReceiptBody, "description": "Recorded."},
            200: {
                "model": ReceiptBody | WouldRecordBody,
                "description": "Nothing to do, or the outcome of a dry run.",
            },
            **ERRORS,
        },
    )(endpoint)
