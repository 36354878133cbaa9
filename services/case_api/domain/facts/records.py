"""Corrections: nothing is edited; a later fact says which earlier one it supersedes (D7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from case_api.domain.entries import with_entry
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
    replacement: dict[str, Any] | None = Field(default=None, repr=False)

    examples = ({
        "supersedes": "01995219-f000-7395-88c9-d502b47693bb",
        "reason": "It began a week later than the form said.",
        "replacement": {
            "measure_id": "01995220-1000-7e40-a374-80bd6f214e66", "strategy_code": "quiet_space",
            "catalogue_version": "scotland-generic@1",
            "area": "physical", "started_on": "2025-09-19", "by": "lennox",
        },
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Records:
    """Which events were superseded, by which correction last, and which have nothing in their place."""

    superseded: Mapping[EventId, EventId] = field(default_factory=dict)
    emptied: frozenset[EventId] = frozenset()


def evolve(records: Records, fact: Event, at: Recorded) -> Records:
    match fact:
        case RecordCorrected():
            superseded = with_entry(records.superseded, fact.supersedes, at.event_id)
            emptied = records.emptied - {fact.supersedes}
            return Records(superseded, emptied if fact.replacement else emptied | {fact.supersedes})
        case _:
            return records
