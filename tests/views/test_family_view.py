"""What one person of the family sees: in plain words, theirs, and nothing that is another's or withheld."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from case_api.domain.case import fold
from case_api.domain.catalogue import CATALOGUE
from case_api.domain.facts.assessments import ViewsRecorded
from case_api.domain.facts.authority import StaffAssigned
from case_api.domain.facts.concerns import ConcernAcknowledged, ConcernRaised, RaisedBy
from case_api.domain.facts.coordination import LeadProfessionalAssigned, NamedPersonAssigned
from case_api.domain.facts.involvement import InvolvementPaused
from case_api.domain.facts.meetings import Addressee, Attendee, MeetingCalled, MeetingHeld, MeetingPackIssued, Seating
from case_api.domain.facts.people import CarerLinked, ContactPreferenceSet, RankedChannel, Rights
from case_api.domain.facts.plans import PlanAgreed, PlanClosed, PlannedNeed, PlanParty
from case_api.domain.facts.postcards import PostcardSent
from case_api.domain.facts.recommendations import RecommendationMade
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.facts.requests import AssistanceAcknowledged, AssistanceDeclined, AssistanceRequested, Requester
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.facts.sharing import InformationShared
from case_api.domain.facts.stages import StageChanged
from case_api.domain.facts.supports import SupportEnded, UniversalSupportApplied
from case_api.domain.facts.told import DisclosureMade, DisclosureWithheld, Withheld, WithholdingLifted
from case_api.domain.questions.family_sight import OWN, SHARED
from case_api.domain.words import LawfulBasis
from case_api.views.answer import NothingKnown
from case_api.views.family_seen import seen_by
from case_api.views.family_told import SENTENCES, sentence
from case_api.views.family_view import family_view
from tests.boards.log import beside
from tests.story import AUTHORITY, POLICY, Story, at

TOM, BARRED, FRIEND = uuid4(), uuid4(), uuid4()
MEASURE, PLAN, MEETING, CONCERN = uuid4(), uuid4(), uuid4(), uuid4()
LATER = "2026-06-01"
DIRECTORY = replace(
    AUTHORITY,
    staff=(
        StaffAssigned(
            staff="hay", name="Mr Hay", setting="burnside-primary", role="teacher", from_day=date(2025, 8, 1)
        ),
    ),
)


def carer(person, **more):
    rights = Rights(held=more.pop("held", True))
    return CarerLinked(
        person_id=person, name="CANARY-NAME", relationship="x", parental_responsibilities_and_rights=rights, **more
    )


def school_year() -> Story:
    """Two parents who take part, one who must not be contacted, and a friend without rights."""
    story = Story().registered()
    story.then("2025-08-19", carer(TOM))
    story.then("2025-08-19", carer(BARRED, may_contact=False, restriction_reason="CANARY-COURT"))
    story.then("2025-08-19", carer(FRIEND, held=False))
    story.then("2025-08-19", NamedPersonAssigned(staff="hay", from_day=date(2025, 8, 19)))
    story.then(
        "2025-09-16",
        UniversalSupportApplied(
            measure_id=MEASURE,
            strategy_code="visual_timetable",
            catalogue_version="scotland-generic@1",
            area="physical",
            started_on=date(2025, 9, 16),
            by="okafor",
        ),
    )
    return story


def view_of(story, person=None, valid=LATER, known=None, told=()):
    return family_view(story.events, told, at(valid, known), POLICY, DIRECTORY, person or story.anna)


def text_of(story, person=None, told=()):
    return view_of(story, person, told=told).model_dump_json()


def withheld(story, person, extent="everything", about=None):
    return DisclosureWithheld(
        withholding_id=uuid4(),
        person_id=person,
        extent=extent,
        about=about,
        reason="CANARY-REASON",
        authoriser="hay",
        review_on=date(2026, 6, 30),
    )


def test_support_is_told_in_plain_words_with_the_policys_own_label():
    view = view_of(school_year())
    [support] = view.supports
    assert support.text == "We give this support at school: A timetable in pictures."
    assert (support.on, support.until, view.to_turn_to) == (date(2025, 9, 16), None, "Mr Hay")
    assert view.stage.text.startswith("This is how support is planned now: Universal")


def test_what_is_over_and_what_was_corrected_is_told_as_it_is():
    story = school_year()
    began = story.events[-1]
    assert isinstance(began.fact, UniversalSupportApplied)
    later = began.fact.model_copy(update={"started_on": date(2025, 9, 19)})
    correction = RecordCorrected(
        supersedes=began.event_id, reason="CANARY-REASON", replacement=later.model_dump(mode="json")
    )
    story.then("2026-03-17", correction)
    story.then("2026-05-19", SupportEnded(measure_id=MEASURE, reason="outcome_met", on=date(2026, 5, 19)))
    [support] = view_of(story).supports
    assert (support.on, support.until) == (date(2025, 9, 19), date(2026, 5, 19))
    assert support.text.startswith("This support has come to its end")
    [before] = view_of(story, valid="2026-01-01", known="2026-01-01").supports
    assert (before.on, before.until) == (date(2025, 9, 16), None)


def test_stage_review_plan_and_meeting_are_told():
    story = school_year()
    held = ReviewHeld(
        review_id=uuid4(),
        of_refs=(MEASURE,),
        held_on=date(2025, 11, 4),
        present=("CANARY-PRESENT",),
        decision="adjust",
        next_review_on=date(2026, 2, 10),
    )
    story.then("2025-11-04", held)
    story.then("2025-11-04", stage_change())
    story.then("2026-02-10", plan(story))
    view = view_of(story)
    assert view.stage.text == "This is how support is planned now: Universal support with additions."
    assert [(one.text, one.next_on) for one in view.reviews] == [
        ("We looked at how things go, and change something.", date(2026, 2, 10))
    ]
    assert view.plan is not None
    assert [(need.what, need.by_when) for need in view.plan.needs] == [("Small group", date(2026, 5, 19))]
    assert "CANARY" not in view.model_dump_json(exclude={"learner"})


def stage_change():
    return StageChanged(
        from_stage="universal",
        to_stage="universal_augmented",
        ladder_version="scotland-generic@1",
        direction="up",
        on=date(2025, 11, 4),
        rationale="CANARY-RATIONALE",
    )


def plan(story):
    need = PlannedNeed(
        need="language", action="Small group", outcome="Follows", responsible="CANARY-STAFF", by_when=date(2026, 5, 19)
    )
    party = PlanParty(role="carer", person=TOM)
    return PlanAgreed(plan_id=PLAN, version=1, agreed_on=date(2026, 2, 10), needs=(need,), parties=(party,))


def test_a_meeting_is_told_to_whom_was_invited():
    story = school_year()
    called = MeetingCalled(
        meeting_id=MEETING,
        kind="planning",
        at=datetime(2026, 2, 10, 14, tzinfo=UTC),
        purpose="CANARY-PURPOSE",
        organiser="hay",
        invited=(TOM,),
    )
    story.then("2026-02-01", called)
    decided = MeetingHeld(
        meeting_id=MEETING, held_on=date(2026, 2, 10), present=("CANARY-PRESENT",), decisions=("More support",)
    )
    story.then("2026-02-10", decided)
    [meeting] = view_of(story, TOM).meetings
    assert (meeting.text, meeting.decisions) == ("The meeting took place.", ("More support",))
    [before] = view_of(story, TOM, valid="2026-02-05").meetings
    assert (before.text, before.decisions) == ("You are invited to a meeting.", ())
    assert view_of(story, story.anna).meetings == ()
    pack = MeetingPackIssued(
        meeting_id=MEETING,
        to=(Addressee(person=story.anna, language="pl"),),
        agenda=("What next",),
        attendees=(Attendee(name="Mr Hay", role="teacher", organisation="Burnside"),),
        companion_told=True,
        access_needs_asked=True,
        seating=Seating(seated_first=True),
        sent_at=date(2026, 2, 2),
        school_days_ahead=5,
    )
    story.then("2026-02-02", pack)
    [invited] = view_of(story, story.anna).meetings
    assert invited.agenda == ("What next",)
    assert [(one.name, one.role) for one in invited.attendees] == [("Mr Hay", "teacher")]
    [other] = view_of(story, TOM).meetings
    assert (other.agenda, other.attendees) == ((), ()), "no pack went to him"
    told = beside(story)
    told.then("2026-02-03", withheld(story, story.anna, "detail"))
    assert view_of(story, story.anna, told=told.events).meetings[0].agenda == ("What next",)


def test_each_sees_their_own_agreement_and_nobody_elses():
    story = school_year()
    story.agreed("2025-11-12", "learning_profile")
    for person in (story.anna, story.learner):
        [own] = view_of(story, person).agreements
        assert (own.service, own.status, own.shared) == (
            "Speech and Language Therapy",
            "granted",
            ("learning profile",),
        )
    assert view_of(story, TOM).agreements == ()


def test_a_request_is_told_with_its_state_and_never_with_whose_doing_it_was():
    story = school_year()
    request_id = story.asked("2025-11-14")
    paused = InvolvementPaused(
        request_id=request_id, service="slt", cause="withdrawn", acknowledge_by=date(2026, 2, 11)
    )
    declined = AssistanceDeclined(
        request_id=request_id, service="slt", reason_code="threshold", explanation="CANARY-WHY", advice="CANARY-ADVICE"
    )
    [asked] = view_of(story).services
    assert (asked.service, asked.state) == ("Speech and Language Therapy", "requested")
    assert asked.shared == ("learning profile", "views")
    story.then("2025-11-20", declined)
    assert [one.state for one in view_of(story).services] == ["declined"]
    story.then("2026-02-04", paused)
    assert "withdrawn" not in text_of(story)
    assert "CANARY-" not in view_of(story).model_dump_json(exclude={"learner"})


def test_what_a_service_suggests_for_home_is_there_and_what_it_says_to_staff_is_not():
    story = school_year()
    request_id = story.asked("2025-11-14")
    made = RecommendationMade(
        request_id=request_id,
        service="slt",
        recommendation_id=uuid4(),
        strategies=("CANARY-STAFF",),
        audience_roles=("teacher",),
        for_home="One step at a time.",
    )
    story.then("2026-01-21", made)
    [advice] = view_of(story).advice_for_home
    assert (advice.advice, advice.service) == ("One step at a time.", "Speech and Language Therapy")
    assert "CANARY-STAFF" not in text_of(story)


def test_what_was_sent_to_a_service_is_told_by_kind_and_day_and_not_in_its_words():
    story = school_year()
    request_id = story.asked("2025-11-14")
    sent = InformationShared(
        sharing_id=uuid4(),
        request_id=request_id,
        service="slt",
        categories=("learning_profile",),
        agreement_refs=(),
        lawful_basis=LawfulBasis(art6="consent"),
        content_hash="0" * 64,
        summary="CANARY-SUMMARY",
    )
    story.then("2025-12-01", sent)
    [asked] = view_of(story).services
    assert [(one.on, one.kinds) for one in asked.sent] == [(date(2025, 12, 1), ("learning profile",))]
    assert view_of(story, valid="2025-11-30").services[0].sent == ()
    assert "CANARY-SUMMARY" not in text_of(story)
    told = beside(story)
    told.then("2025-12-02", withheld(story, TOM, "detail"))
    assert view_of(story, TOM, told=told.events).services[0].sent == ()


def test_the_family_sees_whom_to_turn_to_and_who_coordinates_unless_it_is_withheld():
    story = school_year()
    lead = {"organisation": "Social Work", "from_day": date(2025, 12, 11), "reason": "CANARY-WHY"}
    story.then("2025-12-11", LeadProfessionalAssigned(name="Ms Kerr", **lead))
    told = beside(story)
    told.then("2025-12-11", withheld(story, TOM, "detail"))
    seen = {person: view_of(story, person, told=told.events) for person in (story.anna, TOM)}
    assert {person: view.lead_professional for person, view in seen.items()} == {story.anna: "Ms Kerr", TOM: None}
    assert {view.to_turn_to for view in seen.values()} == {"Mr Hay"}
    assert view_of(story, valid="2025-12-10").lead_professional is None
    assert "CANARY-WHY" not in text_of(story)


def test_a_family_is_sent_to_the_school_where_nobody_is_known_by_name():
    story = school_year()
    lead = {"organisation": "Burnside", "from_day": date(2025, 12, 11), "reason": "Knows her."}
    story.then("2025-12-11", NamedPersonAssigned(staff="u-4711", from_day=date(2025, 12, 11)))
    story.then("2025-12-11", LeadProfessionalAssigned(staff="u-4712", **lead))
    view = view_of(story)
    assert (view.to_turn_to, view.lead_professional) == ("the school", "the school")
    assert "u-471" not in text_of(story)


def test_a_request_of_the_learners_own_is_theirs_alone():
    story = school_year()
    request_id = uuid4()
    own = AssistanceRequested(
        request_id=request_id,
        route="direct",
        requester=Requester(kind="learner", role="learner", person=story.learner),
        service="slt",
        purpose="speech",
        input_sought=("advice",),
        parents_told=False,
    )
    asked = story.then("2026-04-22", own)
    told = beside(story)
    told.then("2026-04-22", line(asked, "service:slt"))
    assert [one.state for one in view_of(story, story.learner, told=told.events).services] == ["requested"]
    for person in (story.anna, TOM):
        view = view_of(story, person, told=told.events)
        assert (view.services, view.told) == ((), ())


def line(event, to, delivery="sent"):
    return DisclosureMade(
        message_id=uuid4(), about=event.event_id, to=to, channel="email", template="x", delivery=delivery
    )


def test_who_was_told_is_this_person_and_the_services_and_not_the_others():
    story = school_year()
    support = story.events[-1]
    story.asked("2025-11-14")
    told = beside(story)
    told.then("2025-09-19", line(support, str(story.anna)))
    told.then("2025-09-19", line(support, str(TOM)))
    told.then("2025-09-19", line(support, "staff:hay"))
    told.then("2025-11-14", line(story.events[-1], "service:slt"))
    told.then("2025-11-14", line(story.events[-1], str(story.anna), "failed"))
    lines = view_of(story, told=told.events).told
    assert [(one.to, one.on) for one in lines] == [
        ("you", date(2025, 9, 19)),
        ("Speech and Language Therapy", date(2025, 11, 14)),
    ]
    assert lines[0].text == "We give this support at school: A timetable in pictures."


def test_views_and_words_of_others_are_not_shown():
    story = school_year()
    for person in (story.learner, TOM, story.anna):
        said = ViewsRecorded(views_id=uuid4(), party=person, how_gathered="talk", views=f"CANARY-VIEWS-{person}")
        story.then("2025-09-12", said)
    card = PostcardSent(thread=uuid4(), direction="tried_at_home", carer=TOM, text="CANARY-CARD", language="en")
    story.then("2025-09-26", card)
    address = RankedChannel(channel="email", address="CANARY@home.example")
    story.then("2025-08-27", ContactPreferenceSet(person_id=TOM, channels=(address,), set_by="themselves"))
    for who in ("staff", "carer"):
        raised = RaisedBy(kind=who, person=TOM if who == "carer" else None, staff=None if who == "carer" else "hay")
        concern = ConcernRaised(concern_id=uuid4(), raised_by=raised, received_by="hay", description="CANARY-CONCERN")
        story.then("2025-09-03", concern)
    for person in (story.anna, story.learner):
        shown = view_of(story, person).model_dump_json(exclude={"learner"})
        assert "CANARY" not in shown
        assert str(TOM) not in shown


def test_a_carer_sees_that_their_own_concern_was_answered():
    story = school_year()
    raiser = RaisedBy(kind="carer", person=story.anna)
    story.then(
        "2025-09-08", ConcernRaised(concern_id=CONCERN, raised_by=raiser, received_by="hay", description="Lost.")
    )
    [waiting] = view_of(story).own_concerns
    answer = ConcernAcknowledged(
        concern_id=CONCERN, to=raiser, summary="Heard.", next_step="Look.", by_when=date(2025, 9, 19)
    )
    story.then("2025-09-10", answer)
    [answered] = view_of(story).own_concerns
    assert waiting.text != answered.text == "We answered what you told us."
    assert view_of(story, TOM).own_concerns == ()


def test_nothing_is_there_for_who_takes_no_part():
    story = school_year()
    for person in (BARRED, FRIEND, uuid4()):
        with pytest.raises(NothingKnown):
            view_of(story, person)
    assert view_of(story, TOM).supports


def test_a_carer_who_takes_part_no_longer_cannot_look_at_the_past_either():
    story = school_year()
    story.then("2026-01-10", carer(TOM, may_contact=False))
    with pytest.raises(NothingKnown):
        view_of(story, TOM, valid="2025-12-01", known="2025-12-01")


def test_what_is_withheld_whole_is_not_there_and_what_is_withheld_in_detail_is_there_in_outline():
    story = school_year()
    applied = story.events[-1]
    story.then("2025-11-04", stage_change())
    story.then("2026-02-10", plan(story))
    request_id = story.asked("2026-03-01")
    told = beside(story)
    told.then("2025-09-12", withheld(story, TOM, "detail"))
    told.then("2025-09-19", line(applied, str(TOM)))
    view = view_of(story, TOM, told=told.events)
    assert [(one.text, one.what) for one in view.supports] == [("We give support at school.", None)]
    assert view.stage.text == "How support is planned has changed."
    assert view.plan is not None
    assert view.plan.needs == ()
    assert [(one.service, one.shared, one.state) for one in view.services] == [(None, (), "requested")]
    assert [one.text for one in view.told] == ["We give support at school."]
    shown = view.model_dump_json()
    assert not [word for word in ("timetable", "additions", "slt", "CANARY-REASON", str(request_id)) if word in shown]
    assert view_of(story, story.anna, told=told.events) == view_of(story, story.anna)


def test_what_is_withheld_of_one_service_is_kept_in_all_that_is_about_it():
    story = school_year()
    asked = story.asked("2025-11-14")
    told = beside(story)
    told.then("2025-11-14", withheld(story, TOM, about=Withheld(service="slt")))
    told.then("2025-11-15", line(story.events[-1], "service:slt"))
    view = view_of(story, TOM, told=told.events)
    assert (view.services, view.told, len(view.supports)) == ((), (), 1)
    assert str(asked) not in view.model_dump_json()


def test_what_is_withheld_now_is_not_to_be_seen_by_asking_about_the_past_and_what_is_lifted_is_there_again():
    story = school_year()
    told = beside(story)
    kept = withheld(story, TOM)
    told.then("2026-05-01", kept)
    assert view_of(story, TOM, valid="2026-01-01", known="2026-01-01", told=told.events).supports == ()
    told.then("2026-05-20", WithholdingLifted(withholding_id=kept.withholding_id, reason="Told himself."))
    assert len(view_of(story, TOM, told=told.events).supports) == 1


@pytest.mark.parametrize("label", ["protection", "restricted"])
def test_what_is_labelled_reaches_no_family(label):
    story = school_year()
    last = story.events[-1]
    assert last.envelope is not None
    story.events[-1] = last.but(envelope=last.envelope.but(sensitivity=label))
    for person in (story.anna, TOM, story.learner):
        assert view_of(story, person).supports == ()


def test_labels_are_in_the_readers_language_where_the_policy_has_them():
    story = school_year()
    labels = {"en": "A timetable in pictures", "pl": "Plan obrazkowy"}
    strategies = tuple(
        one.model_copy(update={"label": labels}) if one.code == "visual_timetable" else one for one in POLICY.strategies
    )
    polish = POLICY.model_copy(update={"strategies": strategies})
    story.then(
        "2025-08-27", ContactPreferenceSet(person_id=story.anna, channels=(), language="pl", set_by="themselves")
    )
    view = family_view(story.events, (), at(LATER), polish, DIRECTORY, story.anna)
    assert (view.language, view.readers_language, view.supports[0].what) == ("en", "pl", "Plan obrazkowy")
    assert (
        family_view(story.events, (), at(LATER), polish, DIRECTORY, TOM).supports[0].what == "A timetable in pictures"
    )


def test_every_kind_of_fact_that_families_see_is_one_that_there_is():
    assert set(SHARED) | set(OWN) <= set(CATALOGUE)


@pytest.mark.parametrize("what", [lambda _: None, lambda changed: Withheld(events=(changed.event_id,))])
def test_an_earlier_stage_is_not_told_as_if_it_held(what):
    story = school_year()
    changed = story.then("2025-11-04", stage_change())
    told = beside(story)
    told.then("2025-11-04", withheld(story, TOM, about=what(changed)))
    stage = view_of(story, TOM, told=told.events).stage
    assert (stage.text, stage.on) == ("Ask the school how support is planned now.", None)
    assert "additions" in view_of(story, told=told.events).stage.text


def test_where_everything_is_withheld_what_happens_changes_nothing():
    story = school_year()
    own = their_own_request(story, TOM)
    told = beside(story)
    told.then("2025-11-04", withheld(story, TOM))
    before = view_of(story, TOM, told=told.events)
    story.then("2025-11-04", stage_change())
    story.then("2025-11-05", AssistanceAcknowledged(request_id=own, service="slt", received_by="x"))
    story.then("2026-02-10", plan(story))
    assert view_of(story, TOM, told=told.events) == before


def their_own_request(story, person):
    request_id = uuid4()
    asked = AssistanceRequested(
        request_id=request_id,
        route="direct",
        requester=Requester(kind="carer", role="carer", person=person),
        service="slt",
        purpose="speech",
        input_sought=("advice",),
    )
    story.then("2025-11-01", asked)
    return request_id


def kept_to_themselves(story, event):
    """The view of somebody from whom this one event is withheld whole."""
    told = beside(story)
    told.then("2026-05-30", withheld(story, TOM, about=Withheld(events=(event.event_id,))))
    return view_of(story, TOM, told=told.events)


def test_a_support_whose_end_is_withheld_is_not_told_as_if_it_went_on():
    story = school_year()
    ended = story.then("2026-05-19", SupportEnded(measure_id=MEASURE, reason="outcome_met", on=date(2026, 5, 19)))
    assert kept_to_themselves(story, ended).supports == ()


def test_a_plan_whose_next_version_or_end_is_withheld_is_not_told_as_if_it_held():
    story = school_year()
    story.then("2026-02-10", plan(story))
    closed = story.then("2026-05-19", PlanClosed(plan_id=PLAN, on=date(2026, 5, 19), reason="CANARY-WHY"))
    assert kept_to_themselves(story, closed).plan is None
    renewed = plan(story).model_copy(update={"version": 2, "agreed_on": date(2026, 3, 1)})
    again = school_year()
    again.then("2026-02-10", plan(again))
    assert kept_to_themselves(again, again.then("2026-03-01", renewed)).plan is None


def test_a_meeting_whose_record_is_withheld_is_not_told_as_still_to_come():
    story = school_year()
    when = datetime(2026, 2, 10, 14, tzinfo=UTC)
    called = MeetingCalled(
        meeting_id=MEETING, kind="planning", at=when, purpose="Plan.", organiser="hay", invited=(TOM,)
    )
    story.then("2026-02-01", called)
    held = MeetingHeld(meeting_id=MEETING, held_on=date(2026, 2, 10), present=("Mr Hay",))
    assert kept_to_themselves(story, story.then("2026-02-10", held)).meetings == ()


def test_a_review_that_is_withheld_leaves_no_older_day_for_the_next_one():
    story = school_year()
    first = ReviewHeld(
        review_id=uuid4(),
        of_refs=(MEASURE,),
        held_on=date(2025, 11, 4),
        decision="continue",
        next_review_on=date(2026, 2, 10),
    )
    story.then("2025-11-04", first)
    second = first.model_copy(update={"review_id": uuid4(), "held_on": date(2025, 12, 4)})
    [shown] = kept_to_themselves(story, story.then("2025-12-04", second)).reviews
    assert (shown.on, shown.next_on) == (date(2025, 11, 4), None)


def test_a_request_whose_answer_is_withheld_is_not_told_as_if_it_waited():
    story = school_year()
    request_id = story.asked("2025-11-14")
    declined = AssistanceDeclined(
        request_id=request_id, service="slt", reason_code="threshold", explanation="CANARY-WHY", advice="CANARY-ADVICE"
    )
    [asked] = kept_to_themselves(story, story.then("2025-11-20", declined)).services
    assert (asked.text, asked.state, asked.on) == (
        "Help was asked for. Ask the school how this stands now.",
        None,
        date(2025, 11, 14),
    )


def test_who_coordinates_is_left_out_where_the_one_who_does_now_is_withheld():
    story = school_year()
    _, last = (
        story.then(
            day,
            LeadProfessionalAssigned(
                name=name, organisation="Social Work", from_day=date.fromisoformat(day), reason="CANARY-WHY"
            ),
        )
        for name, day in (("Ms Kerr", "2025-12-11"), ("Mr Low", "2026-01-11"))
    )
    assert kept_to_themselves(story, last).lead_professional is None
    assert view_of(story, TOM).lead_professional == "Mr Low"


@pytest.mark.parametrize("about", [None, Withheld(service="slt")])
def test_their_own_agreement_and_request_are_never_withheld_from_them(about):
    story = school_year()
    story.agreed("2025-11-12", "learning_profile")
    their_own_request(story, story.anna)
    told = beside(story)
    told.then("2025-11-12", withheld(story, story.anna, about=about))
    view = view_of(story, told=told.events)
    assert [(one.service, one.status) for one in view.agreements] == [("Speech and Language Therapy", "granted")]
    assert [(one.service, one.state) for one in view.services] == [("Speech and Language Therapy", None)]


def test_a_message_that_reached_them_stays_among_what_they_were_told_when_it_is_withheld_later():
    story = school_year()
    support, _ = story.events[-1], story.asked("2025-11-14")
    told = beside(story)
    told.then("2025-09-19", line(support, str(TOM)))
    told.then("2025-11-14", line(story.events[-1], str(TOM)))
    told.then("2025-11-14", line(story.events[-1], "service:slt"))
    told.then("2025-11-15", withheld(story, TOM))
    assert [(one.to, one.text) for one in view_of(story, TOM, told=told.events).told] == [
        ("you", "We give support at school."),
        ("you", "A service was asked for help."),
    ]


def test_every_fact_that_a_family_can_hear_of_has_a_sentence_without_codes():
    assert (set(SHARED) | set(OWN)) <= set(SENTENCES) <= set(CATALOGUE)
    story = school_year()
    seen = seen_by(fold(story.case_id, story.events), story.events, (), at(LATER), POLICY, DIRECTORY, TOM)
    for name, fact in CATALOGUE.items():
        for example in fact.examples:
            event = story.events[-1].but(fact=fact.model_validate(example), name=name)
            for known in (seen, replace(seen, clear=frozenset())):
                said = sentence(known, event)
                assert said.endswith(".")
                assert not {"_", "{", ":"} & set(said.removeprefix("We give this support at school:"))
