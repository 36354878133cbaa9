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


_decode = msgspec.json.Decoder(_Body).decode


def write(envelope: Envelope, fact: Event) -> bytes:
    """`{"envelope": …, "fact": …}` without what is None."""
    around = envelope.__pydantic_serializer__.to_json(envelope, exclude_none=True)
    inside = fact.__pydantic_serializer__.to_json(fact, exclude_none=True)
    return b'{"envelope":%b,"fact":%b}' % (around, inside)


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
