"""Meetings: who was invited to talk, what they got beforehand, what they need, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, Day, Label, Language, Line, MeetingId, Occurred, PersonId, Text, Value


class Attendee(Value):
    """Somebody who will be there, by name, role and organisation, so that nobody meets strangers (R59)."""

    name: Line
    role: Code
    organisation: Label


class Seating(Value):
    """The choice of seating: whether the family is seated first, or why not (R60)."""

    seated_first: bool
    note: Text | None = None


class Addressee(Value):
    """One person to whom a pack went, and in which language."""

    person: PersonId
    language: Language


class PackException(Value):
    """An invited person whose pack was late or did not come, and why (I22)."""

    person: PersonId
    what: Literal["late", "none"]
    reason: Text


class ActionAgreed(Value):
    """Who does what by when (R86). `who` is a member of staff's subject where there is one, or else a name."""

    who: Line
    what: Text
    by_when: Day


class MeetingCalled(Event, grounds="6.1 Targeted support", covers=("R38", "R48")):
    """A meeting about the learner's support was called, and the family invited."""

    refs = ("meeting_id", "kind")
    meeting_id: MeetingId
    kind: Code
    at: AwareDatetime
    place: Line | None = None
    remote: bool = False
    purpose: Text
    organiser: Line
    invited: tuple[PersonId, ...]

    examples = ({
        "meeting_id": "019c1a6e-5800-7c02-9d4b-3f7a51e0c611", "kind": "planning", "at": "2026-02-10T14:00:00Z",
        "place": "Burnside Primary, the library", "purpose": "Plan what comes after the four new supports.",
        "organiser": "hay",
        "invited": ["6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11", "f2b1d9c4-8e37-4c61-b1de-57a90c3e4d22"],
    },)  # fmt: skip


class MeetingPackIssued(Event, grounds="6.2 Working with parents", covers=("R58", "R59", "R60")):
    """Invited people were sent what they need to take part: the agenda, who will be there, and what they may ask."""

    true_from = "sent_at"
    refs = ("meeting_id",)
    correctable = False
    meeting_id: MeetingId
    to: Annotated[tuple[Addressee, ...], Field(min_length=1)]
    services: tuple[Code, ...] = ()
    agenda: Annotated[tuple[Line, ...], Field(min_length=1)]
    attendees: Annotated[tuple[Attendee, ...], Field(min_length=1)]
    companion_told: bool
    access_needs_asked: bool
    seating: Seating
    sent_at: Occurred
    school_days_ahead: Annotated[int, Field(ge=0)]
    late_reason: Text | None = None

    examples = ({
        "meeting_id": "019c1a6e-5800-7c02-9d4b-3f7a51e0c611", "services": ["slt"],
        "to": [{"person": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11", "language": "pl"}],
        "agenda": ["What Maja says", "What helped", "What next"],
        "attendees": [{"name": "Mr Hay", "role": "pupil_support", "organisation": "Burnside Primary"}],
        "companion_told": True, "access_needs_asked": True, "seating": {"seated_first": True},
        "sent_at": "2026-02-03", "school_days_ahead": 5,
    },)  # fmt: skip


class AccessNeedsStated(Event, grounds="6.2 Working with parents", covers=("R48", "R49", "R58")):
    """An invited person said whom they bring and what they need in order to take part."""

    sealed_for = "party"
    refs = ("meeting_id",)
    meeting_id: MeetingId
    party: PersonId
    companion: Line | None = None
    interpreter: Language | None = None
    needs: tuple[Line, ...] = ()

    examples = ({
        "meeting_id": "019c1a6e-5800-7c02-9d4b-3f7a51e0c611", "party": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
        "companion": "Her sister", "interpreter": "pl", "needs": ["A room without stairs"],
    },)  # fmt: skip


class MeetingHeld(Event, grounds="6.1 Targeted support", covers=("R38", "R59", "R86")):
    """A meeting took place: who was there, what was decided, who does what, and whose pack was not in time."""

    true_from = "held_on"
    refs = ("meeting_id",)
    meeting_id: MeetingId
    held_on: date
    present: Annotated[tuple[Line, ...], Field(min_length=1)]
    absent: tuple[Line, ...] = ()
    decisions: tuple[Text, ...] = ()
    actions: tuple[ActionAgreed, ...] = ()
    record_due: date | None = None
    pack_exceptions: tuple[PackException, ...] = ()

    examples = ({
        "meeting_id": "019c1a6e-5800-7c02-9d4b-3f7a51e0c611", "held_on": "2026-02-10",
        "present": ["Anna Nowak", "Maja", "Mr Hay"], "absent": ["Tom Reid"],
        "decisions": ["Targeted support from today on"],
        "actions": [{"who": "hay", "what": "Sends the plan", "by_when": "2026-02-17"}], "record_due": "2026-02-17",
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting as it stands: its call, its packs, what people need, and its record once it was held."""

    called: MeetingCalled
    called_at: date | datetime
    packs: tuple[MeetingPackIssued, ...] = ()
    needs: tuple[tuple[date | datetime, AccessNeedsStated], ...] = ()
    held: MeetingHeld | None = None

    def packs_of(self, person: PersonId) -> tuple[MeetingPackIssued, ...]:
        return tuple(pack for pack in self.packs if any(one.person == person for one in pack.to))


@dataclass(frozen=True, slots=True)
class Meetings:
    by_id: Mapping[MeetingId, Meeting] = field(default_factory=dict)

    def held_by(self, day: date) -> tuple[Meeting, ...]:
        """The meetings that had taken place by the end of *day*."""
        return tuple(one for one in self.by_id.values() if one.held and one.held.held_on <= day)


def evolve(meetings: Meetings, fact: Event, at: Recorded) -> Meetings:
    match fact:
        case MeetingCalled():
            return _with(meetings, Meeting(fact, at.occurred_at))
        case MeetingPackIssued() if fact.meeting_id in meetings.by_id:
            meeting = meetings.by_id[fact.meeting_id]
            return _with(meetings, replace(meeting, packs=(*meeting.packs, fact)))
        case AccessNeedsStated() if fact.meeting_id in meetings.by_id:
            meeting = meetings.by_id[fact.meeting_id]
            return _with(meetings, replace(meeting, needs=(*meeting.needs, (at.occurred_at, fact))))
        case MeetingHeld() if fact.meeting_id in meetings.by_id:
            return _with(meetings, replace(meetings.by_id[fact.meeting_id], held=fact))
        case _:
            return meetings


def _with(meetings: Meetings, meeting: Meeting) -> Meetings:
    return Meetings(with_entry(meetings.by_id, meeting.called.meeting_id, meeting))
