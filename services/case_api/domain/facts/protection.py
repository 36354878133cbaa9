"""Child protection: the concern that opens a matter, its named group, overrides, and what was decided (D11, I30)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import (
    CaseId,
    Code,
    EventId,
    Line,
    Occurred,
    OverrideId,
    PersonId,
    ProtectionDecisionId,
    RequestId,
    Subject,
    Text,
    Value,
)

Covered = Literal["request", "disclosure"]
_PROTECTION = "6.3 Requesting assistance: child protection"
_TAKES_OVER: Final[Any] = Field(default=None, description="Who coordinates the matter from now on, where that changed.")
_OVERRIDE = "019a9762-8700-7a31-9b55-0c6f1d7e2b90"


class NamedGroup(Value):
    """The only people for whom a matter exists: who recorded it, who coordinates it, and whom they named."""

    recorder: Subject
    coordinator: Subject
    others: Annotated[tuple[Subject, ...], Field(max_length=20)] = ()


class ToldByOthers(Value):
    """Somebody outside the school told a person of the family: known to us, and no disclosure of ours."""

    by: Line
    person: PersonId
    at: Occurred


class ProtectionConcernRecorded(Event, grounds=_PROTECTION, covers=("R80",), stream="matter"):
    """A child-protection concern was recorded; with it a sealed matter begins beside the learner's case."""

    correctable = False
    case_id: CaseId
    concern: Text
    group: NamedGroup

    examples = ({
        "case_id": "c0a1e5ce-0000-4000-8000-000000000003", "concern": "What Isla said to her teacher after the break.",
        "group": {"recorder": "bain", "coordinator": "sinclair", "others": ["hay"]},
    },)  # fmt: skip


class GroupJoined(Event, grounds=_PROTECTION, covers=("R80",), stream="matter"):
    """Somebody was named to the group of the matter, and may read all of it from now on."""

    correctable = False
    staff: Subject
    coordinator: Subject | None = _TAKES_OVER
    reason: Text

    examples = ({
        "staff": "adair", "coordinator": "adair", "reason": "Coordinates child protection where Isla goes to school.",
    },)  # fmt: skip


class GroupLeft(Event, grounds=_PROTECTION, covers=("R80",), stream="matter"):
    """Somebody is no longer of the group; the matter does not exist for them any more."""

    correctable = False
    staff: Subject
    coordinator: Subject | None = _TAKES_OVER
    reason: Text

    examples = ({"staff": "hay", "reason": "No longer works at the school."},)


class ConsentOverridden(Event, grounds=_PROTECTION, covers=("R80",), stream="matter"):
    """An authorised person decided that one request, or one disclosure, does not wait for agreement.

    It covers what bears the id `request_ref` or `disclosure_ref`, and nothing else (I8).
    """

    correctable = False
    override_id: OverrideId
    asked_by: Subject
    request_ref: RequestId | None = None
    disclosure_ref: EventId | None = None
    ground: Code
    reasons: Text | None = Field(default=None, description="Absent only in an emergency, until they are recorded.")
    authoriser: Subject
    guidance_consulted: Line | None = None
    emergency: bool = False
    family_told: Literal["yes", "not_yet", "withheld"] = "not_yet"
    reasons_due: datetime | None = Field(default=None, description="In an emergency: by when the reasons are due.")

    examples = ({
        "override_id": _OVERRIDE, "asked_by": "bain", "request_ref": "019a9762-8700-7a31-9b55-0c6f1d7e2b91",
        "ground": "child_protection", "authoriser": "sinclair", "emergency": True,
        "guidance_consulted": "National guidance, part 3", "reasons_due": "2025-11-19T13:40:00Z",
    },)  # fmt: skip


class OverrideReasonsRecorded(Event, grounds=_PROTECTION, covers=("R80",), stream="matter"):
    """The reasons of an override that was made in an emergency were written down."""

    correctable = False
    override_ref: OverrideId
    reasons: Text
    by: Subject

    examples = ({
        "override_ref": _OVERRIDE, "by": "sinclair", "reasons": "To ask first would have put Isla at risk.",
    },)  # fmt: skip


class ProtectionDecisionRecorded(Event, grounds=_PROTECTION, covers=("R80",), stream="matter"):
    """The agencies that protect the child decided something, and told whom they told."""

    correctable = False
    decision_id: ProtectionDecisionId
    forum: Code
    decision: Text
    decided_by: Annotated[tuple[Line, ...], Field(min_length=1)]
    told: tuple[ToldByOthers, ...] = ()

    examples = ({
        "decision_id": "019a9762-8700-7a31-9b55-0c6f1d7e2b92", "forum": "ird",
        "decision": "A joint investigation.", "decided_by": ["Social Work", "Police", "Health"],
        "told": [{
            "by": "Social Work", "person": "f2b1d9c4-8e37-4c61-b1de-57a90c3e4d33", "at": "2025-11-19T16:00:00Z",
        }],
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Override:
    """One override, its reasons, and what was done under it."""

    decided: ConsentOverridden
    at: date | datetime
    recorded_at: datetime
    reasons: OverrideReasonsRecorded | None = None
    reasons_at: date | datetime | None = None

    @property
    def covers(self) -> Covered:
        return "request" if self.decided.request_ref else "disclosure"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision of the protecting agencies, and when it was made."""

    fact: ProtectionDecisionRecorded
    at: date | datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A joining or a leaving, and when."""

    fact: GroupJoined | GroupLeft
    at: date | datetime


@dataclass(frozen=True, slots=True)
class Protection:
    """The concern and what became of it."""

    concern: ProtectionConcernRecorded | None = None
    concern_event: EventId | None = None
    since: date | datetime | None = None
    group: frozenset[Subject] = frozenset()
    coordinator: Subject | None = None
    """Who coordinates it now."""
    changes: tuple[Change, ...] = ()
    overrides: Mapping[OverrideId, Override] = field(default_factory=dict)
    decisions: tuple[Decided, ...] = ()


def evolve(protection: Protection, fact: Event, at: Recorded) -> Protection:
    match fact:
        case ProtectionConcernRecorded():
            named = frozenset((fact.group.recorder, fact.group.coordinator, *fact.group.others))
            begun = replace(protection, concern=fact, concern_event=at.event_id, since=at.occurred_at)
            return replace(begun, group=protection.group | named, coordinator=fact.group.coordinator)
        case GroupJoined() | GroupLeft():
            one = frozenset((fact.staff,))
            group = protection.group | one if isinstance(fact, GroupJoined) else protection.group - one
            changes = (*protection.changes, Change(fact, at.occurred_at))
            coordinator = fact.coordinator or protection.coordinator
            return replace(protection, group=group, changes=changes, coordinator=coordinator)
        case ConsentOverridden():
            return _with(protection, Override(fact, at.occurred_at, at.recorded_at))
        case OverrideReasonsRecorded() if fact.override_ref in protection.overrides:
            before = protection.overrides[fact.override_ref]
            return _with(protection, replace(before, reasons=fact, reasons_at=at.occurred_at))
        case ProtectionDecisionRecorded():
            return replace(protection, decisions=(*protection.decisions, Decided(fact, at.occurred_at)))
        case _:
            return protection


def _with(protection: Protection, one: Override) -> Protection:
    return replace(protection, overrides=with_entry(protection.overrides, one.decided.override_id, one))
