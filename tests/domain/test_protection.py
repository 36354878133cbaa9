"""Child protection does not wait for consent, and is nobody's business but the group's (R80; I7, I8, I30)."""

from datetime import UTC, date, datetime

import pytest

from case_api.domain import case as cases
from case_api.domain.case import Case
from case_api.domain.decisions.meetings import CallMeeting, HoldMeeting
from case_api.domain.decisions.packs import IssuePack
from case_api.domain.decisions.protection import (
    ChangeGroup,
    OverrideConsent,
    ReasonsOnRecord,
    RecordOverrideReasons,
    RecordProtectionConcern,
    RecordProtectionDecision,
)
from case_api.domain.facts.meetings import (
    Addressee,
    Attendee,
    MeetingCalled,
    MeetingHeld,
    MeetingPackIssued,
    Seating,
)
from case_api.domain.facts.protection import (
    ConsentOverridden,
    GroupJoined,
    GroupLeft,
    OverrideReasonsRecorded,
    ProtectionConcernRecorded,
    ProtectionDecisionRecorded,
    ToldByOthers,
)
from case_api.domain.questions.inviting import MayNotBeContacted
from case_api.domain.questions.named_group import CoordinatorMayNotAuthorise, GroupNeedsItsCoordinator
from case_api.domain.questions.overriding import (
    OverrideCoversOnlyItsOwn,
    OverrideGroundNotListed,
    OverrideNotAuthorised,
    OverrideReasonsMissing,
)
from case_api.domain.questions.protection_clocks import clocks_of
from case_api.domain.questions.references import NotOnThisCase, NotYetHappened, ReferenceUnknown
from tests.domain.dsl import a, given, on
from tests.domain.protecting import (
    CONCERN_RECORDED,
    MATTER,
    OVERRIDDEN,
    OVERRIDE,
    InMatter,
    in_a_matter,
    matter_with,
    sealed,
)
from tests.domain.running import CASE, POLICY
from tests.domain.situations import ANNA, DEAN, FAMILY, MAJA, NEIGHBOUR, request_slt, the

RECORD = RecordProtectionConcern(case_id=CASE, concern="What she said.", coordinator="sinclair", others=("hay",))
CPPM = MeetingCalled(
    meeting_id=the("cppm"), kind="cppm", at=datetime(2025, 12, 10, 10, tzinfo=UTC), purpose="Plan for her safety.",
    organiser="sinclair", invited=(ANNA, MAJA),
)  # fmt: skip
CORE_GROUP = CPPM.model_copy(
    update={"meeting_id": the("core"), "kind": "core_group", "at": datetime(2025, 12, 19, 10, tzinfo=UTC)}
)
PACK = IssuePack(
    agenda=("What we worry about",),
    attendees=(Attendee(name="Ms Sinclair", role="coordinator", organisation="Burnside"),),
    companion_told=True,
    access_needs_asked=True,
    seating=Seating(seated_first=True),
)
LATE = {"emergency": True, "reasons": None, "reasons_due": datetime(2025, 11, 15, 12, tzinfo=UTC)}
IN_AN_EMERGENCY = OVERRIDDEN.model_copy(update=LATE)


def packed(day: str) -> MeetingPackIssued:
    return MeetingPackIssued(
        meeting_id=CPPM.meeting_id, to=tuple(Addressee(person=one, language="en") for one in CPPM.invited),
        agenda=("What we worry about",), attendees=PACK.attendees, companion_told=True, access_needs_asked=True,
        seating=Seating(seated_first=True), sent_at=date.fromisoformat(day), school_days_ahead=5,
    )  # fmt: skip


def held(meeting: MeetingCalled, day: str) -> MeetingHeld:
    return MeetingHeld(meeting_id=meeting.meeting_id, held_on=date.fromisoformat(day), present=("Ms Sinclair",))


def test_a_concern_names_its_group_and_the_recorder_is_one_of_it():
    InMatter(()).by("bain").when(RECORD).then(CONCERN_RECORDED.model_copy(update={"concern": "What she said."}))
    assert matter_with(CONCERN_RECORDED).protection.group == {"bain", "sinclair", "hay"}


