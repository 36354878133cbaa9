"""Values for PostgreSQL in its binary form, each with its length before it: arrays are made of these.

A column is encoded in one go, and what stands in it more than once only once.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from struct import Struct
from typing import Any, Final
from uuid import UUID

NULL: Final = b"\xff\xff\xff\xff"
Fields = list[bytes]
"""The values of a column; NULL where there is none."""

_UUID: Final = (16).to_bytes(4, "big")
_DAY: Final = Struct(">ii").pack
_NUMBER: Final = Struct(">iq").pack
_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST_DAY: Final = _BEGINNING.toordinal()
_TICK: Final = timedelta(microseconds=1)


def uuids(values: Sequence[UUID | None]) -> Fields:
    """Ids, or none."""
    return [NULL if value is None else _UUID + value.int.to_bytes(16, "big") for value in values]


def texts(values: Sequence[str | None]) -> Fields:
    """Texts, or none. Raises ValueError for one that PostgreSQL cannot hold."""
    return _each(values, _text)


def byteas(values: Sequence[bytes | None]) -> Fields:
    """Bytes, or none."""
    return [NULL if value is None else len(value).to_bytes(4, "big") + value for value in values]


def numbers(values: Sequence[int | None]) -> Fields:
    """Whole numbers of 64 bits, or none. Raises struct.error for one that is larger."""
    return _each(values, lambda value: _NUMBER(8, value))


def dates(values: Sequence[date | None]) -> Fields:
    """Days, or none: counted from the first of 2000."""
    return _each(values, lambda value: _DAY(4, value.toordinal() - _FIRST_DAY))


def instants(values: Sequence[datetime | None]) -> Fields:
    """Instants with their offsets, or none: in microseconds from the beginning of 2000."""
    return _each(values, lambda value: _NUMBER(8, (value - _BEGINNING) // _TICK))


def _each(values: Sequence[Any], encode: Callable[[Any], bytes]) -> Fields:
    known = {value: NULL if value is None else encode(value) for value in {*values}}
    return [known[value] for value in values]


def _text(value: str) -> bytes:
    encoded = value.encode()
    if b"\0" in encoded:
        raise ValueError("a text with a NUL character")
    return len(encoded).to_bytes(4, "big") + encoded
