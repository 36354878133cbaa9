"""Whole columns for PostgreSQL in its binary form, each made in one go.

psycopg looks for the adapter of every element; for a batch of commands that took longer than to encrypt them.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import chain, repeat
from struct import Struct, pack
from typing import ClassVar, Final
from uuid import UUID

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

from case_api.store import postgres_fields as fields

_HEAD: Final = Struct(">iiIii")
"""Dimensions, whether there are nulls, type of the elements, how many, number of the first."""
_EMPTY: Final = Struct(">iiI")


class Array(bytes):
    """An array as it goes over the wire; each class is of one type of elements."""

    oid: ClassVar[int]
    """Of the elements' type."""

    @classmethod
    def of(cls, count: int, elements: bytes, *, nulls: bool = False) -> "Array":
        """From its elements, each with its length before it."""
        return cls(_HEAD.pack(1, nulls, cls.oid, count, 1) + elements if count else _EMPTY.pack(0, 0, cls.oid))

    @classmethod
    def of_fields(cls, elements: fields.Fields) -> "Array":
        """From its elements, some of which may be none."""
        return cls.of(len(elements), b"".join(elements), nulls=fields.NULL in elements)


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
    return Uuids.of_fields(fields.uuids(values))


def texts(values: Sequence[str | None]) -> Array:
    """Texts, or none. Raises ValueError for one that PostgreSQL cannot hold."""
    return Texts.of_fields(fields.texts(values))


def byteas(values: Sequence[bytes | None]) -> Array:
    """Bytes, or none."""
    return Byteas.of_fields(fields.byteas(values))


def numbers(values: Sequence[int | None]) -> Array:
    """Whole numbers of 64 bits, or none. Raises struct.error for one that is larger."""
    return Bigints.of_fields(fields.numbers(values))


def dates(values: Sequence[date | None]) -> Array:
    """Days, or none."""
    return Dates.of_fields(fields.dates(values))


def instants(values: Sequence[datetime | None]) -> Array:
    """Instants with their offsets, or none."""
    return Instants.of_fields(fields.instants(values))


class _AsItIs(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> Buffer | None:
        return obj


def _dumper(kind: type[Array]) -> type[Dumper]:
    return type(f"{kind.__name__}Dumper", (_AsItIs,), {"oid": psycopg.postgres.types[kind.oid].array_oid})


for _kind in (Ints, Bigints, Uuids, Texts, Byteas, Dates, Instants):
    psycopg.adapters.register_dumper(_kind, _dumper(_kind))
