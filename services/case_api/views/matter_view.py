"""A child-protection matter at one time, for its named group alone (I30)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.protection import Covered, Override, ToldByOthers
from case_api.domain.facts.requests import InputKind
from case_api.domain.matter import Matter, fold
from case_api.domain.policy import Policy
from case_api.domain.words import day_of, has_come
from case_api.views.answer import Answer, AsOf, NothingKnown, Part, times
from case_api.views.known import as_known
from case_api.views.meetings_view import MeetingShown, meetings_at

Reasons = Literal["given", "given_late", "awaited", "overdue"]


class OverrideShown(Part):
    """An override, what was done under it, and whether its reasons are on record (I7, I8)."""

    override_id: UUID
    at: datetime | date
    ground: str
    covers: Covered
    asked_by: str
    authoriser: str
    emergency: bool
    guidance_consulted: str | None = None
    family_told: Literal["yes", "not_yet", "withheld"]
    reasons: str | None = None
    reasons_are: Reasons = Field(description="`overdue`: an emergency's reasons did not follow in time.")
    reasons_due: datetime | None = None
    used: bool = Field(description="Whether the one request or disclosure that it covers was made.")


class DecisionShown(Part):
    """What the agencies decided, and whom they told themselves."""

    decision_id: UUID
    at: datetime | date
    forum: str
    decision: str
    decided_by: tuple[str, ...]
    told: tuple[ToldByOthers, ...] = ()


class RequestShown(Part):
    """A request that was made under an override."""

    request_id: UUID
    at: datetime | date
    service: str
    purpose: str
    input_sought: tuple[InputKind, ...]
    categories: tuple[str, ...]
    requester: str | None = None
    override_ref: UUID | None = None


class LeadShown(Part):
    """Who leads the professionals around the child, from a day on."""

    staff: str | None = None
    name: str | None = None
    organisation: str
    from_day: date


class EmergencyShown(Part):
    """Somebody outside the group took leave to read the matter (break-glass)."""

    staff: str
    at: datetime | date
    until: datetime
    reason: str


class MatterView(Answer):
    """One matter."""

    matter_id: UUID
    case_id: UUID
    concern: str
    since: datetime | date
    recorder: str
    coordinator: str
    group: tuple[str, ...] = Field(description="Everybody who can see the matter now.")
    overrides: tuple[OverrideShown, ...] = ()
    decisions: tuple[DecisionShown, ...] = ()
    requests: tuple[RequestShown, ...] = ()
    meetings: tuple[MeetingShown, ...] = ()
    lead_professional: LeadShown | None = None
    emergency_access: tuple[EmergencyShown, ...] = ()


def matter_as_known(events: Sequence[Recorded], as_of: AsOf) -> Matter:
    """The matter as it was on record. Raises NothingKnown if it was not, or not true yet."""
    known = as_known(events, as_of.known_at)
    matter = fold(known[0].stream, known) if known else None
    if matter is None or matter.case_id is None:
        raise NothingKnown
    return matter


def matter_view(events: Sequence[Recorded], as_of: AsOf, policy: Policy, _: Authority) -> MatterView:
    """The whole matter as it stood at `as_of.valid_at`. Raises NothingKnown."""
    matter, at = matter_as_known(events, as_of), as_of.valid_at
    protection = matter.protection
    concern, since = protection.concern, protection.since
    if concern is None or since is None or not has_come(since, at, policy.tz):
        raise NothingKnown
    return MatterView(
        matter_id=matter.id,
        case_id=concern.case_id,
        concern=concern.concern,
        since=since,
        recorder=concern.group.recorder,
        coordinator=matter.protection.coordinator or concern.group.coordinator,
        group=tuple(sorted(protection.group)),
        overrides=tuple(_overrides(matter, at, policy)),
        decisions=tuple(_decisions(matter, at, policy)),
        requests=tuple(_requests(matter, at, policy)),
        meetings=meetings_at(matter.meetings, at, policy),
        lead_professional=_lead(matter, day_of(at, policy.tz)),
        emergency_access=tuple(_emergencies(matter, at, policy)),
        **times(as_of),
    )


def _lead(matter: Matter, day: date) -> LeadShown | None:
    lead = matter.coordination.lead_professional_on(day)
    return LeadShown.model_validate(lead.model_dump(include=set(LeadShown.model_fields))) if lead else None


def _emergencies(matter: Matter, at: datetime, policy: Policy) -> Iterator[EmergencyShown]:
    for one in matter.emergency_access.taken:
        if has_come(one.at, at, policy.tz):
            yield EmergencyShown.model_validate({**one.fact.model_dump(), "at": one.at})


def _overrides(matter: Matter, at: datetime, policy: Policy) -> Iterator[OverrideShown]:
    asked = {key for key, one in matter.requests.by_id.items() if has_come(one.asked_at, at, policy.tz)}
    done = asked | set(matter.told.as_at(at, policy.tz).by_message)
    for one in matter.protection.overrides.values():
        if has_come(one.at, at, policy.tz):
            shown = one.decided.model_dump(include=set(OverrideShown.model_fields))
            reasons_are = reasons_of(one, at, policy)
            if one.reasons and reasons_are in {"given", "given_late"}:
                shown["reasons"] = one.reasons.reasons
            used = not done.isdisjoint({one.decided.request_ref, one.decided.disclosure_ref})
            yield OverrideShown(**shown, at=one.at, covers=one.covers, used=used, reasons_are=reasons_are)


def reasons_of(override: Override, at: datetime, policy: Policy) -> Reasons:
    """Whether the reasons stood on record by *at*, and in time (I7)."""
    due = override.decided.reasons_due
    if due is None:
        return "given"
    if override.reasons_at is not None and has_come(override.reasons_at, at, policy.tz):
        return "given" if has_come(override.reasons_at, due, policy.tz) else "given_late"
    return "overdue" if at > due else "awaited"


def _decisions(matter: Matter, at: datetime, policy: Policy) -> Iterator[DecisionShown]:
    for one in matter.protection.decisions:
        if has_come(one.at, at, policy.tz):
            yield DecisionShown.model_validate({**one.fact.model_dump(), "at": one.at})


def _requests(matter: Matter, at: datetime, policy: Policy) -> Iterator[RequestShown]:
    for one in matter.requests.by_id.values():
        if has_come(one.asked_at, at, policy.tz):
            asked = one.asked.model_dump(include=set(RequestShown.model_fields) - {"requester"})
            yield RequestShown.model_validate({**asked, "at": one.asked_at, "requester": one.asked.requester.name})
