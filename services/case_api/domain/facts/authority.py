"""One education authority: its published policies, its directory of services, its staff."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, Label, Line, ServiceCode, Subject, Value


class Purpose(Value):
    """What a service can be asked for, and which categories of information that needs.

    Every group of `needs` wants at least one of its categories: `[[a], [b, c]]` is a and (b or c).
    """

    code: Code
    needs: tuple[tuple[Code, ...], ...] = ()


class PolicyPublished(Event, grounds="6.3 Local procedures", covers=("R54", "R74"), stream="authority"):
    """A version of a policy pack was published; from its day on it governs new decisions (D17)."""

    correctable = False
    true_from = "in_force_from"
    name_of_pack: Code
    version: Label
    in_force_from: date
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    content: dict[str, Any]

    examples = ({
        "name_of_pack": "scotland-generic", "version": "2", "in_force_from": "2026-04-01",
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "content": {"zone": "Europe/London", "requests": {"contributors_of_different_roles": 2}},
    },)  # fmt: skip


class ServiceListed(Event, grounds="6.3 Partner services", covers=("R2", "R66", "R68", "R82"), stream="authority"):
    """A partner service is in the directory; a later listing of the same code supersedes the earlier one."""

    refs = ("service",)
    service: ServiceCode
    title: Label
    agency: Label
    sector: Literal["education", "health", "social_work", "third_sector", "police", "voluntary"]
    role: Label
    school_requests: bool = True
    direct_requests: bool = False
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1)]
    webhook_url: Annotated[str, Field(pattern="^https?://", max_length=500)] | None = None

    examples = ({
        "service": "slt", "title": "Speech and language therapy", "agency": "NHS Strathlorne",
        "sector": "health",
        "role": "Helps children understand and be understood",
        "purposes": [{"code": "speech_and_language", "needs": [["identity_contact"], ["learning_profile"]]}],
        "webhook_url": "https://slt.nhs-strathlorne.example/stagepost",
    },)  # fmt: skip


class SettingListed(Event, grounds="6.1 Universal support", covers=("R27", "R29"), stream="authority"):
    """A school or nursery is in the directory, by the name that families know; a later listing supersedes."""

    refs = ("setting",)
    setting: Code
    title: Label

    examples = ({"setting": "burnside-primary", "title": "Burnside Primary School"},)


class StaffAssigned(Event, grounds="6.4", covers=("R85", "R86"), stream="authority"):
    """A member of staff works in a setting, in a role, from a day on (D24)."""

    true_from = "from_day"
    true_until = "until"
    staff: Line
    name: Line | None = None
    setting: Code
    setting_class: Code | None = None
    role: Code = Field(description="A role of access tokens, or one that the policy names under roles.")
    from_day: date
    until: date | None = None
    email: Line | None = None

    examples = ({
        "staff": "okafor", "name": "Ms Okafor", "setting": "burnside-primary", "setting_class": "p5",
        "role": "teacher", "from_day": "2025-08-18", "email": "okafor@burnside-primary.example",
    },)  # fmt: skip


KeyId = Annotated[str, Field(pattern="^[0-9a-z]{8}$")]
"""The part of a partner's key that may be shown."""
Network = Annotated[str, Field(min_length=1, max_length=64)]
"""Addresses of a network, as `192.0.2.0/24`."""


class PartnerKeyIssued(Event, grounds="6.3 Partner services", covers=("R109", "R110"), stream="authority"):
    """A program of a partner may act by a key of its own, in these roles and until then (ADR 25).

    The key itself is nowhere on record; what it is told by stands with the data keys, apart from the log.
    """

    correctable = False
    refs = ("key",)
    key: KeyId
    client: Subject
    organisation: Subject
    roles: Annotated[tuple[Code, ...], Field(min_length=1)]
    services: tuple[ServiceCode, ...] = ()
    networks: tuple[Network, ...] = Field(default=(), description="From where alone it is accepted; anywhere if empty.")
    expires_at: AwareDatetime

    examples = ({
        "key": "k3v9x2ma", "client": "slt-desk", "organisation": "nhs-strathlorne", "roles": ["agency"],
        "services": ["slt"], "networks": ["192.0.2.0/24"], "expires_at": "2027-02-01T00:00:00Z",
    },)  # fmt: skip


class PartnerKeyRevoked(Event, grounds="6.3 Partner services", covers=("R109", "R110"), stream="authority"):
    """A partner's key is accepted no longer, whatever its day (ADR 25)."""

    correctable = False
    refs = ("key",)
    key: KeyId
    reason: Literal["rotated", "leaked", "ended"]

    examples = ({"key": "k3v9x2ma", "reason": "rotated"},)


