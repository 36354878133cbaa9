"""JSON Pointers (RFC 6901): where in an answer something stands."""

from typing import Any


class NothingThere(LookupError):
    """The pointer leads nowhere."""


def at_pointer(body: Any, pointer: str) -> Any:
    """The value that *pointer* names in *body*. Raises NothingThere."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        try:
            body = body[int(name)] if isinstance(body, list) else body[name]
        except (LookupError, TypeError, ValueError):
            raise NothingThere(pointer) from None
    return body
