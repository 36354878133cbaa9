"""Where in an answer something stands: JSON Pointers (RFC 6901), with one addition.

Of a list, a step `name=value` picks the last entry in which *name* has that value; `data.service=slt` looks further in.
"""

from typing import Any


class NothingThere(LookupError):
    """The pointer leads nowhere."""


def at_pointer(body: Any, pointer: str) -> Any:
    """The value that *pointer* names in *body*. Raises NothingThere."""
    for part in pointer.split("/")[1:]:
        try:
            body = _step(body, part.replace("~1", "/").replace("~0", "~"))
        except (LookupError, TypeError, ValueError):
            raise NothingThere(pointer) from None
    return body


def _step(body: Any, name: str) -> Any:
    if not isinstance(body, list):
        return body[name]
    where, is_search, value = name.partition("=")
    return [one for one in body if _has(one, where, value)][-1] if is_search else body[int(name)]


def _has(entry: Any, where: str, value: str) -> bool:
    for name in where.split("."):
        entry = entry.get(name, {})
    return str(entry) == value
