"""Where the learner stands on the ladder of staged intervention, and since when."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, Label, Text, ViewsId, ViewsMissing


class StageChanged(Event, grounds="6.1 staged intervention", covers=("R17", "R19", "R30", "R31")):
    """The learner moved to another stage of the ladder."""

    true_from = "on"
    refs = ("from_stage", "to_stage")
    correctable = False
    from_stage: Code
    to_stage: Code
    ladder_version: Label
    direction: Literal["up", "down"]
    on: date
    rationale: Text
    evidence_refs: tuple[UUID, ...] = ()
    views_refs: tuple[ViewsId, ...] = ()
    views_missing: tuple[ViewsMissing, ...] = ()
    exception_reason: Text | None = None
    decided_in: UUID | None = None

    examples = ({
        "from_stage": "universal", "to_stage": "universal_augmented", "ladder_version": "scotland-generic@1",
        "direction": "up", "on": "2025-11-04", "rationale": "Pictures help, but not yet with longer tasks.",
        "evidence_refs": ["019a4d33-7800-7f51-8485-91ce70325f77"],
        "views_refs": ["0199521d-2800-7d3f-b263-7fac5e103d55"],
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StageEntry:
    stage: str
    since: date
    at_version: int
    decided_by: str
    direction: str
    evidence_refs: tuple[UUID, ...] = ()
    views_refs: tuple[ViewsId, ...] = ()


@dataclass(frozen=True, slots=True)
class Stages:
    """Entries in version order; at the ladder's first stage until there is one."""

    entries: tuple[StageEntry, ...] = ()

    def on(self, day: date) -> StageEntry | None:
        """The entry that holds on *day*: the latest that began by then; the later version wins a tie (D6)."""
        begun = [entry for entry in self.entries if entry.since <= day]
        return max(begun, key=lambda entry: (entry.since, entry.at_version)) if begun else None

    @property
    def last(self) -> StageEntry | None:
        return self.entries[-1] if self.entries else None


def evolve(stages: Stages, fact: Event, at: Recorded) -> Stages:
    match fact:
        case StageChanged():
            decided_by = at.envelope.actor.subject if at.envelope else ""
            entry = StageEntry(
                fact.to_stage,
                fact.on,
                at.version,
                decided_by,
                fact.direction,
                fact.evidence_refs,
                fact.views_refs,
            )
            return Stages((*stages.entries, entry))
        case _:
            return stages
