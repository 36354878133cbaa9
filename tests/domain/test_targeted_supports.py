"""Targeted support: planned together, coordinated, and by a service only where the service is at work."""

from datetime import UTC, date, datetime

from case_api.domain.decisions.supports import AdjustSupport, EndSupport, ObserveEffect
from case_api.domain.decisions.targeted_supports import ServiceNotAtWork, StartTargetedSupport
from case_api.domain.facts.coordination import LeadProfessionalAssigned, NamedPersonAssigned
from case_api.domain.facts.meetings import MeetingCalled, MeetingHeld
from case_api.domain.facts.stages import StageChanged
from case_api.domain.facts.supports import (
    SupportAdjusted,
    SupportEffectObserved,
    SupportEnded,
    TargetedSupportStarted,
)
from case_api.domain.questions.recipients import recipients
from case_api.domain.questions.references import NotYetHappened, ReferenceUnknown
from case_api.domain.questions.targeted import NobodyCoordinates, NotPlannedTogether, StageNotTargeted
from tests.domain.dsl import a, given
from tests.domain.running import POLICY, Running, new
from tests.domain.situations import (
    ACCEPTED,
    ANNA,
    DIRECTORY,
    FAMILY,
    NEED_ASSESSED,
    OPEN_INVOLVEMENT,
    OPEN_REQUEST,
    PAUSED,
    TOM,
    the,
)

HAY = NamedPersonAssigned(staff="hay", from_day=date(2025, 8, 19))
IMRIE = LeadProfessionalAssigned(
    name="Ruth Imrie", organisation="Social Work", from_day=date(2025, 11, 1), reason="Her team does most."
)
MEETING = the("meeting")
CALLED = MeetingCalled(
    meeting_id=MEETING,
    kind="planning",
    at=datetime(2025, 11, 10, 9, tzinfo=UTC),
    purpose="What next.",
    organiser="hay",
    invited=(),
)
HELD = MeetingHeld(meeting_id=MEETING, held_on=date(2025, 11, 10), present=("Hay", "Anna"))
TARGETED = StageChanged(
    from_stage="universal_augmented",
    to_stage="targeted",
    ladder_version=POLICY.ref,
    direction="up",
    on=date(2025, 11, 10),
    rationale="Less does not suffice.",
)
PLANNED = (*FAMILY, HAY, NEED_ASSESSED, CALLED, HELD, TARGETED)
SMALL_CLASS = StartTargetedSupport(strategy_code="small_class", need_refs=("language",))
SLT_BLOCK = StartTargetedSupport(strategy_code="agency_input", service="slt")
STARTED = TargetedSupportStarted(
    measure_id=the("block"),
    strategy_code="small_class",
    catalogue_version=POLICY.ref,
    coordinator="hay",
    started_on=date(2025, 11, 10),
)
URGENT = {"exception_reason": "A place is free this week only."}


def test_targeted_support_starts_once_it_was_planned_and_somebody_coordinates():
    given(PLANNED).when(SMALL_CLASS).then(
        TargetedSupportStarted(
            measure_id=new(1),
            strategy_code="small_class",
            catalogue_version=POLICY.ref,
            need_refs=("language",),
            coordinator="hay",
            started_on=date(2025, 11, 14),
        )
    )


def test_targeted_support_begins_at_a_targeted_stage_or_for_a_reason():
    before = (*FAMILY, HAY, NEED_ASSESSED, CALLED, HELD)
    given(before).when(SMALL_CLASS).then_refused(StageNotTargeted)
    given(before).when(SMALL_CLASS.model_copy(update=URGENT)).then(TargetedSupportStarted)
    earlier = SMALL_CLASS.model_copy(update={"started_on": date(2025, 11, 9)})
    given(PLANNED).when(earlier).then_refused(StageNotTargeted)


def test_targeted_support_follows_an_assessment_and_a_planning_meeting_or_a_reason():
    unplanned = (*FAMILY, HAY, TARGETED)
    asked = StartTargetedSupport(strategy_code="small_class")
    given(unplanned).when(asked).then_refused(
        NotPlannedTogether, missing=[("need_not_assessed",), ("no_planning_meeting_held",)]
    )
    given(unplanned).when(asked.model_copy(update=URGENT)).then(a(TargetedSupportStarted, **URGENT))