class SignInsEnded(Event, grounds="Data protection", covers=("R110",), stream="authority"):
    """Whatever an issuer had signed for somebody up to a moment is accepted no longer: they left, or lost a device.

    Without a subject it is so for everybody who signs in. Whoever may still sign in gets a new token.
    """

    correctable = False
    subject: Subject | None = Field(default=None, description="As tokens name them; absent for everybody.")
    issued_until: Annotated[AwareDatetime, Field(description="Tokens issued later are accepted.")]
    reason: Literal["left", "lost", "signed_out", "precaution"]

    examples = ({"subject": "okafor", "issued_until": "2026-11-30T15:40:00Z", "reason": "left"},)


class LooksPruned(Event, grounds="Data protection", covers=("R111",), stream="authority"):
    """Rows of who looked at records were removed, since the schedule keeps them no longer. Nothing of them stays."""

    correctable = False
    looked_from: AwareDatetime
    looked_before: AwareDatetime
    rows: Annotated[int, Field(ge=1, description="How many there were; those of cases under a legal hold stay.")]
    decided_by: Subject

    examples = ({
        "looked_from": "2019-08-19T08:02:11Z", "looked_before": "2020-11-30T00:00:00Z", "rows": 48113,
        "decided_by": "okafor",
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Authority:
    policies: tuple[PolicyPublished, ...] = ()
    services: Mapping[ServiceCode, ServiceListed] = field(default_factory=dict)
    staff: tuple[StaffAssigned, ...] = ()
    settings: Mapping[str, SettingListed] = field(default_factory=dict)
    assigned: Mapping[str, tuple[StaffAssigned, ...]] = field(default_factory=dict)
    """The same assignments by member of staff."""
    keys: Mapping[KeyId, PartnerKeyIssued] = field(default_factory=dict)
    revoked: frozenset[KeyId] = frozenset()
    sign_ins_ended: Mapping[Subject | None, datetime] = field(default_factory=dict)
    """Up to when tokens of each subject, or of everybody, are accepted no longer."""

    def has_signed_out(self, subject: Subject, issued: datetime) -> bool:
        """Whether a token that was issued for somebody then is accepted no longer."""
        ended = (self.sign_ins_ended.get(whose) for whose in (subject, None))
        return any(moment is not None and issued <= moment for moment in ended)

    def live_keys(self, now: datetime) -> list[PartnerKeyIssued]:
        """The partners' keys that are accepted at *now*."""
        return [one for one in self.keys.values() if one.key not in self.revoked and now < one.expires_at]

    def live_key(self, key: str, now: datetime) -> PartnerKeyIssued | None:
        """What a key may do that is accepted at *now*; None for any other."""
        found = self.keys.get(key)
        return found if found and found.key not in self.revoked and now < found.expires_at else None

    def policy_on(self, day: date) -> PolicyPublished | None:
        """The pack in force on *day*: the one that came into force last; a later publication wins a tie."""
        in_force = [one for one in self.policies if one.in_force_from <= day]
        return max(enumerate(in_force), key=lambda pair: (pair[1].in_force_from, pair[0]))[1] if in_force else None

    def purpose_of(self, service: ServiceCode, purpose: str) -> Purpose | None:
        listed = self.services.get(service)
        return next((one for one in listed.purposes if one.code == purpose), None) if listed else None

    def name_of(self, staff: str) -> str:
        """The name by which families know a member of staff; their subject where none was given."""
        return self.listed_name_of(staff) or staff

    def listed_name_of(self, staff: str) -> str | None:
        """The name by which families know a member of staff, if the directory has one."""
        names = [one.name for one in self.staff if one.staff == staff and one.name]
        return names[-1] if names else None

    def title_of(self, setting: str) -> str:
        """The name by which families know a setting; its code where it is not listed."""
        listed = self.settings.get(setting)
        return listed.title if listed else setting

    def email_of(self, staff: str) -> str | None:
        addresses = [one.email for one in self.staff if one.staff == staff and one.email]
        return addresses[-1] if addresses else None


def evolve(authority: Authority, fact: Event, _: Recorded) -> Authority:
    match fact:
        case PolicyPublished():
            return replace(authority, policies=(*authority.policies, fact))
        case ServiceListed():
            return replace(authority, services=with_entry(authority.services, fact.service, fact))
        case SettingListed():
            return replace(authority, settings=with_entry(authority.settings, fact.setting, fact))
        case StaffAssigned():
            theirs = (*authority.assigned.get(fact.staff, ()), fact)
            assigned = with_entry(authority.assigned, fact.staff, theirs)
            return replace(authority, staff=(*authority.staff, fact), assigned=assigned)
        case PartnerKeyIssued():
            return replace(authority, keys=with_entry(authority.keys, fact.key, fact))
        case PartnerKeyRevoked():
            return replace(authority, revoked=authority.revoked | {fact.key})
        case SignInsEnded():
            latest = max(fact.issued_until, authority.sign_ins_ended.get(fact.subject, fact.issued_until))
            return replace(authority, sign_ins_ended=with_entry(authority.sign_ins_ended, fact.subject, latest))
        case _:
            return authority
