"""Pages of a list: `{items, next, self}`, with cursors that tell nothing and cannot be made up."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import Query
from starlette.requests import Request

from case_api.http import problem_kinds
from case_api.http.problems import Problem
from case_api.http.sealing import Sealing

SIZE: Final = 128
"""Bytes inside every cursor, so that its length says nothing about its place."""

Limit = Annotated[int, Query(ge=1, le=100, description="How many items at most.")]
Cursor = Annotated[str | None, Query(max_length=512, description="`next` of the page before.")]


def seal_cursor(keyring: Sealing, kind: str, place: bytes) -> str:
    """A cursor for *place*, of one length for all places; raises ValueError for one over 127 bytes."""
    if len(place) >= SIZE:
        raise ValueError("a place in a list has at most 127 bytes")
    return keyring.seal_opaque(kind, bytes([len(place)]) + place.ljust(SIZE - 1, b"\0"))


def open_cursor(keyring: Sealing, kind: str, cursor: str) -> bytes:
    """The place that *cursor* stands for; raises a 400 Problem when it is not one of ours, of this kind."""
    try:
        sealed = keyring.open_opaque(kind, cursor)
    except ValueError:
        raise Problem(problem_kinds.CURSOR_UNREADABLE) from None
    if len(sealed) != SIZE or sealed[0] >= SIZE:
        raise Problem(problem_kinds.CURSOR_UNREADABLE)
    return sealed[1 : 1 + sealed[0]]


def page(request: Request, items: Sequence[Any], following: str | None) -> dict[str, Any]:
    """The document of one page; `next` is a cursor, and absent on the last page."""
    query = request.url.query
    document = {"items": list(items), "self": request.url.path + (f"?{query}" if query else "")}
    return document if following is None else document | {"next": following}
