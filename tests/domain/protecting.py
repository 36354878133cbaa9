"""Given what happened in a matter, when a command, then events or a refusal: the shape of the tests on matters."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from case_api.domain.command import Command
from case_api.domain.decide import decide
from case_api.domain.decisions import (
    coordination,
    emergency_access,
    erasure,
    meetings,
    packs,
    protection,
    protection_sharing,
    transfers,
    withholdings,
)
from case_api.domain.event import SEALED, Event, Recorded
from case_api.domain.facts.authority import Purpose, ServiceListed, StaffAssigned
from case_api.domain.facts.protection import ConsentOverridden, NamedGroup, ProtectionConcernRecorded
from case_api.domain.matter import Matter, fold
from case_api.domain.questions.sealed import in_matter, on_ledger_in_matter
from case_api.domain.refusal import Decision
from tests.domain.dsl import Asked, On, at_noon, flat
from tests.domain.running import CASE, NOON, Running, event_id, recorded
from tests.domain.situations import BARRED, DIRECTORY, FAMILY, the

MATTER = the("matter")
OVERRIDE, UNDER_IT = the("override"), the("what is done under the override")
COORDINATOR = frozenset({"child_protection"})
CONCERN_RECORDED = ProtectionConcernRecorded(
    case_id=CASE,
    concern="What Maja said after the break.",
    group=NamedGroup(recorder="bain", coordinator="sinclair", others=("hay",)),
)
OVERRIDDEN = ConsentOverridden(
    override_id=OVERRIDE,
    asked_by="bain",
    request_ref=UNDER_IT,
    ground="child_protection",
    reasons="There was no time.",
    authoriser="sinclair",
)

PROTECTING = replace(
    DIRECTORY,
    services={
        **DIRECTORY.services,
        "social_work": ServiceListed(
            service="social_work", title="Social Work", agency="Strathlorne", sector="social_work", role="Protects",
            purposes=(Purpose(code="child_protection"),),
        ),
    },
    staff=(
        StaffAssigned(staff="adair", setting="burnside-academy", role="child_protection", from_day=date(2025, 8, 1)),
        StaffAssigned(staff="sinclair", setting="burnside-primary", role="child_protection", from_day=date(2025, 8, 1)),
        StaffAssigned(staff="bain", setting="burnside-primary", role="teacher", from_day=date(2025, 8, 1)),
    ),
)  # fmt: skip
DECISIONS: dict[type[Command], Callable[..., Decision]] = {
    protection.RecordProtectionConcern: protection.record_protection_concern,
    protection.ChangeGroup: protection.change_group,
    protection.OverrideConsent: protection.override_consent,
    protection.RecordOverrideReasons: protection.record_override_reasons,
    protection.RecordProtectionDecision: protection.record_protection_decision,
    emergency_access.TakeEmergencyAccess: lambda matter, _, asked, at: emergency_access.take_emergency_access(
        matter, asked, at
    ),
    erasure.EraseMatter: erasure.erase_matter,
    protection_sharing.RequestUnderOverride: protection_sharing.request_under_override,
    protection_sharing.TellInMatter: protection_sharing.tell_in_matter,
    protection_sharing.TransferMatter: protection_sharing.transfer_matter,
    transfers.ReceiveRecord: in_matter(transfers.receive_record),
    withholdings.WithholdDisclosure: on_ledger_in_matter(withholdings.withhold_disclosure),
    withholdings.RenewWithholding: on_ledger_in_matter(withholdings.renew_withholding),
    withholdings.LiftWithholding: on_ledger_in_matter(withholdings.lift_withholding),
    coordination.AssignLeadProfessional: in_matter(coordination.assign_lead_professional),
    meetings.CallMeeting: in_matter(meetings.call_meeting),
    packs.IssuePack: in_matter(packs.issue_pack),
    meetings.HoldMeeting: in_matter(meetings.hold_meeting),
}


def sealed(*facts: Any) -> list[Recorded]:
    """The facts of a matter in their places; undated ones lie on one noon."""
    put = [fact if isinstance(fact, On) else On(NOON, fact) for fact in flat(facts)]
    return [_sealed(one, version) for version, one in enumerate(put, 1)]


def _sealed(one: On, version: int) -> Recorded:
    at = one.day if isinstance(one.day, datetime) else at_noon(one.day.isoformat())
    placed = recorded(one.fact, version, one.day, one.recorded or at)
    return placed.but(stream=MATTER, key_id=MATTER, event_id=event_id(version), name=SEALED)


def matter_with(*facts: Any) -> Matter:
    """A matter after some facts; its concern comes first unless they tell of another."""
    return fold(MATTER, sealed(*facts))


@dataclass
class InMatter:
    facts: tuple[Any, ...]
    beside: tuple[Any, ...] = ()
    now: datetime = NOON
    who: dict[str, Any] = field(default_factory=lambda: {"by": "bain", "roles": frozenset({"teacher"})})

    def at(self, now: str) -> "InMatter":
        """The time at which the command is asked."""
        return replace(self, now=at_noon(now))

    def by(self, subject: str, *roles: str) -> "InMatter":
        """Who asks, in which roles."""
        return replace(self, who={"by": subject, "roles": frozenset(roles or ("teacher",))})

    def when(self, command: Command, *about: UUID) -> Asked:
        running = Running(PROTECTING, now=self.now)
        running.record((*FAMILY, BARRED, *self.beside), NOON.replace(month=8))
        function = DECISIONS[type(command)]
        found = decide(
            lambda matter, asked, at: function(matter, running.case, *about, asked, at),
            matter_with(*self.facts),
            command,
            running.situation(**self.who, history=tuple(sealed(*self.facts))),
        )
        return Asked(found, running)


def in_a_matter(*facts: Event | On | list[On], beside: tuple[Event, ...] = ()) -> InMatter:
    """A matter of Bain, Sinclair and Hay beside Maja's case, what happened in it since, and *beside* it in the case."""
    return InMatter((CONCERN_RECORDED, *facts), beside)
