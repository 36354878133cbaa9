"""The API document: one tidy OpenAPI 3.1, the same bytes as the committed one."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response

from case_api.announcing import CloudEvent
from case_api.domain.catalogue import ANNOUNCED
from case_api.http import problem_kinds as kinds
from case_api.http.bodies import body_schemas
from case_api.http.conditional import entity_tags, if_match_required, public_etag
from case_api.http.declared import dependencies, dependency, operations
from case_api.http.documents import ProblemBody
from case_api.http.offices import Roles
from case_api.http.problems import Problem
from case_api.schemas import feed_event_schema, schema_files

ABOUT = """An event-sourced record of staged support for learners.

Every `POST` under `/v1/cases` is a command: it records immutable facts, or is refused with a problem document that
names the rule, the guidance and what is missing. Send an `Idempotency-Key` with each; add `dry_run=true` to ask what
would happen. Reads of a case take `known_at` (what was on record then) and `valid_at` (what was true then).

Each operation names the roles of which its caller needs one, and refuses parameters that it does not know.
"""

ASKED_AGAIN: Final = {"Cache-Control": "public, no-cache"}
"""Whoever keeps the document asks each time whether it still holds."""


@dataclass(slots=True)
class Description:
    """The document as it is sent, and its ETag: made once, on a thread, so that others are answered meanwhile.

    Anybody may ask for it, and to make it takes as long as hundreds of requests.
    """

    app: FastAPI
    _made: tuple[bytes, str] | None = None
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def made(self) -> tuple[bytes, str]:
        """The bytes and the ETag; who comes while they are made waits for the same ones."""
        async with self._making:
            if self._made is None:
                self._made = await asyncio.to_thread(self._make)
            return self._made

    def _make(self) -> tuple[bytes, str]:
        content = written(self.app.openapi()).encode()
        return content, public_etag(content)


def describe(app: FastAPI) -> None:
    """Serve the document, and the schemas of the events, from *app*."""
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]

    description = Description(app)

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> Response:
        asked = entity_tags(request.headers.getlist("if-none-match"))
        content, tag = await description.made()
        fields = {"ETag": tag, **ASKED_AGAIN}
        if asked is not None and asked.names(tag):
            return Response(status_code=304, headers=fields)
        return Response(content, media_type="application/json", headers=fields)

    @app.get("/schemas/{name}", include_in_schema=False)
    async def schema(name: str) -> Response:
        found = schema_files().get(name)
        if found is None:
            raise Problem(kinds.NOT_FOUND)
        return Response(written(found), media_type="application/schema+json")


def written(document: dict[str, Any]) -> str:
    """The one way a generated document is written: in ASCII, since patterns name signs that nobody sees."""
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, openapi_version="3.1.0", description=ABOUT, routes=app.routes
        )
        document["servers"] = [{"url": "/"}]
        document["webhooks"] = {name: _webhook(name) for name in sorted(ANNOUNCED)}
        schemas = document["components"]["schemas"]
        problem = ProblemBody.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= body_schemas()
        schemas |= problem.pop("$defs", {}) | {"ProblemBody": problem}
        schemas["CloudEvent"] = CloudEvent.model_json_schema(ref_template="#/components/schemas/{model}")
        _without_validation_error(document)
        _without_null(document)
        _with_what_is_checked(document, app)
        app.openapi_schema = document
    return app.openapi_schema


def _webhook(name: str) -> dict[str, Any]:
    """An event as it is announced: thin, with the ids by which it can be read."""
    event = ANNOUNCED[name]
    body = {"application/json": {"schema": feed_event_schema(event)}}
    return {
        "post": {
            "summary": (event.__doc__ or name).strip().partition("\n")[0],
            "operationId": f"on_{name}",
            "requestBody": {"required": True, "content": body},
            "responses": {"204": {"description": "Received."}},
        }
    }


def _with_what_is_checked(document: dict[str, Any], app: FastAPI) -> None:
    """Roles and conditions are read from what checks them, so that the document cannot say otherwise."""
    for route in operations(app):
        for method in route.methods or ():
            operation = document["paths"][route.path][method.lower()]
            if roles := dependency(route, Roles):
                about = operation.get("description", "")
                operation["description"] = f"{about}\n\nRoles: {roles}.".strip()
            if if_match_required in dependencies(route):
                _require(operation, "If-Match")


def _require(operation: dict[str, Any], name: str) -> None:
    for parameter in operation["parameters"]:
        if parameter["name"] == name:
            parameter["required"] = True


def _without_null(document: dict[str, Any]) -> None:
    """A parameter is absent rather than null."""
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                schema = parameter["schema"]
                kinds_of_value = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
                if len(kinds_of_value) == 1:
                    parameter["schema"] = {key: of for key, of in schema.items() if key != "anyOf"} | kinds_of_value[0]


def _without_validation_error(document: dict[str, Any]) -> None:
    """FastAPI documents a 422 of its own that this API never gives: invalid input is a 400 problem."""
    for path in document["paths"].values():
        for operation in path.values():
            own = operation["responses"].get("422", {}).get("content", {})
            if "HTTPValidationError" in str(own):
                del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
