"""Whole columns for PostgreSQL in its binary form, each made in one go.

psycopg looks for the adapter of every element; for a batch of commands that took longer than to encrypt them.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import chain, repeat
from struct import Struct, pack
from typing import ClassVar, Final
from uuid import UUID

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

_HEAD: Final = Struct(">iiIii")
"""Dimensions, whether there are nulls, type of the elements, how many, number of the first."""
_EMPTY: Final = Struct(">iiI")
_NULL: Final = b"\xff\xff\xff\xff"
_UUID: Final = (16).to_bytes(4, "big")
_DAY: Final = Struct(">ii").pack
_NUMBER: Final = Struct(">iq").pack
_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST_DAY: Final = _BEGINNING.toordinal()
_TICK: Final = timedelta(microseconds=1)


class Array(bytes):
    """An array as it goes over the wire; each class is of one type of elements."""

    oid: ClassVar[int]
    """Of the elements' type."""

    @classmethod
    def of(cls, count: int, elements: bytes, *, nulls: bool = False) -> "Array":
        """From its elements, each with its length before it."""
        return cls(_HEAD.pack(1, nulls, cls.oid, count, 1) + elements if count else _EMPTY.pack(0, 0, cls.oid))


class Ints(Array):
    """int4[]."""

    oid = psycopg.postgres.types["int4"].oid


class Bigints(Array):
    """int8[]."""

    oid = psycopg.postgres.types["int8"].oid


class Uuids(Array):
    """uuid[]."""

    oid = psycopg.postgres.types["uuid"].oid


class Texts(Array):
    """text[]."""

    oid = psycopg.postgres.types["text"].oid


class Byteas(Array):
    """bytea[]."""

    oid = psycopg.postgres.types["bytea"].oid


class Dates(Array):
    """date[]."""

    oid = psycopg.postgres.types["date"].oid


class Instants(Array):
    """timestamptz[]."""

    oid = psycopg.postgres.types["timestamptz"].oid


def ints(values: Sequence[int]) -> Array:
    """Whole numbers of 32 bits. Raises struct.error for one that is larger."""
    return Ints.of(len(values), pack(f">{2 * len(values)}i", *chain.from_iterable(zip(repeat(4), values))))


def bigints(values: Sequence[int]) -> Array:
    """Whole numbers of 64 bits. Raises struct.error for one that is larger."""
    return Bigints.of(len(values), pack(">" + "iq" * len(values), *chain.from_iterable(zip(repeat(8), values))))


def uuids(values: Sequence[UUID | None]) -> Array:
    """Ids, or none."""
    elements = b"".join([_NULL if value is None else _UUID + value.bytes for value in values])
    return Uuids.of(len(values), elements, nulls=None in values)


def texts(values: Iterable[str | None]) -> Array:
    """Texts, or none. Raises ValueError for one that PostgreSQL cannot hold."""
    encoded = [None if value is None else value.encode() for value in values]
    if any(value and b"\0" in value for value in encoded):
        raise ValueError("a text with a NUL character")
    return Texts.of(len(encoded), _with_lengths(encoded), nulls=None in encoded)


def byteas(values: Sequence[bytes | None]) -> Array:
    """Bytes, or none."""
    return Byteas.of(len(values), _with_lengths(values), nulls=None in values)


def numbers(values: Sequence[int | None]) -> Array:
    """Whole numbers of 64 bits, or none. Raises struct.error for one that is larger."""
    return _of_eight_bytes(Bigints, values)


def dates(values: Sequence[date | None]) -> Array:
    """Days, or none: counted from the first of 2000."""
    days = [None if value is None else value.toordinal() - _FIRST_DAY for value in values]
    return Dates.of(len(days), b"".join([_NULL if day is None else _DAY(4, day) for day in days]), nulls=None in days)


def instants(values: Sequence[datetime | None]) -> Array:
    """Instants with their offsets, or none: in microseconds from the beginning of 2000."""
    return _of_eight_bytes(Instants, [None if value is None else (value - _BEGINNING) // _TICK for value in values])


def _of_eight_bytes(kind: type[Array], values: Sequence[int | None]) -> Array:
    elements = b"".join([_NULL if value is None else _NUMBER(8, value) for value in values])
    return kind.of(len(values), elements, nulls=None in values)


def _with_lengths(values: Sequence[bytes | None]) -> bytes:
    return b"".join([_NULL if value is None else len(value).to_bytes(4, "big") + value for value in values])


class _AsItIs(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> Buffer | None:
        return obj


def _dumper(kind: type[Array]) -> type[Dumper]:
    return type(f"{kind.__name__}Dumper", (_AsItIs,), {"oid": psycopg.postgres.types[kind.oid].array_oid})


for _kind in (Ints, Bigints, Uuids, Texts, Byteas, Dates, Instants):
    psycopg.adapters.register_dumper(_kind, _dumper(_kind))
