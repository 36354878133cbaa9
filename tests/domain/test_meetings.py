"""Meetings: everybody knows beforehand what it is about, who will be there, and that they may bring someone."""

from datetime import UTC, date, datetime
from typing import Any

from case_api.domain.decisions.meetings import CallMeeting, HoldMeeting, PackMissing, StateAccessNeeds
from case_api.domain.decisions.packs import IssuePack, PackIncomplete, PackLate, PackSilentOnRights
from case_api.domain.facts.meetings import (
    AccessNeedsStated,
    ActionAgreed,
    Addressee,
    Attendee,
    MeetingCalled,
    MeetingHeld,
    MeetingPackIssued,
    PackException,
    Seating,
)
from case_api.domain.facts.people import ContactPreferenceSet
from case_api.domain.questions.inviting import MayNotBeContacted, MeetingOver, NotInvited
from case_api.domain.questions.references import NotOnThisCase, NotYetHappened, ReferenceUnknown
from tests.domain.dsl import a, given, on
from tests.domain.running import NOON, new
from tests.domain.situations import ANNA, BARRED, DEAN, FAMILY, MAJA, NEIGHBOUR, TOM, carer, the

MEETING = the("meeting")
NEXT_FRIDAY = datetime(2025, 11, 21, 14, tzinfo=UTC)
CALLED = MeetingCalled(
    meeting_id=MEETING,
    kind="planning",
    at=NEXT_FRIDAY,
    purpose="What comes next.",
    organiser="hay",
    invited=(MAJA, ANNA, TOM),
)
TO_ALL = tuple(Addressee(person=person, language="en") for person in (MAJA, ANNA, TOM))
WHO = (Attendee(name="Mr Hay", role="pupil_support", organisation="Burnside Primary"),)
SENT = MeetingPackIssued(
    meeting_id=MEETING,
    to=TO_ALL,
    agenda=("What Maja says",),
    attendees=WHO,
    companion_told=True,
    access_needs_asked=True,
    seating=Seating(seated_first=True),
    sent_at=date(2025, 11, 14),
    school_days_ahead=5,
)
HELD = MeetingHeld(meeting_id=MEETING, held_on=date(2025, 11, 21), present=("Anna Nowak", "Mr Hay"))
BEFORE_IT = (*FAMILY, CALLED)
PREPARED = (*BEFORE_IT, SENT)


def call(**more: Any) -> CallMeeting:
    return CallMeeting(**{"kind": "planning", "at": NEXT_FRIDAY, "purpose": "What comes next."} | more)


def pack(**more: Any) -> IssuePack:
    whole = {
        "agenda": ("What Maja says",),
        "attendees": WHO,
        "companion_told": True,
        "access_needs_asked": True,
        "seating": Seating(seated_first=True),
    }
    return IssuePack(**whole | more)


def hold(**more: Any) -> HoldMeeting:
    return HoldMeeting(**{"present": ("Anna Nowak", "Mr Hay")} | more)


def test_a_meeting_invites_the_learner_and_every_carer_unless_some_are_named():
    given(FAMILY, BARRED).when(call()).then(
        a(MeetingCalled, meeting_id=new(1), invited=(MAJA, ANNA, TOM), organiser="hay")
    )
    given(FAMILY).when(call(invited=(ANNA, ANNA))).then(a(MeetingCalled, invited=(ANNA,)))


def test_nobody_is_invited_whom_the_school_may_not_contact_or_does_not_know():
    given(FAMILY, BARRED).when(call(invited=(ANNA, DEAN))).then_refused(
        MayNotBeContacted, missing=[("may_not_be_contacted", DEAN)], pointer="/invited"
    )
    given(FAMILY).when(call(invited=(NEIGHBOUR,))).then_refused(ReferenceUnknown, pointer="/invited")


def test_meetings_are_of_the_kinds_that_the_policy_lists():
    given(FAMILY).when(call(kind="party")).then_refused(ReferenceUnknown, pointer="/kind")


def test_a_pack_five_school_days_ahead_is_in_time():
    given(BEFORE_IT).when(pack(), MEETING).then(
        a(MeetingPackIssued, to=TO_ALL, sent_at=NOON, school_days_ahead=5, late_reason=None)
    )


def test_a_pack_speaks_to_each_in_their_language():
    polish = ContactPreferenceSet(person_id=ANNA, channels=(), language="pl", set_by="themselves")
    given(BEFORE_IT, polish).when(pack(to=(ANNA, MAJA), services=("slt",)), MEETING).then(
        a(
            MeetingPackIssued,
            to=(Addressee(person=ANNA, language="pl"), Addressee(person=MAJA, language="en")),
            services=("slt",),
        )
    )


def test_a_late_pack_is_an_exception_with_its_reason():
    too_late = given(BEFORE_IT).at("2025-11-17")
    too_late.when(pack(), MEETING).then_refused(PackLate, missing=[("too_few_school_days", "4 of 5")])
    why = "Called at short notice at Anna's wish."
    too_late.when(pack(late_reason=why), MEETING).then(a(MeetingPackIssued, school_days_ahead=4, late_reason=why))


