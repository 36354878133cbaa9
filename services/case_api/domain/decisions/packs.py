"""Meeting packs: what goes out to invited people beforehand, in time and with their rights in it."""

from typing import Annotated

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.meetings import Addressee, Attendee, MeetingPackIssued, Seating
from case_api.domain.questions.inviting import it_lies_ahead, notice, they_are_invited, they_may_be_contacted
from case_api.domain.questions.references import NotYetHappened, known
from case_api.domain.refusal import Decision, Missing, Refusal, decided
from case_api.domain.words import Code, Language, Line, MeetingId, Occurred, PersonId, Text, day_of, start_of


class IssuePack(Command):
    """Invited people, all of them unless `to` names some, are sent what they need in order to take part."""

    to: Annotated[tuple[PersonId, ...], Field(max_length=20)] = ()
    """The invited people to whom it goes; all of them if empty."""
    services: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    """Partner services to which it goes as well."""
    agenda: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    """What will be talked about."""
    attendees: Annotated[tuple[Attendee, ...], Field(max_length=40)] = ()
    """Who will be there, so that nobody meets strangers."""
    companion_told: bool = False
    """Whether they were told that they may bring somebody."""
    access_needs_asked: bool = False
    """Whether they were asked what they need in order to take part."""
    seating: Seating | None = None
    """Whether the family is seated first, or why not."""
    sent_at: Occurred | None = None
    """When it was sent; when it is recorded, if absent."""
    late_reason: Text | None = None
    """Why it comes later than the policy asks."""

    examples = ({
        "agenda": ["What Maja says", "What helped", "What next"],
        "attendees": [{"name": "Mr Hay", "role": "pupil_support", "organisation": "Burnside Primary"}],
        "companion_told": True,
        "access_needs_asked": True,
        "seating": {"seated_first": True},
        "sent_at": "2026-02-03",
    },)  # fmt: skip


class PackIncomplete(Refusal):
    slug = "pack-incomplete"
    rule_id = "I22"
    guidance_ref = "R59"
    title = "A meeting pack says what will be talked about and who will be there."
    advice = "Give the agenda, and the attendees with names, roles and organisations."


class PackLate(Refusal):
    slug = "pack-late"
    rule_id = "I22"
    guidance_ref = "R59"
    title = "The pack goes out later than people need to prepare."
    advice = "Move the meeting, or give late_reason; the record of the meeting will show it."


class PackSilentOnRights(Refusal):
    slug = "pack-silent-on-rights"
    rule_id = "I23"
    guidance_ref = "R58"
    title = "A meeting pack says that one may bring someone, asks what one needs, and settles the seating."
    advice = "Say so in the pack, then set companion_told and access_needs_asked to true and give seating."


def the_pack_says_what_and_who(command: IssuePack) -> Refusal | None:
    """I22: the agenda, and names with roles."""
    lacking = [name for name in ("agenda", "attendees") if not getattr(command, name)]
    missing = tuple(Missing(rule_id="I22", what=f"{name}_missing") for name in lacking)
    return PackIncomplete(missing=missing) if missing else None


def the_pack_is_in_time(command: IssuePack, days: int, at: Situation) -> Refusal | None:
    """I22: so many school days ahead, or an exception with its reason."""
    wanted = at.policy.meetings.pack_school_days_ahead
    if days >= wanted or command.late_reason:
        return None
    found = Missing(rule_id="I22", what="too_few_school_days", detail=f"{days} of {wanted}")
    return PackLate(missing=(found,), pointer="/late_reason")


def the_pack_states_what_people_may_ask(command: IssuePack) -> Refusal | None:
    """I23: a companion, what people need, and where they sit."""
    said = {
        "companion_not_told": command.companion_told,
        "access_needs_not_asked": command.access_needs_asked,
        "seating_not_settled": command.seating,
    }
    missing = tuple(Missing(rule_id="I23", what=what) for what, done in said.items() if not done)
    return PackSilentOnRights(missing=missing) if missing else None


def issue_pack(case: Case, meeting_id: MeetingId, command: IssuePack, at: Situation) -> Decision:
    """School days ahead: the day of sending is not counted, the day of the meeting is (I22)."""
    meeting = case.meetings.by_id.get(meeting_id)
    if meeting is None or meeting.held:
        return decided(it_lies_ahead(case, meeting_id))
    to = tuple(dict.fromkeys(command.to or meeting.called.invited))
    sent_at = command.sent_at or at.occurred(command)
    days = notice(at.policy, sent_at, day_of(meeting.called.at, at.policy.tz))
    refusals = (
        they_are_invited(meeting, "/to", to),
        they_may_be_contacted(case, "/to", to),
        known("/services", command.services, at.authority.services),
        NotYetHappened(pointer="/sent_at") if start_of(sent_at, at.policy.tz) > at.now else None,
        the_pack_says_what_and_who(command),
        the_pack_is_in_time(command, days, at),
        the_pack_states_what_people_may_ask(command),
    )
    if command.seating is None or any(refusals):
        return decided(*refusals)
    late = days < at.policy.meetings.pack_school_days_ahead
    return decided(
        then=MeetingPackIssued(
            meeting_id=meeting_id,
            to=tuple(Addressee(person=person, language=_language_of(case, person)) for person in to),
            services=command.services,
            agenda=command.agenda,
            attendees=command.attendees,
            companion_told=command.companion_told,
            access_needs_asked=command.access_needs_asked,
            seating=command.seating,
            sent_at=sent_at,
            school_days_ahead=days,
            late_reason=command.late_reason if late else None,
        )
    )


def _language_of(case: Case, person: PersonId) -> Language:
    """As the person prefers; without a preference the learner's own language, and English for a carer."""
    preference = case.people.preferences.get(person)
    if preference:
        return preference.language
    learner = case.people.learner
    return learner.languages[0] if learner and learner.person_id == person else "en"