def test_a_concern_is_recorded_beside_a_case_that_exists():
    elsewhere = RECORD.model_copy(update={"case_id": NEIGHBOUR})
    InMatter(()).when(elsewhere).then_refused(ReferenceUnknown, pointer="/case_id")


@pytest.mark.parametrize("stranger", ["okafor", "adair", "", "BAIN"])
def test_a_matter_is_known_to_its_group_alone(stranger: str):
    matter = matter_with(CONCERN_RECORDED)
    assert matter.is_known_to("hay")
    assert not matter.is_known_to(stranger)


def test_whoever_joins_the_group_knows_the_matter_and_whoever_leaves_it_knows_it_no_more():
    joins = ChangeGroup(staff="adair", change="joins", reason="The learner moves to her school.")
    in_a_matter().by("sinclair", "child_protection").when(joins).then(a(GroupJoined, staff="adair"))
    matter = matter_with(
        CONCERN_RECORDED, GroupJoined(staff="adair", reason="Moves."), GroupLeft(staff="hay", reason="Moves.")
    )
    assert (matter.is_known_to("adair"), matter.is_known_to("hay")) == (True, False)
    in_a_matter().when(joins).then_refused(GroupNeedsItsCoordinator)
    in_a_matter().when(ChangeGroup(staff="hay", change="joins", reason="Is in it.")).then_nothing()


def test_a_concern_is_coordinated_by_somebody_who_may_authorise_and_nobody_is_taken_at_their_word():
    for nobody in ("bain", "hay", "sinclare"):
        named = RECORD.model_copy(update={"coordinator": nobody})
        InMatter(()).by("bain").when(named).then_refused(CoordinatorMayNotAuthorise, pointer="/coordinator")
    herself = RECORD.model_copy(update={"coordinator": "murray"})
    InMatter(()).by("murray", "child_protection").when(herself).then(ProtectionConcernRecorded)


@pytest.mark.parametrize("role", ["child_protection", "child_protection_coordinator"])
def test_the_office_of_the_coordinator_counts_by_either_of_its_names(role: str):
    assert POLICY.may_override(frozenset({role}))


def leaves(staff: str, coordinator: str | None = None) -> ChangeGroup:
    return ChangeGroup(staff=staff, change="leaves", coordinator=coordinator, reason="Moves.")


def test_the_coordinator_hands_the_matter_over_before_she_leaves_it():
    adair = GroupJoined(staff="adair", reason="Moves.")
    with_adair = in_a_matter(adair).by("sinclair", "child_protection")
    with_adair.when(leaves("sinclair")).then_refused(GroupNeedsItsCoordinator, pointer="/coordinator")
    with_adair.when(leaves("sinclair", "bain")).then_refused(CoordinatorMayNotAuthorise)
    with_adair.when(leaves("sinclair", "sinclair")).then_refused(GroupNeedsItsCoordinator)
    with_adair.when(leaves("sinclair", "adair")).then(a(GroupLeft, staff="sinclair", coordinator="adair"))
    in_a_matter().by("sinclair", "child_protection").when(leaves("sinclair", "adair")).then_refused(
        GroupNeedsItsCoordinator
    )
    handed = matter_with(CONCERN_RECORDED, adair, GroupLeft(staff="sinclair", coordinator="adair", reason="Moves."))
    assert (handed.protection.coordinator, handed.is_known_to("sinclair")) == ("adair", False)


def test_whoever_joins_can_take_the_matter_over_at_once():
    joins = ChangeGroup(staff="adair", change="joins", coordinator="adair", reason="Moves.")
    taken = a(GroupJoined, staff="adair", coordinator="adair")
    in_a_matter().by("sinclair", "child_protection").when(joins).then(taken)
    adair = GroupJoined(staff="adair", reason="Moves.")
    in_a_matter(adair).by("sinclair", "child_protection").when(joins).then(taken)


def test_others_leave_a_group_as_long_as_one_who_may_authorise_stays():
    in_a_matter().by("sinclair", "child_protection").when(leaves("hay")).then(a(GroupLeft, staff="hay"))
    retired = GroupJoined(staff="adair", coordinator="bain", reason="As it was once recorded.")
    gone = GroupLeft(staff="sinclair", reason="Moves.")
    in_a_matter(retired, gone).by("murray", "child_protection").when(leaves("adair")).then_refused(
        GroupNeedsItsCoordinator
    )


