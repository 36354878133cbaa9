"""The short way in for plain requests, which is nearly every one that programs send.

FastAPI looks through its routes and solves an operation's dependencies anew for each request; for a command that takes
longer than to decide and seal it. A plain request has no query, ids in their canonical form and, where it is a command,
one bare Idempotency-Key and no If-Match: it is found by the shape of its path, and read by the very functions that the
dependencies call, in their order. Any other request goes the long way, so there is one answer to each.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from case_api.http.fields import sent
from case_api.http.idempotency import BARE
from case_api.http.problems import Problems

Given = Mapping[str, Any]
"""What a request gives for each parameter of its endpoint."""
Read = Callable[[Request], Awaitable[Given | None]]
"""Reads a plain request; None for any other."""
Endpoint = Callable[..., Awaitable[Response]]
Shape = tuple[str, ...]
"""A method, and the parts of a path between its ids."""

CANONICAL: Final = re.compile(r"(?<=/)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?=/|\Z)")
PARAMETER: Final = re.compile(r"\{(\w+)\}")


class ShortWays:
    """The operations that have a short way, by the shapes of their paths."""

    def __init__(self) -> None:
        self._routes: dict[Shape, tuple[Route, tuple[str, ...]]] = {}

    def learn(self, routes: Iterable[Route]) -> None:
        """Take up those of *routes* whose endpoint says how its plain requests are read: `endpoint.plainly`."""
        for route in routes:
            if hasattr(route.endpoint, "plainly"):
                parts = PARAMETER.split(route.path)
                for method in route.methods or ():
                    self._routes[method, *parts[::2]] = route, tuple(parts[1::2])

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The operation at this path, and the ids in it by their names; None where there is none, or no id is plain."""
        parts = CANONICAL.split(path)
        found = self._routes.get((method, *parts[::2]))
        return (found[0], dict(zip(found[1], parts[1::2], strict=True))) if found else None


class ShortWay:
    """ASGI middleware, innermost: answers plain requests, and lets all others pass."""

    def __init__(self, app: ASGIApp, ways: ShortWays, problems: Problems) -> None:
        self.app, self.ways, self.problems = app, ways, problems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self.ways.find(scope["method"], scope["path"]) if scope["type"] == "http" else None
        response = await self._answer(*found, scope, receive) if found else None
        await (self.app if response is None else response)(scope, receive, send)

    async def _answer(self, route: Route, ids: dict[str, str], scope: Scope, receive: Receive) -> Response | None:
        """The answer to a plain request; None for any other, of which nothing was read yet."""
        read: Read = route.endpoint.plainly  # type: ignore[attr-defined]
        scope["route"], scope["path_params"] = route, ids
        request = Request(scope, receive)
        try:
            given = await read(request)
            return None if given is None else await route.endpoint(**given)
        except self.problems.foreseen as error:
            return self.problems.answer(request, error)


def post_plainly(router: APIRouter, path: str, endpoint: Endpoint, read: Read, **declared: Any) -> None:
    """Declare `POST path` with a short way."""
    endpoint.plainly = read  # type: ignore[attr-defined]
    router.add_api_route(path, endpoint, methods=["POST"], **declared)


def plain_key(request: Request) -> str | None:
    """The Idempotency-Key of a request that is plain up to its path; None for any other."""
    scope = request.scope
    keys = sent(scope, b"idempotency-key")
    if len(keys) != 1 or scope["query_string"] or sent(scope, b"if-match"):
        return None
    key = keys[0].decode("latin-1")
    return key if BARE.fullmatch(key) else None


def plain_ids(request: Request) -> dict[str, UUID]:
    """The ids of the path by their names."""
    ids: Mapping[str, str] = request.path_params
    return {name: UUID(text) for name, text in ids.items()}