def test_no_reason_does_without_somebody_who_coordinates():
    nobody = (*FAMILY, NEED_ASSESSED, CALLED, HELD, TARGETED)
    given(nobody).when(SMALL_CLASS).then_refused(NobodyCoordinates, missing=[("no_coordinator_assigned",)])
    given(nobody).when(SMALL_CLASS.model_copy(update=URGENT)).then_refused(NobodyCoordinates)


def test_who_coordinates_is_the_lead_professional_or_the_named_person_of_that_day():
    led = (*PLANNED, IMRIE)
    given(led).when(SMALL_CLASS).then(a(TargetedSupportStarted, coordinator="Ruth Imrie"))
    given(led).when(by("hay")).then(a(TargetedSupportStarted, coordinator="hay"))
    given(led).when(by("okafor")).then_refused(NobodyCoordinates, missing=[("not_assigned",)], pointer="/coordinator")
    late = (*PLANNED, IMRIE.model_copy(update={"from_day": date(2025, 11, 15)}))
    given(late).when(by("Ruth Imrie")).then_refused(NobodyCoordinates)


def by(coordinator):
    return SMALL_CLASS.model_copy(update={"coordinator": coordinator})


def test_targeted_support_comes_from_its_own_catalogue_and_answers_assessed_needs():
    everyday = StartTargetedSupport(strategy_code="quiet_space")
    given(PLANNED).when(everyday).then_refused(ReferenceUnknown, pointer="/strategy_code")
    other = SMALL_CLASS.model_copy(update={"need_refs": ("maths",)})
    given(PLANNED).when(other).then_refused(ReferenceUnknown, pointer="/need_refs")
    assert {one.code for one in POLICY.targeted_strategies}.isdisjoint(one.code for one in POLICY.strategies)


def test_targeted_support_is_recorded_once_it_has_begun():
    tomorrow = SMALL_CLASS.model_copy(update={"started_on": date(2025, 11, 15)})
    given(PLANNED).when(tomorrow).then_refused(NotYetHappened, pointer="/started_on")


def test_a_service_gives_targeted_support_while_its_accepted_work_goes_on():
    planned = (HAY, CALLED, HELD, TARGETED)
    given(OPEN_INVOLVEMENT, planned).when(SLT_BLOCK).then(a(TargetedSupportStarted, service="slt"))
    for facts in (PLANNED, (*OPEN_REQUEST, *planned), (*OPEN_REQUEST, ACCEPTED, PAUSED, *planned)):
        given(facts).when(SLT_BLOCK).then_refused(ServiceNotAtWork, missing=[("no_accepted_request", "slt")])
    unnamed = StartTargetedSupport(strategy_code="agency_input")
    given(OPEN_INVOLVEMENT, planned).when(unnamed).then_refused(
        ServiceNotAtWork, missing=[("no_service_named",)], pointer="/service"
    )


def test_targeted_support_is_a_measure_like_any_other():
    started = (*PLANNED, STARTED)
    given(started).when(ObserveEffect(score=1, evidence="Speaks up."), the("block")).then(SupportEffectObserved)
    given(started).when(AdjustSupport(change="Four days.", reason="Tired."), the("block")).then(SupportAdjusted)
    given(started).when(EndSupport(reason="outcome_met"), the("block")).then(SupportEnded)


def test_carers_and_the_named_person_hear_of_targeted_support_and_carers_of_its_adjustment():
    adjusted = SupportAdjusted(measure_id=the("block"), change="Four days.", reason="Tired.", on=date(2025, 11, 12))
    assert heard_of(STARTED) == [str(ANNA), str(TOM), "staff:hay"]
    assert heard_of(STARTED, adjusted) == [str(ANNA), str(TOM)]


def heard_of(*facts):
    running = Running(DIRECTORY)
    running.record((*PLANNED, *facts), running.now)
    found = recipients(running.case, running.history[-1], POLICY, running.directory, running.now.date())
    return [one.recipient for one in found]
