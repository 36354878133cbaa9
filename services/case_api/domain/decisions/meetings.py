"""Calling a meeting, saying what one needs there, recording what came of it."""

from typing import Annotated

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.meetings import AccessNeedsStated, ActionAgreed, MeetingCalled, MeetingHeld, PackException
from case_api.domain.questions.inviting import (
    Unprepared,
    everybody_who_may_come,
    it_lies_ahead,
    they_are_invited,
    they_may_be_contacted,
    unprepared,
)
from case_api.domain.questions.references import NotYetHappened, known, known_people
from case_api.domain.refusal import Decision, Missing, Refusal, decided
from case_api.domain.words import Code, Day, Instant, Language, Line, MeetingId, PersonId, Text


class CallMeeting(Command):
    """A meeting about the learner's support is called; without `invited`, for the learner and every carer."""

    kind: Code
    at: Instant
    """When it begins, with the offset."""
    place: Line | None = None
    remote: bool = False
    """Whether it is held by telephone or on line."""
    purpose: Text
    """What it is for, in words that the family reads."""
    organiser: Line | None = None
    """Who of the staff holds it; the caller if absent."""
    invited: Annotated[tuple[PersonId, ...], Field(max_length=20)] = ()
    """The learner and carers who are invited; all of them if empty."""

    examples = ({
        "kind": "planning",
        "at": "2026-02-10T14:00:00Z",
        "place": "Burnside Primary, the library",
        "purpose": "Plan what comes after the four new supports.",
        "invited": ["6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11"],
    },)  # fmt: skip


class StateAccessNeeds(Command):
    """An invited person says whom they bring and what they need in order to take part."""

    party: PersonId
    """The invited learner or carer who says so."""
    companion: Line | None = None
    """Whom they bring."""
    interpreter: Language | None = None
    """The language for which they need an interpreter."""
    needs: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    """What else they need in order to take part."""

    examples = ({
        "party": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
        "companion": "Her sister",
        "interpreter": "pl",
        "needs": ["A room without stairs"],
    },)  # fmt: skip


class HoldMeeting(Command):
    """The meeting took place."""

    held_on: Day | None = None
    """The day of the meeting; the day of `occurred_at` if absent."""
    present: Annotated[tuple[Line, ...], Field(min_length=1, max_length=40)]
    """Who took part."""
    absent: Annotated[tuple[Line, ...], Field(max_length=40)] = ()
    """Who was expected and did not come."""
    decisions: Annotated[tuple[Text, ...], Field(max_length=30)] = ()
    """What was decided."""
    actions: Annotated[tuple[ActionAgreed, ...], Field(max_length=30)] = ()
    """Who does what by when."""
    record_due: Day | None = None
    """The day by which everybody has the record."""
    pack_exception_reason: Text | None = None
    """Why somebody's pack was late or did not come."""

    examples = ({
        "held_on": "2026-02-10",
        "present": ["Anna Kowalska", "Maja", "Mr Hay"],
        "decisions": ["Targeted support from today on"],
        "actions": [{"who": "hay", "what": "Sends the plan", "by_when": "2026-02-17"}],
    },)  # fmt: skip


class PackMissing(Refusal):
    slug = "pack-missing"
    rule_id = "I22"
    guidance_ref = "R59"
    title = "Somebody who was invited had no pack in time, and the record does not say why."
    advice = "Give pack_exception_reason for the people whom 'missing' names."


def every_pack_that_was_not_in_time_is_explained(found: tuple[Unprepared, ...], command: HoldMeeting) -> Refusal | None:
    """I22: the record of the meeting says for whom the pack was late or missing, and why."""
    missing = tuple(
        Missing(rule_id="I22", what=f"pack_{one.what}", person=one.person)
        for one in found
        if not (one.reason or command.pack_exception_reason)
    )
    return PackMissing(missing=missing, pointer="/pack_exception_reason") if missing else None


def call_meeting(case: Case, command: CallMeeting, at: Situation) -> Decision:
    """Everybody who is invited gets the meeting's pack beforehand (I22)."""
    meeting_id = at.new_id()
    invited = tuple(dict.fromkeys(command.invited or everybody_who_may_come(case)))
    return decided(
        known("/kind", (command.kind,), at.policy.meetings.kinds),
        known_people("/invited", invited, case),
        they_may_be_contacted(case, "/invited", invited),
        then=MeetingCalled(
            meeting_id=meeting_id,
            organiser=command.organiser or at.actor.subject,
            invited=invited,
            **command.said(without={"occurred_at", "organiser", "invited"}),
        ),
        created=meeting_id,
    )


def state_access_needs(case: Case, meeting_id: MeetingId, command: StateAccessNeeds, _: Situation) -> Decision:
    """Said by the person, or written down by the school for them."""
    meeting = case.meetings.by_id.get(meeting_id)
    if meeting is None or meeting.held:
        return decided(it_lies_ahead(case, meeting_id))
    stated = AccessNeedsStated(meeting_id=meeting_id, **command.said(without={"occurred_at"}))
    return decided(they_are_invited(meeting, "/party", (command.party,)), then=stated)


def hold_meeting(case: Case, meeting_id: MeetingId, command: HoldMeeting, at: Situation) -> Decision:
    """The record names everybody whose pack was late or missing, with the reason (I22)."""
    meeting = case.meetings.by_id.get(meeting_id)
    if meeting is None or meeting.held:
        return decided(it_lies_ahead(case, meeting_id))
    held_on = command.held_on or at.day_of(command)
    if held_on > at.today:
        return decided(NotYetHappened(pointer="/held_on"))
    found = tuple(unprepared(meeting, held_on, at))
    unexplained = every_pack_that_was_not_in_time_is_explained(found, command)
    if unexplained:
        return decided(unexplained)
    why = command.pack_exception_reason or ""
    return decided(
        then=MeetingHeld(
            meeting_id=meeting_id,
            held_on=held_on,
            pack_exceptions=tuple(
                PackException(person=one.person, what=one.what, reason=one.reason or why) for one in found
            ),
            **command.said(without={"occurred_at", "held_on", "pack_exception_reason"}),
        )
    )
