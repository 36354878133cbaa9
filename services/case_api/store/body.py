"""The sealed part of a frame: envelope and fact as JSON (D1, D21)."""

from collections.abc import Callable
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from pydantic_core import from_json, to_json

from case_api.domain.catalogue import CATALOGUE
from case_api.domain.event import Actor, Envelope, Event, Source
from case_api.domain.words import Sensitivity
from case_api.store.frame import FrameError
from case_api.store.shapes import Build, moment, moment_text, shape_of


def _routine() -> Sensitivity:
    return "routine"


class _Envelope(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """An envelope as it is stored. What is None is left out; the sensitivity never is."""

    actor: Actor
    occurred_at: str
    source: Source
    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None
    policy: str
    sensitivity: Sensitivity = msgspec.field(default_factory=_routine)


class _SealedBody(msgspec.Struct, gc=False):
    """The body of a matter's fact: its true type is inside."""

    type: str


class _OlderBody(msgspec.Struct, gc=False):
    """A body whose fact must be upcast before it has the shape that is known now."""

    envelope: _Envelope
    fact: msgspec.Raw


Read = Callable[[bytes], tuple[Envelope, Event]]
"""From an opened body its envelope and its fact."""

_encode = msgspec.json.Encoder().encode
_decode_sealed = msgspec.json.Decoder(_SealedBody).decode
_decode_older = msgspec.json.Decoder(_OlderBody).decode

BLOCK = 1024
"""A sealed body is filled up to a multiple of so many bytes, so that its length does not tell its type."""


def write(envelope: Envelope, fact: Event) -> bytes:
    """`{"envelope": …, "fact": …}` without what is None. Raises ValueError for a moment that could not be read."""
    inside = fact.__pydantic_serializer__.to_json(fact, exclude_none=True)
    return b'{"envelope":%b,"fact":%b}' % (_encode(_wrapped(envelope)), inside)


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


def reader(name: str, schema: int) -> Read | None:
    """Reads the bodies stored under *name*; None if it is of a newer program (D21)."""
    declared = CATALOGUE.get(name.rpartition(".v")[0])
    return _reader(declared, schema) if declared is not None and schema <= declared.schema_version else None


def read(declared: type[Event], schema: int, body: bytes) -> tuple[Envelope, Event]:
    """The envelope and the fact, upcast from the stored version of its schema.

    Raises FrameError, without a word of the content, if the body does not fit the type it is stored under.
    """
    return _reader(declared, schema)(body)


@cache
def _reader(declared: type[Event], schema: int) -> Read:
    """Reads the bodies of one type, envelope and fact in one pass."""
    decode, build = _as_now(declared) if schema == declared.schema_version else _as_then(declared, schema)

    def read(body: bytes) -> tuple[Envelope, Event]:
        try:
            stored = decode(body)
            return _unwrapped(stored.envelope), build(stored.fact)
        except ValueError:  # also what pydantic and msgspec raise
            raise FrameError(f"the body of a {declared.topic} does not fit its schema") from None

    return read


def _as_now(declared: type[Event]) -> tuple[Callable[[bytes], Any], Build]:
    shape = shape_of(declared)
    body = msgspec.defstruct("Body", [("envelope", _Envelope), ("fact", shape.form)], gc=False)
    return msgspec.json.Decoder(body).decode, shape.build


def _as_then(declared: type[Event], schema: int) -> tuple[Callable[[bytes], Any], Build]:
    """What an upcast makes of a stored fact is judged as if it were new (D21)."""

    def build(fact: msgspec.Raw) -> Event:
        stored = from_json(bytes(fact))
        for version in range(schema, declared.schema_version):
            stored = declared.upcasts[version](stored)
        made: Event = declared.__pydantic_validator__.validate_json(to_json(stored))
        return made

    return _decode_older, build


def _wrapped(envelope: Envelope) -> _Envelope:
    return _Envelope(
        actor=envelope.actor,
        occurred_at=moment_text(envelope.occurred_at),
        source=envelope.source,
        correlation_id=envelope.correlation_id,
        causation_id=envelope.causation_id,
        traceparent=envelope.traceparent,
        policy=envelope.policy,
        sensitivity=envelope.sensitivity,
    )


def _unwrapped(stored: _Envelope) -> Envelope:
    return Envelope(
        stored.actor,
        moment(stored.occurred_at),
        stored.source,
        stored.correlation_id,
        stored.policy,
        stored.causation_id,
        stored.traceparent,
        stored.sensitivity,
    )
