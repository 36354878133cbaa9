"""Why a command can be refused, and how a decision says so."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal
from uuid import UUID

from msgspec import Struct
from pydantic import Field

from case_api.domain.event import Event
from case_api.domain.words import Value

UNKNOWN: Final = "unknown"
"""What is missing, where something is named that is not there, or not for whoever asks."""


class Missing(Value):
    """One thing that stands in the way: which rule asks for it, of whom or of what."""

    rule_id: str
    what: str
    """A code such as `not_asked`, `refused`, `effect_not_observed`."""
    person: UUID | None = None
    ref: UUID | str | None = None
    case_id: UUID | None = None
    """Whose case it is, where a command is about several (D12)."""
    detail: str | None = None


class Refusal(Value):
    """A rule said no. Carries words that a practitioner can act on (D20).

    Subclasses say which rule, why in one sentence, and what to do next; they hold no names of people, only ids.
    """

    slug: ClassVar[str]
    rule_id: ClassVar[str]
    guidance_ref: ClassVar[str]
    title: ClassVar[str]
    advice: ClassVar[str]
    status: ClassVar[Literal[404, 409]] = 409

    missing: tuple[Missing, ...] = ()
    pointer: str | None = Field(default=None, description="JSON Pointer to the field of the command that it is about.")

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        REFUSALS.append(cls)


REFUSALS: list[type[Refusal]] = []
"""Every kind of refusal; the documentation's list of problem types comes from it."""


class Decision(Struct, frozen=True):
    """What a command comes to: events, or refusals, or neither when there is nothing to do."""

    events: tuple[Event, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    created: UUID | None = None
    """The id of the thing the command made, for the receipt."""


def decided(*rules: Refusal | None, then: Event | tuple[Event, ...] = (), created: UUID | None = None) -> Decision:
    """Gather every rule's answer: all refusals, in rule order, or else the events."""
    refusals = tuple(refusal for refusal in rules if refusal is not None)
    if refusals:
        return Decision(refusals=refusals)
    return Decision(events=then if isinstance(then, tuple) else (then,), created=created)


def together(refused: Mapping[UUID, tuple[Refusal, ...]]) -> tuple[Refusal, ...]:
    """The refusals of several cases as those of one command: each kind once, naming every learner it is about (D12)."""
    named: dict[tuple[type[Refusal], str | None], Refusal] = {}
    for case_id, refusals in refused.items():
        for one in refusals:
            kind = (type(one), one.pointer)
            before = named[kind].missing if kind in named else ()
            named[kind] = one.model_copy(update={"missing": (*before, *_of(case_id, one))})
    return tuple(named.values())


def _of(case_id: UUID, refusal: Refusal) -> tuple[Missing, ...]:
    missing = refusal.missing or (Missing(rule_id=refusal.rule_id, what=refusal.slug.replace("-", "_")),)
    return tuple(one.model_copy(update={"case_id": case_id}) for one in missing)
