"""What a body may be: JSON, small, flat, and here in time (safety.md, rows 10 and 11)."""

import asyncio
from contextlib import suppress
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from case_api.http import problem_kinds as kinds
from case_api.http import strict_json
from case_api.http.fields import sent
from case_api.http.problems import Problem, Problems

LARGEST: Final = 64 * 1024
"""Bytes of a body."""

DROPPED: Final = 16 * 1024 * 1024
"""Bytes of a larger body that are still taken in, and dropped: whoever is still sending would not hear the answer."""

MOST_DIGITS: Final = 20
"""Digits of a length that are looked at, zeros in front aside: a number of so many is too large, whatever follows."""

PATIENCE: Final = 10.0
"""Seconds for a whole body to arrive."""

WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
CHARSETS: Final = frozenset({b"", b"charset=utf-8", b'charset="utf-8"'})
CLOSE: Final = {"Connection": "close"}
WHOLE: Final = "stagepost.whole"
"""In the scope of a request whose body the server has in hand: then there is nothing to wait for, and no time limit."""
BODY: Final = "stagepost.body"
"""In the scope: the body that was read."""


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
            scope[BODY] = body
            await self.app(scope, _again(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        announced, body, more = _announced(scope), b"", True
        if announced <= self.largest:
            body, more = await (_received(receive, self.largest) if WHOLE in scope else self._in_time(receive))
        if more or len(body) > self.largest:
            if more and announced <= DROPPED:
                await self._drop(receive)
            raise Problem(kinds.BODY_TOO_LARGE, headers=CLOSE)
        return body

    async def _in_time(self, receive: Receive) -> tuple[bytes, bool]:
        try:
            async with asyncio.timeout(self.patience):
                return await _received(receive, self.largest)
        except TimeoutError:
            raise Problem(kinds.BODY_TOO_SLOW, headers=CLOSE) from None

    async def _drop(self, receive: Receive) -> None:
        """Take in what is still sent, within bounds, so that the sender comes to read the answer."""
        size, more = 0, True
        with suppress(TimeoutError):
            async with asyncio.timeout(self.patience):
                while more and size < DROPPED:
                    part, more = await _part(receive)
                    size += len(part)


async def _received(receive: Receive, most: int) -> tuple[bytes, bool]:
    """The body, or what has come of it when it grows larger than *most*; and whether there is more."""
    first, more = await _part(receive)
    if not more:
        return first, False
    body = bytearray(first)
    while more and len(body) <= most:
        part, more = await _part(receive)
        body += part
    return bytes(body), more


async def _part(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientLeft
    return message.get("body", b""), message.get("more_body", False)


def _announced(scope: Scope) -> int:
    """The Content-Length, or 0; one that is no number was already refused by the server."""
    lengths = sent(scope, b"content-length")
    if not lengths or not lengths[0].isdigit():
        return 0
    digits = lengths[0].lstrip(b"0")
    return int(digits[:MOST_DIGITS] or b"0")


def _check(body: bytes, scope: Scope) -> None:
    media_type, _, parameters = _last(scope, b"content-type", b"").partition(b";")
    if media_type.strip() != b"application/json" or parameters.strip() not in CHARSETS:
        raise Problem(kinds.NOT_JSON)
    if _last(scope, b"content-encoding", b"identity") != b"identity":
        raise Problem(kinds.NOT_JSON)
    try:
        strict_json.check(body)
    except strict_json.TooDeep:
        raise Problem(kinds.TOO_DEEP) from None
    except strict_json.UnreadableJson:
        raise Problem(kinds.UNREADABLE_BODY) from None


def _last(scope: Scope, name: bytes, default: bytes) -> bytes:
    """The last value of a field, in lower case."""
    values = sent(scope, name)
    return values[-1].strip().lower() if values else default


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
