"""Emergency access to a matter by somebody who is not of its group: for a reason, for some hours, seen by the group."""

from dataclasses import dataclass
from datetime import date, datetime

from case_api.domain.event import Event, Recorded
from case_api.domain.words import Subject, Text


class EmergencyAccessTaken(
    Event, grounds="6.3 Requesting assistance: child protection", covers=("R80",), stream="matter"
):
    """Somebody outside the named group took leave to read the matter for some hours, because it could not wait."""

    correctable = False
    staff: Subject
    reason: Text
    until: datetime

    examples = ({
        "staff": "moffat", "reason": "Isla did not come home, and nobody of the group answers.",
        "until": "2025-11-18T21:40:00Z",
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """One leave, and when it was taken."""

    fact: EmergencyAccessTaken
    at: date | datetime


@dataclass(frozen=True, slots=True)
class EmergencyAccess:
    """Every leave that was taken, in the order of the record."""

    taken: tuple[Taken, ...] = ()

    def until(self, staff: Subject, now: datetime) -> datetime | None:
        """When the leave of *staff* ends that holds at *now*; None without one."""
        return max(
            (one.fact.until for one in self.taken if one.fact.staff == staff and now < one.fact.until), default=None
        )


def evolve(emergency_access: EmergencyAccess, fact: Event, at: Recorded) -> EmergencyAccess:
    if not isinstance(fact, EmergencyAccessTaken):
        return emergency_access
    return EmergencyAccess((*emergency_access.taken, Taken(fact, at.occurred_at)))