def test_a_pack_in_time_needs_no_reason_and_keeps_none():
    given(BEFORE_IT).when(pack(late_reason="To be safe."), MEETING).then(a(MeetingPackIssued, late_reason=None))


def test_a_pack_is_on_its_way_when_it_is_recorded():
    sent = date(2025, 11, 13)
    given(BEFORE_IT).when(pack(sent_at=sent), MEETING).then(a(MeetingPackIssued, sent_at=sent, school_days_ahead=6))
    given(BEFORE_IT).when(pack(sent_at=date(2025, 11, 15)), MEETING).then_refused(NotYetHappened, pointer="/sent_at")


def test_a_pack_holds_the_agenda_and_names_with_roles():
    given(BEFORE_IT).when(pack(agenda=(), attendees=()), MEETING).then_refused(
        PackIncomplete, missing=[("agenda_missing",), ("attendees_missing",)]
    )


def test_a_pack_offers_a_companion_asks_what_people_need_and_settles_the_seating():
    given(BEFORE_IT).when(pack(companion_told=False, access_needs_asked=False, seating=None), MEETING).then_refused(
        PackSilentOnRights, missing=[("companion_not_told",), ("access_needs_not_asked",), ("seating_not_settled",)]
    )
    seated_with_all = Seating(seated_first=False, note="Anna prefers to come in with the others.")
    given(BEFORE_IT).when(pack(seating=seated_with_all), MEETING).then(a(MeetingPackIssued, seating=seated_with_all))


def test_a_pack_goes_to_those_who_are_invited_and_may_still_be_contacted():
    neighbour = carer(NEIGHBOUR, "Ina Gow", holds_rights=False)
    given(BEFORE_IT, neighbour).when(pack(to=(NEIGHBOUR,)), MEETING).then_refused(
        NotInvited, missing=[("not_invited", NEIGHBOUR)]
    )
    barred = carer(TOM, "Tom Reid", may_contact=False, restriction_reason="court order")
    given(BEFORE_IT, barred).when(pack(), MEETING).then_refused(MayNotBeContacted, pointer="/to")
    given(BEFORE_IT).when(pack(services=("nobody",)), MEETING).then_refused(ReferenceUnknown, pointer="/services")


def test_somebody_invited_says_what_they_need():
    needs = StateAccessNeeds(party=ANNA, companion="Her sister", interpreter="pl", needs=("No stairs",))
    given(PREPARED).when(needs, MEETING).then(a(AccessNeedsStated, party=ANNA, companion="Her sister"))
    given(PREPARED).when(StateAccessNeeds(party=NEIGHBOUR), MEETING).then_refused(NotInvited, pointer="/party")


def test_a_meeting_leaves_decisions_and_who_does_what():
    sends = ActionAgreed(who="hay", what="Sends the plan", by_when=date(2025, 11, 28))
    given(PREPARED).at("2025-11-21").when(hold(actions=(sends,)), MEETING).then(
        a(MeetingHeld, held_on=date(2025, 11, 21), actions=(sends,), pack_exceptions=())
    )


def test_the_record_says_whose_pack_was_late():
    late = SENT.model_copy(update={"sent_at": date(2025, 11, 18), "late_reason": "Called at short notice."})
    given(BEFORE_IT, late).at("2025-11-21").when(hold(), MEETING).then(
        a(
            MeetingHeld,
            pack_exceptions=tuple(
                PackException(person=person, what="late", reason="Called at short notice.")
                for person in (MAJA, ANNA, TOM)
            ),
        )
    )


def test_the_record_says_who_had_no_pack():
    to_anna = SENT.model_copy(update={"to": (Addressee(person=ANNA, language="en"),)})
    on_the_day = given(BEFORE_IT, to_anna).at("2025-11-21")
    on_the_day.when(hold(), MEETING).then_refused(PackMissing, missing=[("pack_none", MAJA), ("pack_none", TOM)])
    on_the_day.when(hold(pack_exception_reason="A slip of ours."), MEETING).then(
        a(
            MeetingHeld,
            pack_exceptions=tuple(
                PackException(person=person, what="none", reason="A slip of ours.") for person in (MAJA, TOM)
            ),
        )
    )


def test_a_meeting_brought_forward_makes_its_packs_late():
    given(PREPARED).at("2025-11-19").when(hold(), MEETING).then_refused(
        PackMissing, missing=[("pack_late", person) for person in (MAJA, ANNA, TOM)]
    )


def test_a_meeting_is_recorded_once_it_took_place():
    given(PREPARED).when(hold(held_on=date(2025, 11, 21)), MEETING).then_refused(NotYetHappened, pointer="/held_on")
    later = given(PREPARED).at("2025-11-24")
    later.when(hold(held_on=date(2025, 11, 21)), MEETING).then(a(MeetingHeld, held_on=date(2025, 11, 21)))


def test_a_meeting_that_is_over_stays_over():
    over = given(PREPARED, on("2025-11-21", HELD)).at("2025-11-24")
    for command in (hold(), pack(), StateAccessNeeds(party=ANNA)):
        over.when(command, MEETING).then_refused(MeetingOver)
    for command in (hold(), pack(), StateAccessNeeds(party=ANNA)):
        given(FAMILY).when(command, MEETING).then_refused(NotOnThisCase)
