"""Conditional requests (RFC 9110, 13): nobody overwrites what they have not seen (D14).

An ETag seals stream, version, viewer, view and local date: it tells its holder nothing. If-Match compares the
version alone, since who looks, and on which day, changes what is shown but not what is stored.

What a family gets is tagged by what is shown alone: a version would tell them of facts that they may not see (I25).
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from struct import Struct
from struct import error as StructError  # noqa: N812 - the class has a lower-case name
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Header
from starlette.requests import Request

from case_api.http import problem_kinds as kinds
from case_api.http.problems import Problem
from case_api.http.sealing import Sealing

KIND: Final = "etag"
PACKED: Final = Struct(">16sQ16s")
MEMBER = re.compile(r'[ \t]*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*')
LONGEST: Final = 4096
_TAG = r'(W/)?"[\u0021\u0023-\u007e\u0080-\u00ff]*"'
SHAPE: Final = {"pattern": rf"^[ \t]*(\*|{_TAG}([ \t]*,[ \t]*{_TAG})*)[ \t]*$", "maxLength": LONGEST}
"""What MEMBER reads, as the API document says it."""


def etag(keyring: Sealing, stream: UUID, version: int, *, viewer: str, view: str, day: date) -> str:
    """The strong ETag, with its quotes, of what *viewer* sees in *view* on *day* of a stream at *version*."""
    return _sealed(keyring, stream, version, _seen(viewer, view, day))


def case_etag(keyring: Sealing, stream: UUID, version: int, *, viewer: str, day: date) -> str:
    """The same of the view "case", which stands in receipts and names nothing that is shown."""
    return _sealed(keyring, stream, version, _case_seen(viewer, day))


@lru_cache(4096)
def _case_seen(viewer: str, day: date) -> bytes:
    """One for all that somebody posts in a day. Of no other view: what is shown must not stay in memory."""
    return _seen(viewer, "case", day)


def _seen(viewer: str, view: str, day: date) -> bytes:
    return sha256(f"{viewer}\0{view}\0{day.isoformat()}".encode()).digest()[:16]


def _sealed(keyring: Sealing, stream: UUID, version: int, seen: bytes) -> str:
    return f'"{keyring.tag(KIND, PACKED.pack(stream.bytes, version, seen))}"'


def content_etag(keyring: Sealing, *, viewer: str, view: str) -> str:
    """The strong ETag of what *viewer* sees, made from that alone; it stands for no version, so If-Match takes none."""
    seen = sha256(f"{viewer}\0{view}".encode()).digest()
    return f'"{keyring.tag(KIND, seen)}"'


def public_etag(content: bytes) -> str:
    """The strong ETag of what everybody sees alike."""
    return f'"{sha256(content).hexdigest()[:32]}"'


def version_of(keyring: Sealing, tag: str, stream: UUID) -> int | None:
    """The version that an ETag of *stream* stands for; None for any other text."""
    try:
        of, version, _ = PACKED.unpack(keyring.open_tag(KIND, tag.strip('"')))
    except (ValueError, StructError):
        return None
    return int(version) if of == stream.bytes else None


@dataclass(frozen=True, slots=True)
class EntityTags:
    """The value of If-Match or If-None-Match."""

    anything: bool
    """It was `*`."""
    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()

    def versions(self, keyring: Sealing, stream: UUID) -> frozenset[int] | None:
        """The versions of *stream* that it allows, by strong comparison; None means any."""
        if self.anything:
            return None
        found = (version_of(keyring, tag, stream) for tag in self.strong)
        return frozenset(version for version in found if version is not None)

    def names(self, current: str) -> bool:
        """Whether it names the ETag *current*, by the weak comparison that If-None-Match uses."""
        return self.anything or current.strip('"') in self.strong + self.weak


def entity_tags(values: list[str]) -> EntityTags | None:
    """Read the values of one field; None when it was not sent. Raises a 400 Problem when unreadable."""
    if not values:
        return None
    text = ",".join(values)
    if text.strip(" \t") == "*":
        return EntityTags(anything=True)
    strong: list[str] = []
    weak: list[str] = []
    end = -1
    while end < len(text):
        match = MEMBER.match(text, end + 1)
        if match is None or text[match.end() : match.end() + 1] not in {"", ","} or len(text) > LONGEST:
            raise Problem(kinds.CONDITION_UNREADABLE)
        (weak if match[1] else strong).append(match[2])
        end = match.end()
    return EntityTags(False, tuple(strong), tuple(weak))


def require_version(allowed: frozenset[int] | None, version: int) -> None:
    """Raise a 412 Problem unless *version*, the one in the store, is allowed by If-Match."""
    if allowed is not None and version not in allowed:
        raise Problem(kinds.STALE)


async def _if_match(
    request: Request,
    _documented: Annotated[
        str | None,
        Header(
            alias="If-Match", description="ETag of the version that the change is based on.", json_schema_extra=SHAPE
        ),
    ] = None,
) -> EntityTags | None:
    return entity_tags(request.headers.getlist("if-match"))


async def if_match_required(found: Annotated[EntityTags | None, Depends(_if_match)]) -> EntityTags:
    """If-Match, of an operation that the API document says requires it; a 428 Problem without."""
    if found is None:
        raise Problem(kinds.IF_MATCH_MISSING)
    return found


async def if_none_match(
    request: Request,
    _documented: Annotated[
        str | None,
        Header(alias="If-None-Match", description="ETag at hand; 304 when it still holds.", json_schema_extra=SHAPE),
    ] = None,
) -> EntityTags | None:
    """If-None-Match of a read; None where it was not sent. Raises a 400 Problem."""
    return entity_tags(request.headers.getlist("if-none-match"))


IfMatch = Annotated[EntityTags | None, Depends(_if_match)]
"""If-Match where it is optional."""
IfMatchRequired = Annotated[EntityTags, Depends(if_match_required)]
"""If-Match where a person edits what they saw: 428 without."""
IfNoneMatch = Annotated[EntityTags | None, Depends(if_none_match)]
"""If-None-Match on a read."""
