"""A child-protection matter: the slices together, and the fold (D11). It knows its case; no case knows it (I30)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from case_api.domain.event import Recorded
from case_api.domain.facts.coordination import Coordination
from case_api.domain.facts.emergency_access import EmergencyAccess
from case_api.domain.facts.erasure import Erasure, PersonalDataKeyDestroyed
from case_api.domain.facts.meetings import Meetings
from case_api.domain.facts.protection import Protection
from case_api.domain.facts.requests import Requests
from case_api.domain.facts.told import Told
from case_api.domain.facts.transfers import Transfers
from case_api.domain.slices import evolvers
from case_api.domain.words import CaseId, Subject


class Matter(Struct, frozen=True, gc=False):
    """What is true of one matter after some number of events. Immutable; version 0 is no matter yet."""

    id: UUID
    version: int = 0
    recorded_at: datetime | None = None
    protection: Protection = Protection()
    requests: Requests = Requests()
    meetings: Meetings = Meetings()
    coordination: Coordination = Coordination()
    told: Told = Told()
    transfers: Transfers = Transfers()
    emergency_access: EmergencyAccess = EmergencyAccess()
    erasure: Erasure = Erasure()

    @property
    def case_id(self) -> CaseId | None:
        """The case beside which it stands; None before the concern, or where its key was destroyed."""
        return self.protection.concern.case_id if self.protection.concern else None

    def is_known_to(self, staff: Subject) -> bool:
        """Whether *staff* is of the named group now; for anybody else there is no such matter."""
        return self.case_id is not None and staff in self.protection.group

    def may_be_read_by(self, staff: Subject, now: datetime) -> bool:
        """Whether *staff* is of the group, or took emergency access that holds at *now*."""
        if self.case_id is None:
            return False
        return self.is_known_to(staff) or self.emergency_access.until(staff, now) is not None


EVOLVE: Final = evolvers(Matter)


def evolve(matter: Matter, at: Recorded) -> Matter:
    """Take one sealed event into account. Decides nothing, so it can never fail.

    Of what was erased nothing is left in it, whether its key can be destroyed at once or a moment later (D10).
    """
    if isinstance(at.fact, PersonalDataKeyDestroyed):
        matter = Matter(matter.id)
    moved = replace(matter, version=at.version, recorded_at=at.recorded_at)
    owner = at.fact.owner
    if at.kind != "matter" or owner not in EVOLVE:
        return moved
    return replace(moved, **{owner: EVOLVE[owner](getattr(matter, owner), at.fact, at)})


def forward(matter: Matter, events: Iterable[Recorded]) -> Matter:
    """The matter after further events."""
    for event in events:
        matter = evolve(matter, event)
    return matter


def fold(matter_id: UUID, events: Iterable[Recorded]) -> Matter:
    """The matter after all *events* of its stream, in version order."""
    return forward(Matter(matter_id), events)
