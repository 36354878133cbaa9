"""The meetings at one time: called, prepared, held; with every pack and whether it was in time (I22)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.meetings import ActionAgreed, Attendee, Meeting, Meetings, PackException
from case_api.domain.policy import Policy
from case_api.domain.words import day_of, has_come
from case_api.views.answer import Answer, AsOf, Part, times
from case_api.views.known import case_as_known


class AddresseeShown(Part):
    """One person to whom a pack went, and in which language."""

    person: UUID
    language: str


class PackShown(Part):
    """A pack that went out; `late_reason` stands where it came with too few school days to spare."""

    to: tuple[AddresseeShown, ...]
    services: tuple[str, ...] = ()
    agenda: tuple[str, ...]
    attendees: tuple[Attendee, ...]
    companion_told: bool
    access_needs_asked: bool
    seated_first: bool
    sent_at: datetime | date
    school_days_ahead: int
    late_reason: str | None = None


class AccessNeedsShown(Part):
    """What one person needs at the meeting, and whom they bring."""

    party: UUID
    companion: str | None = None
    interpreter: str | None = None
    needs: tuple[str, ...] = ()


class RecordShown(Part):
    """What came of the meeting."""

    held_on: date
    present: tuple[str, ...]
    absent: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    actions: tuple[ActionAgreed, ...] = ()
    record_due: date | None = None
    pack_exceptions: tuple[PackException, ...] = ()


class MeetingShown(Part):
    """One meeting; `record` is there once it was held."""

    meeting_id: UUID
    kind: str
    at: datetime
    place: str | None = None
    remote: bool
    purpose: str
    organiser: str
    invited: tuple[UUID, ...]
    packs: tuple[PackShown, ...] = ()
    access_needs: tuple[AccessNeedsShown, ...] = ()
    record: RecordShown | None = None


class MeetingsView(Answer):
    """The meetings about one learner's support, in the order in which they were called."""

    case_id: UUID
    items: tuple[MeetingShown, ...] = ()


def meetings_view(events: Sequence[Recorded], as_of: AsOf, policy: Policy, authority: Authority) -> MeetingsView:
    """The meetings as they stood at `as_of.valid_at`. Raises NothingKnown."""
    case = case_as_known(events, as_of)
    return MeetingsView(case_id=case.id, items=meetings_at(case.meetings, as_of.valid_at, policy), **times(as_of))


def meetings_at(meetings: Meetings, at: datetime, policy: Policy) -> tuple[MeetingShown, ...]:
    """Those that had been called by *at*, as they stood then."""
    called = (one for one in meetings.by_id.values() if has_come(one.called_at, at, policy.tz))
    return tuple(_shown(one, at, policy) for one in called)


def _shown(meeting: Meeting, at: datetime, policy: Policy) -> MeetingShown:
    held = meeting.held if meeting.held and meeting.held.held_on <= day_of(at, policy.tz) else None
    return MeetingShown(
        **meeting.called.model_dump(),
        packs=tuple(_packs(meeting, at, policy)),
        access_needs=tuple(_needs(meeting, at, policy)),
        record=RecordShown.model_validate(held.model_dump(exclude={"meeting_id"})) if held else None,
    )


def _packs(meeting: Meeting, at: datetime, policy: Policy) -> Iterator[PackShown]:
    for pack in meeting.packs:
        if has_come(pack.sent_at, at, policy.tz):
            plain = pack.model_dump(exclude={"meeting_id", "seating"})
            yield PackShown.model_validate({**plain, "seated_first": pack.seating.seated_first})


def _needs(meeting: Meeting, at: datetime, policy: Policy) -> Iterator[AccessNeedsShown]:
    """The newest statement of each person."""
    said = {fact.party: fact for stated, fact in meeting.needs if has_come(stated, at, policy.tz)}
    for fact in said.values():
        yield AccessNeedsShown.model_validate(fact.model_dump(exclude={"meeting_id"}))
