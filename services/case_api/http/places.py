"""The key of a row as bytes, for the cursor that stands for it."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

DAY, ID = 4, 16


def packed(values: Sequence[object]) -> bytes:
    """Ids, days and short codes, one after the other. Raises ValueError for anything else."""
    return b"".join(map(_packed, values))


def unpacked(kinds: Mapping[str, str], place: bytes) -> tuple[object, ...]:
    """The values of which *kinds* names the kind of column for each, in their order."""
    found: list[object] = []
    for kind in kinds.values():
        value, place = _first(kind, place)
        found.append(value)
    return tuple(found)


def _packed(value: object) -> bytes:
    match value:
        case UUID():
            return value.bytes
        case date():
            return value.toordinal().to_bytes(DAY, "big")
        case str():
            text = value.encode()
            return len(text).to_bytes(1, "big") + text
    raise ValueError("a row's place is made of ids, days and codes")


def _first(kind: str, place: bytes) -> tuple[object, bytes]:
    match kind:
        case "uuid":
            return UUID(bytes=place[:ID]), place[ID:]
        case "date":
            return date.fromordinal(int.from_bytes(place[:DAY], "big")), place[DAY:]
        case _:
            end = 1 + place[0]
            return place[1:end].decode(), place[end:]