def test_the_coordinator_overrides_for_a_colleague_and_the_reasons_of_an_emergency_may_follow():
    asked = OverrideConsent(asked_by="bain", emergency=True)
    found = in_a_matter().by("sinclair", "child_protection").when(asked)
    found.then(a(ConsentOverridden, asked_by="bain", authoriser="sinclair", ground="child_protection", reasons=None))
    [override] = found.decision.events
    assert isinstance(override, ConsentOverridden)
    assert override.reasons_due == datetime(2025, 11, 15, 12, tzinfo=UTC)
    assert (override.request_ref is not None, override.disclosure_ref) == (True, None)


def test_an_override_for_a_disclosure_covers_no_request():
    asked = OverrideConsent(asked_by="bain", covers="disclosure", reasons="He must know today.")
    [override] = in_a_matter().by("sinclair", "child_protection").when(asked).decision.events
    assert isinstance(override, ConsentOverridden)
    assert (override.request_ref, override.disclosure_ref is not None) == (None, True)
    assert override.reasons_due is None


def test_nobody_overrides_consent_for_themselves():
    himself = OverrideConsent(asked_by="bain", emergency=True)
    in_a_matter().by("bain").when(himself).then_refused(
        OverrideNotAuthorised, missing=[("not_an_authoriser",), ("requester_alone",)]
    )
    herself = OverrideConsent(asked_by="sinclair", emergency=True)
    in_a_matter().by("sinclair", "child_protection").when(herself).then_refused(
        OverrideNotAuthorised, missing=[("requester_alone",)]
    )


@pytest.mark.parametrize("role", ["teacher", "pupil_support", "school_leader", "authority_admin"])
def test_rank_alone_does_not_authorise_an_override(role: str):
    asked = OverrideConsent(asked_by="bain", reasons="I lead this school.")
    in_a_matter().by("hay", role).when(asked).then_refused(OverrideNotAuthorised, missing=[("not_an_authoriser",)])


def test_consent_is_overridden_on_a_listed_ground_with_its_reasons_and_for_somebody_of_the_group():
    by_her = in_a_matter().by("sinclair", "child_protection")
    by_her.when(OverrideConsent(asked_by="bain", ground="convenience", reasons="Quicker.")).then_refused(
        OverrideGroundNotListed, pointer="/ground"
    )
    by_her.when(OverrideConsent(asked_by="bain")).then_refused(OverrideReasonsMissing, pointer="/reasons")
    by_her.when(OverrideConsent(asked_by="okafor", emergency=True)).then_refused(ReferenceUnknown, pointer="/asked_by")


def test_the_reasons_of_an_emergency_are_recorded_once():
    reasons = RecordOverrideReasons(reasons="To ask first would have put her at risk.")
    given_later = OverrideReasonsRecorded(override_ref=OVERRIDE, reasons=reasons.reasons, by="sinclair")
    waiting = in_a_matter(IN_AN_EMERGENCY).by("sinclair", "child_protection")
    waiting.when(reasons, OVERRIDE).then(given_later)
    waiting.at("2025-11-20").when(reasons, OVERRIDE).then(given_later)
    done = in_a_matter(IN_AN_EMERGENCY, given_later)
    done.when(reasons, OVERRIDE).then_nothing()
    done.when(RecordOverrideReasons(reasons="Another story."), OVERRIDE).then_refused(ReasonsOnRecord)
    in_a_matter().when(reasons, OVERRIDE).then_refused(NotOnThisCase)


def test_an_ordinary_request_that_cites_an_override_is_refused_for_that_before_all_else():
    citing = request_slt(override_ref=OVERRIDE)
    given(FAMILY).when(citing).then_refused(OverrideCoversOnlyItsOwn, missing=[], pointer="/override_ref")


