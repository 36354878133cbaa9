"""JSON that has one meaning only (RFC 8259 with the limits of I-JSON, RFC 7493)."""

import json
import math
import re
from typing import Any, Final, NoReturn

DEEPEST: Final = 32
"""How deep objects and arrays may be nested."""

_BRACKETS = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?|[\[\]{}]', re.DOTALL)
"""A whole string, or one bracket outside strings. An open string runs to the end, so one pass is enough."""

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class TooDeep(ValueError):
    """Nested deeper than DEEPEST."""


class UnreadableJson(ValueError):
    """Not JSON, or JSON that two programs could read differently."""


def check(body: bytes) -> None:
    """Raise TooDeep or UnreadableJson unless *body* is one JSON value that can be read safely.

    Depth is checked on the raw bytes, before any parser recurses. Refused besides: duplicate names, NaN and
    Infinity, invalid UTF-8, half surrogates and NUL characters.
    """
    _check_depth(body)
    try:
        value = _read(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise UnreadableJson("the body cannot be read") from None
    if b"\\u" in body:  # only an escape can write what neither UTF-8 nor the parser lets through
        _check_escapes(body, value)


def _check_depth(body: bytes) -> None:
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return
    depth = 0
    for match in _BRACKETS.finditer(body):
        first = body[match.start()]
        if first in b"[{":
            depth += 1
            if depth > DEEPEST:
                raise TooDeep("the body is nested too deeply")
        elif first in b"]}":
            depth -= 1


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnreadableJson("a name occurs twice")
    return found


def _refuse(_constant: str) -> NoReturn:
    raise UnreadableJson("not a number of JSON")


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise UnreadableJson("larger than any number that is kept here")
    return value


def _check_escapes(body: bytes, value: object) -> None:
    if _NUL.search(body):
        raise UnreadableJson("a NUL character")
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableJson("half a surrogate pair") from None


_read: Final = json.JSONDecoder(
    object_pairs_hook=_without_duplicates, parse_constant=_refuse, parse_float=_finite
).decode
"""Made once: to make it takes as long as to read a body."""
