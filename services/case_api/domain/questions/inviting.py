"""Who may be invited to a meeting, and whether the invited were prepared for it (R58, R59, I22)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from case_api.domain.case import Case
from case_api.domain.command import Situation
from case_api.domain.facts.meetings import Meeting
from case_api.domain.policy import Policy
from case_api.domain.questions.references import NotOnThisCase
from case_api.domain.refusal import Missing, Refusal
from case_api.domain.words import MeetingId, PersonId, day_of


class MeetingOver(Refusal):
    slug = "meeting-over"
    rule_id = "R38"
    guidance_ref = "R38"
    title = "This meeting has taken place, and its record stands."
    advice = "Call another meeting, or correct the record of this one."


class MayNotBeContacted(Refusal):
    slug = "may-not-be-contacted"
    rule_id = "I2"
    guidance_ref = "R79"
    title = "A carer whom the school may not contact is neither invited nor sent anything."
    advice = "Leave out the people whom 'missing' names."


class NotInvited(Refusal):
    slug = "not-invited"
    rule_id = "I22"
    guidance_ref = "R59"
    title = "This person was not invited to the meeting."
    advice = "Name people whom the meeting lists as invited, or call a meeting that invites them."


@dataclass(frozen=True, slots=True)
class Unprepared:
    """Somebody invited whose pack was late for the day of the meeting, or did not come."""

    person: PersonId
    what: Literal["late", "none"]
    reason: str | None = None


def it_lies_ahead(case: Case, meeting_id: MeetingId) -> Refusal | None:
    """There is such a meeting, and it has not been held."""
    meeting = case.meetings.by_id.get(meeting_id)
    if meeting is None:
        return NotOnThisCase()
    return MeetingOver() if meeting.held else None


def they_may_be_contacted(case: Case, pointer: str, people: Iterable[PersonId]) -> Refusal | None:
    """I2: contact with a carer may be barred, also after they were invited."""
    barred = tuple(
        Missing(rule_id="I2", what="may_not_be_contacted", person=person)
        for person in people
        if (carer := case.people.carers.get(person)) and not carer.may_contact
    )
    return MayNotBeContacted(missing=barred, pointer=pointer) if barred else None


def they_are_invited(meeting: Meeting, pointer: str, people: Iterable[PersonId]) -> Refusal | None:
    """I22: what is prepared for a meeting concerns those who were asked to come."""
    others = tuple(
        Missing(rule_id="I22", what="not_invited", person=person)
        for person in people
        if person not in meeting.called.invited
    )
    return NotInvited(missing=others, pointer=pointer) if others else None


def everybody_who_may_come(case: Case) -> tuple[PersonId, ...]:
    """The learner, and every carer whom the school may contact."""
    learner = (case.people.learner.person_id,) if case.people.learner else ()
    return (*learner, *(carer.person_id for carer in case.people.carers.values() if carer.may_contact))


def unprepared(meeting: Meeting, held_on: date, at: Situation) -> Iterator[Unprepared]:
    """Who of the invited had no pack so many school days before the day on which the meeting took place."""
    wanted = at.policy.meetings.pack_school_days_ahead
    in_time = [pack for pack in meeting.packs if notice(at.policy, pack.sent_at, held_on) >= wanted]
    for person in meeting.called.invited:
        packs = meeting.packs_of(person)
        if not packs:
            yield Unprepared(person, "none")
        elif not any(pack in in_time for pack in packs):
            yield Unprepared(person, "late", packs[0].late_reason)


def notice(policy: Policy, sent_at: date, met_on: date) -> int:
    """School days from the day of sending, which is not counted, to the day of the meeting, which is (I22)."""
    return policy.calendar.school_days(day_of(sent_at, policy.tz), met_on)
