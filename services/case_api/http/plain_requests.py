"""The short way in for the plain form of a command, which is nearly every one that programs send.

FastAPI solves an operation's dependencies anew for each request; for a command that takes as long as to decide and
seal it. A plain request has no query, one bare Idempotency-Key, no If-Match, and ids in their canonical form: it is
read here, by the very functions that the dependencies call and in their order. Any other request goes the long way, so
there is one answer to each.
"""

import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from case_api.http.idempotency import BARE

Given = Mapping[str, Any]
"""What a request gives for each parameter of its endpoint."""
Read = Callable[[Request], Awaitable[Given | None]]
"""Reads a plain request; None for any other."""
Endpoint = Callable[..., Awaitable[Response]]

CANONICAL: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class PlainRoute(APIRoute):
    """A route whose endpoint can say how its plain requests are read: `endpoint.plainly`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own handler, behind the short way."""
        the_long_way = super().get_route_handler()
        endpoint: Endpoint = self.endpoint
        read: Read = endpoint.plainly  # type: ignore[attr-defined]

        async def handle(request: Request) -> Response:
            given = await read(request)
            return await the_long_way(request) if given is None else await endpoint(**given)

        return handle


def post_plainly(router: APIRouter, path: str, endpoint: Endpoint, read: Read, **declared: Any) -> None:
    """Declare `POST path` with a short way."""
    endpoint.plainly = read  # type: ignore[attr-defined]
    router.add_api_route(path, endpoint, methods=["POST"], route_class_override=PlainRoute, **declared)


def plain_key(request: Request) -> str | None:
    """The Idempotency-Key of a request that is plain up to its path; None for any other."""
    key: str | None = None
    for name, value in request.scope["headers"]:
        if name == b"idempotency-key":
            text = value.decode("latin-1")
            if key is not None or not BARE.fullmatch(text):
                return None
            key = text
        elif name == b"if-match":
            return None
    return None if request.scope["query_string"] else key


def plain_ids(request: Request, *names: str) -> dict[str, UUID] | None:
    """The ids of the path by their names, if all are written as they are given out."""
    texts: Mapping[str, str] = request.path_params
    if not all(CANONICAL.fullmatch(texts[name]) for name in names):
        return None
    return {name: UUID(texts[name]) for name in names}
