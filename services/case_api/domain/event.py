"""The one way to declare an event, and the catalogue of all that are declared.

JSON Schemas, the OpenAPI webhooks and the reference page come from the declarations.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Final, Literal, Self
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from case_api.domain.words import EventId, Sensitivity, Value

StreamKind = Literal["case", "told", "matter", "authority"]
SEALED: Final = "Sealed.v1"
"""The stored type of every fact in a child-protection matter; its true type stands in the sealed body (D11)."""
Upcast = Callable[[dict[str, Any]], dict[str, Any]]


class Event(Value):
    """A fact, in the past tense. Facts are added; they are never edited or removed."""

    topic: ClassVar[str]
    """Stored name with its version, as `ConcernRaised.v1`; never a Python path."""
    schema_version: ClassVar[int]
    grounds: ClassVar[str]
    """Section of the guidance on which the event stands."""
    covers: ClassVar[tuple[str, ...]]
    """Requirement numbers (R…) that it serves."""
    stream: ClassVar[StreamKind]
    owner: ClassVar[str]
    """The slice of the state that takes it into account: the name of its module in facts/."""
    upcasts: ClassVar[Mapping[int, Upcast]] = {}
    """By version: how the stored dict of that version becomes one of the next (D21)."""
    refs: ClassVar[tuple[str, ...]] = ()
    """Fields that a thin payload of the feed may carry: ids and codes only."""
    true_from: ClassVar[str | None] = None
    """The field that says from when it is true; None means occurred_at (D6)."""
    true_until: ClassVar[str | None] = None
    planned: ClassVar[bool] = False
    """Whether that day may lie ahead (I31: planned things use their own fields)."""
    sealed_for: ClassVar[str | None] = None
    """The field that names the person under whose key the body is sealed; the stream's own key without it (D10)."""
    creates_key_for: ClassVar[str | None] = None
    """The field that names a person whose key must exist before this event is stored (D10)."""
    outlives_keys: ClassVar[bool] = False
    """Whether the body is sealed under the authority's own key, since those of its stream are gone by then (D10)."""
    correctable: ClassVar[bool] = True
    """Whether RecordCorrected may supersede it (D7)."""
    examples: ClassVar[tuple[dict[str, Any], ...]] = ()

    def __init_subclass__(
        cls,
        *,
        grounds: str,
        covers: tuple[str, ...] = (),
        version: int = 1,
        stream: StreamKind = "case",
        stored: bool = True,
        **settings: Any,
    ) -> None:
        super().__init_subclass__(**settings)
        cls.topic = f"{cls.__name__}.v{version}"
        cls.schema_version = version
        cls.grounds, cls.covers, cls.stream = grounds, covers, stream
        cls.owner = cls.__module__.rpartition(".")[2]
        if cls.__name__ in CATALOGUE:
            raise TypeError(f"{cls.__name__} is declared twice")
        if stored:
            CATALOGUE[cls.__name__] = cls


CATALOGUE: dict[str, type[Event]] = {}
"""Every event by its name without a version."""


class Unreadable(Event, grounds="D10, D21", stored=False):
    """Stands in the place of an event that does not count; the fold passes it by. Never stored.

    Its key was destroyed (`erased`); it is of a type or version that is newer than the program (`unknown`); or a
    correction withdrew it without a replacement (`superseded`).
    """

    why: Literal["erased", "unknown", "superseded"]
    stored_name: str


class _Plain(Struct, frozen=True, gc=False):
    """What is stored beside a fact, has no schema of its own, and is made once for every fact that is read (ADR 22)."""

    def but(self, **changes: Any) -> Self:
        """The same with other values in some fields."""
        return replace(self, **changes)


class Actor(_Plain, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Who recorded a fact: the token's subject, never a name of their own choosing (D8)."""

    subject: str
    role: str
    organisation: str
    on_behalf_of: str | None = None


class Source(_Plain, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """From which system a fact came, and under which idempotency key."""

    system: str
    idempotency_key: str | None = None


class Envelope(_Plain, frozen=True, gc=False):
    """What surrounds a fact and is sealed with it (D1)."""

    actor: Actor
    occurred_at: date | datetime
    source: Source
    correlation_id: UUID
    policy: str
    """Name and version of the policy that governed it, as `scotland-generic@1` (I32)."""
    causation_id: EventId | None = None
    traceparent: str | None = None
    sensitivity: Sensitivity = "routine"


class Recorded(_Plain, frozen=True, gc=False):
    """A fact in its place: one version of one stream."""

    stream: UUID
    version: int
    event_id: EventId
    recorded_at: datetime
    name: str
    """The stored name, as `ConcernRaised.v1`; after an upcast still the one it was stored under. SEALED in a matter."""
    key_id: UUID
    envelope: Envelope | None
    """None only where the fact is Unreadable."""
    fact: Event

    @property
    def occurred_at(self) -> date | datetime:
        return self.envelope.occurred_at if self.envelope else self.recorded_at

    @property
    def kind(self) -> StreamKind | None:
        """Of which kind of stream it is; None if it is of a type that only a newer program knows."""
        if self.name == SEALED:
            return "matter"
        declared = CATALOGUE.get(self.name.rpartition(".v")[0])
        return declared.stream if declared else None

    @property
    def true_name(self) -> str:
        """The name of what happened, also where the log says only SEALED."""
        readable = not isinstance(self.fact, Unreadable)
        return self.fact.topic if self.name == SEALED and readable else self.name

    @property
    def true_from(self) -> date | datetime:
        """From when it is true: the field that its class names, or else when it occurred (D6)."""
        moment: date | datetime = getattr(self.fact, self.fact.true_from) if self.fact.true_from else self.occurred_at
        return moment