def test_what_agencies_decided_says_whom_they_told_themselves():
    told = ToldByOthers(by="Social Work", person=ANNA, at=datetime(2025, 11, 14, 11, tzinfo=UTC))
    decision = RecordProtectionDecision(forum="ird", decision="Joint.", decided_by=("Social Work",), told=(told,))
    in_a_matter().when(decision).then(a(ProtectionDecisionRecorded, forum="ird", told=(told,)))
    tomorrow = decision.model_copy(update={"told": (told.model_copy(update={"at": date(2025, 11, 15)}),)})
    in_a_matter().when(tomorrow).then_refused(NotYetHappened, pointer="/told")
    unknown = decision.model_copy(update={"told": (told.model_copy(update={"person": NEIGHBOUR}),)})
    in_a_matter().when(unknown).then_refused(ReferenceUnknown, pointer="/told")
    in_a_matter().when(decision.model_copy(update={"forum": "staff_room"})).then_refused(ReferenceUnknown)


def test_a_protection_meeting_is_called_in_a_matter_and_nowhere_else():
    call = CallMeeting(kind="cppm", at=CPPM.at, purpose="Plan.", invited=(ANNA, MAJA))
    in_a_matter().when(call).then(a(MeetingCalled, invited=(ANNA, MAJA)))
    given(FAMILY).when(call).then_refused(ReferenceUnknown, pointer="/kind")
    planning = call.model_copy(update={"kind": "planning"})
    in_a_matter().when(planning).then_refused(ReferenceUnknown, pointer="/kind")
    in_a_matter().when(call.model_copy(update={"invited": (DEAN,)})).then_refused(MayNotBeContacted)


def test_a_protection_meeting_has_its_pack_and_its_record_in_the_matter():
    called = in_a_matter(*on("2025-12-01", CPPM)).at("2025-12-03")
    called.when(PACK, CPPM.meeting_id).then(a(MeetingPackIssued, school_days_ahead=5))
    ready = in_a_matter(*on("2025-12-01", CPPM), *on("2025-12-03", packed("2025-12-03"))).at("2025-12-10")
    ready.when(HoldMeeting(present=("Ms Sinclair",)), CPPM.meeting_id).then(
        a(MeetingHeld, held_on=date(2025, 12, 10), pack_exceptions=())
    )


def test_the_clocks_of_isla_were_kept():
    matter = matter_with(
        *on("2025-11-18", CONCERN_RECORDED),
        *on("2025-12-01", CPPM, CORE_GROUP),
        *on("2025-12-03", packed("2025-12-03")),
        *on("2025-12-10", held(CPPM, "2025-12-10")),
        *on("2025-12-19", held(CORE_GROUP, "2025-12-19")),
    )
    found = {one.clock: one for one in clocks_of(matter, POLICY, date(2026, 1, 10))}
    assert (found["cppm"].due, found["cppm"].done_on) == (date(2025, 12, 16), date(2025, 12, 10))
    assert (found["cppm_pack"].due, found["cppm_pack"].done_on) == (date(2025, 12, 5), date(2025, 12, 3))
    assert (found["core_group"].due, found["core_group"].done_on) == (date(2026, 1, 6), date(2025, 12, 19))
    assert [one.kept_as_of(date(2026, 1, 10)) for one in found.values()] == [True, True, True]


@pytest.mark.parametrize(("day", "kept"), [("2025-12-16", None), ("2025-12-17", False)])
def test_a_clock_that_runs_out_was_not_kept(day: str, kept: bool | None):
    [cppm] = clocks_of(matter_with(*on("2025-11-18", CONCERN_RECORDED)), POLICY, date.fromisoformat(day))
    assert (cppm.done_on, cppm.kept_as_of(date.fromisoformat(day))) == (None, kept)


def test_one_who_had_no_pack_leaves_the_pack_clock_open():
    halfway = packed("2025-12-03").model_copy(update={"to": (Addressee(person=ANNA, language="en"),)})
    matter = matter_with(*on("2025-11-18", CONCERN_RECORDED), *on("2025-12-03", CPPM, halfway))
    [_, pack] = clocks_of(matter, POLICY, date(2025, 12, 4))
    assert (pack.done_on, pack.kept_as_of(date(2025, 12, 4)), pack.kept_as_of(date(2025, 12, 6))) == (None, None, False)


def test_a_case_takes_no_fact_of_a_matter_into_account():
    assert cases.fold(MATTER, sealed(CONCERN_RECORDED, OVERRIDDEN, CPPM)) == Case(
        MATTER, version=3, recorded_at=sealed(CONCERN_RECORDED)[0].recorded_at
    )
    assert ProtectionConcernRecorded.stream == "matter"
