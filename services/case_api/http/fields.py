"""The header fields of a request by their names, gathered once for all who look."""

from collections.abc import Iterable, Mapping, Sequence

from starlette.types import Scope

KEY = "stagepost.fields"


def sent(scope: Scope, name: bytes) -> Sequence[bytes]:
    """Every value of the field *name*, which is in lower case, in the order in which they were sent."""
    gathered: Mapping[bytes, Sequence[bytes]] | None = scope.get(KEY)
    if gathered is None:
        gathered = scope[KEY] = _gathered(scope["headers"])
    return gathered.get(name, ())


def _gathered(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[bytes, Sequence[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        if name in found:
            found[name].append(value)
        else:
            found[name] = [value]
    return found
