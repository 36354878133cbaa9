"""The sealed part of a frame: envelope and fact as JSON, written and read by pydantic's core (D1, D21)."""

import msgspec
from pydantic import ValidationError
from pydantic_core import from_json, to_json

from case_api.domain.catalogue import CATALOGUE
from case_api.domain.event import Envelope, Event
from case_api.store.frame import FrameError


class _Body(msgspec.Struct, gc=False):
    """Each half goes as it is to the validator that pydantic built for its class."""

    envelope: msgspec.Raw
    fact: msgspec.Raw


class _SealedBody(_Body, gc=False):
    """The body of a matter's fact: its true type is inside."""

    type: str


_decode = msgspec.json.Decoder(_Body).decode
_decode_sealed = msgspec.json.Decoder(_SealedBody).decode

BLOCK = 1024
"""A sealed body is filled up to a multiple of so many bytes, so that its length does not tell its type."""


def write(envelope: Envelope, fact: Event) -> bytes:
    """`{"envelope": …, "fact": …}` without what is None."""
    around = envelope.__pydantic_serializer__.to_json(envelope, exclude_none=True)
    inside = fact.__pydantic_serializer__.to_json(fact, exclude_none=True)
    return b'{"envelope":%b,"fact":%b}' % (around, inside)


def write_sealed(envelope: Envelope, fact: Event) -> bytes:
    """The same with the fact's type inside, and blanks after it."""
    whole = b'{"type":"%b",%b' % (fact.topic.encode(), write(envelope, fact)[1:])
    return whole.ljust(-(-len(whole) // BLOCK) * BLOCK)


def type_within(body: bytes) -> tuple[str, int]:
    """The stored name inside a sealed body, and its schema version. Raises FrameError."""
    try:
        name = _decode_sealed(body).type
        return name, int(name.rpartition(".v")[2])
    except (ValueError, msgspec.MsgspecError):
        raise FrameError("a sealed body does not say its type") from None


def known(name: str, schema: int) -> type[Event] | None:
    """The class that reads what was stored under *name*; None if it is of a newer program (D21)."""
    declared = CATALOGUE.get(name.rpartition(".v")[0])
    return declared if declared is not None and schema <= declared.schema_version else None


def read(declared: type[Event], schema: int, body: bytes) -> tuple[Envelope, Event]:
    """The envelope and the fact, upcast from the stored version of its schema.

    Raises FrameError, without a word of the content, if the body does not fit the type it is stored under.
    """
    try:
        halves = _decode(body)
        envelope = Envelope.__pydantic_validator__.validate_json(bytes(halves.envelope))
        fact = _upcast(declared, schema, bytes(halves.fact))
        return envelope, declared.__pydantic_validator__.validate_json(fact)
    except (ValidationError, msgspec.MsgspecError):
        raise FrameError(f"the body of a {declared.topic} does not fit its schema") from None


def _upcast(declared: type[Event], schema: int, fact: bytes) -> bytes:
    if schema == declared.schema_version:
        return fact
    stored = from_json(fact)
    for version in range(schema, declared.schema_version):
        stored = declared.upcasts[version](stored)
    return to_json(stored)
