"""Whole columns for PostgreSQL in its binary form, each made in one go.

psycopg looks for the adapter of every element; for a batch of commands that took longer than to encrypt them.
"""

from collections.abc import Iterable, Sequence
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
_NULL: Final = b"\xff\xff\xff\xff"
_UUID: Final = (16).to_bytes(4, "big")


class Array(bytes):
    """An array as it goes over the wire; each class is of one type of elements."""

    element: ClassVar[str]

    @classmethod
    def of(cls, count: int, elements: bytes, *, nulls: bool = False) -> "Array":
        """From its elements, each with its length before it."""
        oid = psycopg.postgres.types[cls.element].oid
        return cls(_HEAD.pack(1 if count else 0, nulls, oid, count, 1)[: None if count else 12] + elements)


class Ints(Array):
    """int4[]."""

    element = "int4"


class Bigints(Array):
    """int8[]."""

    element = "int8"


class Uuids(Array):
    """uuid[]."""

    element = "uuid"


class Texts(Array):
    """text[]."""

    element = "text"


class Byteas(Array):
    """bytea[]."""

    element = "bytea"


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


def texts(values: Iterable[str]) -> Array:
    """Texts. Raises ValueError for one that PostgreSQL cannot hold."""
    encoded = [value.encode() for value in values]
    if any(b"\0" in value for value in encoded):
        raise ValueError("a text with a NUL character")
    return Texts.of(len(encoded), _with_lengths(encoded))


def byteas(values: Sequence[bytes]) -> Array:
    """Bytes."""
    return Byteas.of(len(values), _with_lengths(values))


def _with_lengths(values: Sequence[bytes]) -> bytes:
    return b"".join([len(value).to_bytes(4, "big") + value for value in values])


class _AsItIs(Dumper):
    format = Format.BINARY

    def dump(self, obj: Array) -> Buffer | None:
        return obj


def _dumper(kind: type[Array]) -> type[Dumper]:
    return type(f"{kind.__name__}Dumper", (_AsItIs,), {"oid": psycopg.postgres.types[kind.element].array_oid})


for _kind in (Ints, Bigints, Uuids, Texts, Byteas):
    psycopg.adapters.register_dumper(_kind, _dumper(_kind))
