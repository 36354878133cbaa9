"""What a body may be: JSON, small, flat, and here in time (safety.md, rows 10 and 11)."""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from case_api.http import problem_kinds as kinds
from case_api.http import strict_json
from case_api.http.problems import Problem, Problems

LARGEST: Final = 64 * 1024
"""Bytes of a body."""

PATIENCE: Final = 10.0
"""Seconds for a whole body to arrive."""

WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
CLOSE: Final = {"Connection": "close"}


class ClientLeft(Exception):
    """The client went away before its body was here; there is nobody to answer."""


class BodyLimits:
    """ASGI middleware behind authentication (D25): reads the body, checks it, and hands it on whole."""

    def __init__(self, app: ASGIApp, problems: Problems, *, largest: int = LARGEST, patience: float = PATIENCE) -> None:
        self.app, self.problems = app, problems
        self.largest, self.patience = largest, patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in WITH_BODY:
            await self.app(scope, receive, send)
            return
        try:
            body = await self._body(scope, receive)
            if body:
                _check(body, scope)
        except Problem as problem:
            await self.problems.response(Request(scope), problem)(scope, receive, send)
        except ClientLeft:
            return
        else:
            await self.app(scope, _again(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        if _announced(scope) > self.largest:
            raise Problem(kinds.BODY_TOO_LARGE, headers=CLOSE)
        try:
            async with asyncio.timeout(self.patience):
                return await self._received(receive)
        except TimeoutError:
            raise Problem(kinds.BODY_TOO_SLOW, headers=CLOSE) from None

    async def _received(self, receive: Receive) -> bytes:
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientLeft
            body += message.get("body", b"")
            if len(body) > self.largest:
                raise Problem(kinds.BODY_TOO_LARGE, headers=CLOSE)
            more = message.get("more_body", False)
        return bytes(body)


def _announced(scope: Scope) -> int:
    """The Content-Length, or 0; one that is no number was already refused by the server."""
    values = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(values[0]) if values and values[0].isdigit() else 0


def _check(body: bytes, scope: Scope) -> None:
    fields = {name: value.strip().lower() for name, value in scope["headers"]}
    media_type, _, parameters = fields.get(b"content-type", b"").partition(b";")
    if media_type.strip() != b"application/json" or fields.get(b"content-encoding", b"identity") != b"identity":
        raise Problem(kinds.NOT_JSON)
    if parameters.strip() not in {b"", b"charset=utf-8", b'charset="utf-8"'}:
        raise Problem(kinds.NOT_JSON)
    try:
        strict_json.check(body)
    except strict_json.TooDeep:
        raise Problem(kinds.TOO_DEEP) from None
    except strict_json.UnreadableJson:
        raise Problem(kinds.UNREADABLE_BODY) from None


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that first gives the body that was read, then goes on as before."""
    given = False

    async def receiving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving
