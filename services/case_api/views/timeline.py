"""The story of a case in order, with what was recorded late and what was corrected (R111)."""

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import islice
from typing import Any, Final, Self
from uuid import UUID

from pydantic import Field

from case_api.domain.event import Recorded, Unreadable
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.policy import Policy
from case_api.domain.words import Sensitivity, day_of, has_come, start_of
from case_api.views.answer import Answer, AsOf, NothingKnown, Part, times
from case_api.views.known import as_known
from case_api.views.standing_out import WATCHED, class_of
from case_api.views.summaries import summary_of


class Who(Part):
    """Who recorded an entry."""

    role: str
    subject: str
    organisation: str


class TimelineEntry(Part):
    """One event of the case, as it was recorded: a wrong fact and its correction both stand."""

    event_id: UUID
    type: str
    occurred_at: datetime | date
    true_from: datetime | date | None = Field(default=None, description="Present where it differs from occurred_at.")
    recorded_at: datetime
    late_by_days: int | None = Field(default=None, description="Days from its day to that of recording, if any.")
    actor: Who | None = None
    summary: str
    policy: str | None = None
    sensitivity: Sensitivity | None = None
    data: dict[str, Any] | None = Field(default=None, description="The fact itself; absent where it cannot be read.")
    corrects: UUID | None = None
    superseded_by: UUID | None = None

    def without(self, classes: Collection[str]) -> Self:
        """The same without the fact itself where it holds fields of these classes, or corrects one that may."""
        name = self.type.partition(".")[0]
        hides = bool(classes) if name == RecordCorrected.__name__ else GUARDED.get(name) in classes
        return self.model_copy(update={"data": None}) if hides else self

    def is_all_of(self, classes: Collection[str]) -> bool:
        """What came of a watch that is not shown is left out, as it would tell of the watch."""
        name = self.type.partition(".")[0]
        return name in WATCHED and class_of(str((self.data or {}).get("watch"))) in classes


GUARDED: Final[Mapping[str, str]] = {
    "LearnerRegistered": "identifiers",
    "CarerLinked": "restrictions",
    "ContactPreferenceSet": "contact",
}
"""Facts that hold what not every reader sees, each with its class of fields (access/rules.py)."""


class Timeline(Answer):
    """Entries in order of occurrence; of one moment, in the order of recording."""

    case_id: UUID
    items: tuple[TimelineEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which entries of a story are wanted, of those that the reader is shown."""

    after: UUID | None = None
    """The entry before them; from the start where it is not in the story."""
    limit: int = sys.maxsize
    hides: Collection[str] = ()
    """Classes of fields that the reader is not shown (access/rules.py)."""


def timeline(events: Sequence[Recorded], as_of: AsOf, policy: Policy, authority: Authority) -> Timeline:
    """The story up to `as_of.valid_at`. Raises NothingKnown."""
    return timeline_stretch(events, as_of, policy, authority, Stretch())[0]


def timeline_stretch(
    events: Sequence[Recorded], as_of: AsOf, policy: Policy, authority: Authority, wanted: Stretch
) -> tuple[Timeline, bool]:
    """A stretch of the story, and whether it goes on; no other entries are made. Raises NothingKnown."""
    known = as_known(events, as_of.known_at)
    if not known:
        raise NothingKnown
    corrections = {one.fact.supersedes: one.event_id for one in known if isinstance(one.fact, RecordCorrected)}
    entries = (_entry(one, corrections, policy, authority) for one in _in_order(known, as_of, policy, wanted.after))
    shown = (one.without(wanted.hides) for one in entries if not one.is_all_of(wanted.hides))
    items = tuple(islice(shown, wanted.limit))
    return Timeline(case_id=known[0].stream, items=items, **times(as_of)), next(shown, None) is not None


def _in_order(known: Sequence[Recorded], as_of: AsOf, policy: Policy, after: UUID | None) -> Sequence[Recorded]:
    told = [one for one in known if has_come(one.occurred_at, as_of.valid_at, policy.tz)]
    told.sort(key=lambda one: (start_of(one.occurred_at, policy.tz), one.version))
    if after is None:
        return told
    return told[next((place for place, one in enumerate(told, 1) if one.event_id == after), 0) :]


def _entry(event: Recorded, corrections: Mapping[UUID, UUID], policy: Policy, authority: Authority) -> TimelineEntry:
    readable = not isinstance(event.fact, Unreadable)
    true_from = event.true_from
    return TimelineEntry(
        event_id=event.event_id,
        type=event.true_name,
        occurred_at=event.occurred_at,
        true_from=true_from if _differ(true_from, event.occurred_at, policy.tz) else None,
        recorded_at=event.recorded_at,
        late_by_days=_late_by(event, policy.tz) or None,
        actor=_who(event),
        summary=summary_of(event.fact, policy, authority),
        policy=event.envelope.policy if event.envelope else None,
        sensitivity=event.envelope.sensitivity if event.envelope else None,
        data=event.fact.model_dump(mode="json", exclude_none=True) if readable else None,
        corrects=event.fact.supersedes if isinstance(event.fact, RecordCorrected) else None,
        superseded_by=corrections.get(event.event_id),
    )


def _who(event: Recorded) -> Who | None:
    if event.envelope is None:
        return None
    actor = event.envelope.actor
    return Who(role=actor.role, subject=actor.subject, organisation=actor.organisation)


def _late_by(event: Recorded, zone: tzinfo) -> int:
    return (day_of(event.recorded_at, zone) - day_of(event.occurred_at, zone)).days


def _differ(first: datetime | date, second: datetime | date, zone: tzinfo) -> bool:
    return day_of(first, zone) != day_of(second, zone)
