"""Corrections: nothing is edited; a later fact says which earlier one it supersedes (D7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from case_api.domain.event import Event, Recorded
from case_api.domain.words import EventId, PersonId, Text


class RecordCorrected(Event, grounds="6.4", covers=("R111",)):
    """An earlier fact was wrong. It stays on the record; the replacement, if any, stands in its place."""

    correctable = False
    sealed_for = "person_id"
    refs = ("supersedes",)
    supersedes: EventId
    person_id: PersonId | None = None
    reason: Text
    replacement: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """Which events were superseded, and by which correction last."""

    superseded: Mapping[EventId, EventId] = field(default_factory=dict)


def evolve(records: Records, fact: Event, at: Recorded) -> Records:
    match fact:
        case RecordCorrected():
            return Records({**records.superseded, fact.supersedes: at.event_id})
        case _:
            return records
