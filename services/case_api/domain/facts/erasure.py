"""What was forgotten: the keys of a learner and of the people around them were destroyed (D10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from case_api.domain.event import Event, Recorded, Unreadable

Reason = Literal["retention_period_over", "request_upheld", "recorded_by_mistake", "court_order"]
"""Why personal data was erased: a code, so that nothing of a person is said in what stays."""


class PersonalDataKeyDestroyed(Event, grounds="Data protection", covers=("R111",)):
    """All that was recorded in its stream until now was erased, with all that was recorded of the people in it.

    It is sealed under the authority's own key, since theirs are gone, and holds nothing of them.
    """

    correctable = False
    outlives_keys = True
    reason: Reason
    facts: Annotated[int, Field(ge=1, description="How many facts the record had; each keeps its place.")]
    key_ids: Annotated[tuple[UUID, ...], Field(min_length=1, description="Of the keys that open nothing any more.")]

    examples = ({
        "reason": "retention_period_over", "facts": 41,
        "key_ids": ["7f3b3c52-6f0c-4d7e-9a56-0c4a43c2d1aa", "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11"],
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Erasure:
    """Whether and when the record was erased."""

    occurred_at: date | datetime | None = None
    done: PersonalDataKeyDestroyed | None = None


def evolve(erasure: Erasure, fact: Event, at: Recorded) -> Erasure:
    match fact:
        case PersonalDataKeyDestroyed():
            return Erasure(at.occurred_at, fact)
        case _:
            return erasure


def erases(events: Sequence[Recorded]) -> bool:
    """Whether any of the events erases what stands before it."""
    return any(isinstance(event.fact, PersonalDataKeyDestroyed) for event in events)


def without_the_erased(events: Sequence[Recorded]) -> tuple[Recorded, ...]:
    """The events with everything before the last erasure as unreadable as it is without its key."""
    last = max((place for place, one in enumerate(events) if isinstance(one.fact, PersonalDataKeyDestroyed)), default=0)
    gone = (one.but(fact=Unreadable(why="erased", stored_name=one.name), envelope=None) for one in events[:last])
    return (*gone, *events[last:])
