"""The ladder of staged intervention: no more intrusive than the need asks."""

from datetime import date
from typing import Any

from case_api.domain.decisions.stages import (
    ChangeStage,
    StageBeganLater,
    StageDecidedByOthers,
    StageSkipped,
    StepUpTooEarly,
)
from case_api.domain.facts.coordination import NamedPersonAssigned
from case_api.domain.facts.plans import PlanAgreed, PlannedNeed, PlanParty
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.facts.stages import StageChanged
from case_api.domain.facts.supports import SupportEnded
from case_api.domain.questions.references import NotYetHappened, ReferenceUnknown
from case_api.domain.questions.targeted import NobodyCoordinates, NotPlannedTogether
from case_api.domain.questions.views_heard import CarersNotHeard, LearnerNotHeard
from case_api.domain.words import ViewsMissing
from tests.domain.dsl import a, given, on
from tests.domain.running import Running
from tests.domain.situations import (
    ANNA,
    APPLIED,
    BARRED,
    DIRECTORY,
    FAMILY,
    MAJA,
    NEED_ASSESSED,
    TIMETABLE,
    TOM,
    TRIED_AND_OBSERVED,
    the,
    views_of,
)
from tests.domain.test_meetings import CALLED, HELD

MAJAS, ANNAS, TOMS = views_of(MAJA), views_of(ANNA), views_of(TOM)
ALL_SPOKE = (MAJAS, ANNAS, TOMS)
ALL_HEARD = (MAJAS.views_id, ANNAS.views_id, TOMS.views_id)
REVIEWED = ReviewHeld(
    review_id=the("review"), of_refs=(TIMETABLE,), held_on=date(2025, 11, 4), views_refs=ALL_HEARD, decision="step_up"
)
LOOKED_AT_TOGETHER = (*FAMILY, *TRIED_AND_OBSERVED, *ALL_SPOKE, REVIEWED)
AUGMENTED = StageChanged(
    from_stage="universal",
    to_stage="universal_augmented",
    ladder_version="scotland-generic@1",
    direction="up",
    on=date(2025, 11, 4),
    rationale="Not enough for longer tasks.",
    views_refs=ALL_HEARD,
)
HAY_COORDINATES = NamedPersonAssigned(staff="hay", from_day=date(2025, 8, 19))
MET = HELD.model_copy(update={"held_on": date(2025, 11, 14)})
READY_FOR_TARGETED = (LOOKED_AT_TOGETHER, AUGMENTED, REVIEWED, HAY_COORDINATES, CALLED, MET)
PLAN = PlanAgreed(
    plan_id=the("plan"),
    version=1,
    agreed_on=date(2025, 11, 14),
    needs=(
        PlannedNeed(
            need="language", action="Therapy", outcome="Talks more", responsible="hay", by_when=date(2026, 5, 1)
        ),
    ),
    parties=(PlanParty(role="pupil_support", name="hay"),),
    views_refs=ALL_HEARD,
)
TARGETED = AUGMENTED.model_copy(
    update={"from_stage": "universal_augmented", "to_stage": "targeted", "on": date(2025, 11, 14)}
)


def to(stage: str, **more: Any) -> ChangeStage:
    return ChangeStage(**{"to_stage": stage, "rationale": "Less does not suffice.", "views_refs": ALL_HEARD} | more)


def test_a_step_up_follows_a_review_with_everybody_heard():
    given(LOOKED_AT_TOGETHER).when(to("universal_augmented")).then(
        a(
            StageChanged,
            from_stage="universal",
            direction="up",
            on=date(2025, 11, 14),
            ladder_version="scotland-generic@1",
        )
    )


def test_a_support_that_ended_counts_as_looked_at():
    ended = SupportEnded(measure_id=TIMETABLE, reason="ineffective", on=date(2025, 11, 3))
    given(FAMILY, NEED_ASSESSED, APPLIED, *ALL_SPOKE, ended).when(to("universal_augmented")).then(StageChanged)


def test_a_step_up_waits_until_something_was_looked_at_in_this_stage():
    nothing_since = [("nothing_reviewed_or_ended_since_this_stage_began",)]
    given(FAMILY, NEED_ASSESSED, *ALL_SPOKE).when(to("universal_augmented")).then_refused(
        StepUpTooEarly, missing=nothing_since
    )
    given(LOOKED_AT_TOGETHER, AUGMENTED).when(to("targeted")).then_refused(StepUpTooEarly, missing=nothing_since)


def test_a_step_up_answers_an_assessed_need():
    given(FAMILY, APPLIED, *ALL_SPOKE, REVIEWED).when(to("universal_augmented")).then_refused(
        StepUpTooEarly, missing=[("need_not_assessed",)]
    )


def test_a_step_up_hears_a_carer_as_well_as_the_learner():
    given(LOOKED_AT_TOGETHER).when(to("universal_augmented", views_refs=(MAJAS.views_id,))).then_refused(
        StepUpTooEarly, missing=[("views_of_a_carer_missing",)]
    )
    unheard = given(LOOKED_AT_TOGETHER).when(to("universal_augmented", views_refs=(ANNAS.views_id,)))
    unheard.then_refused(StepUpTooEarly, missing=[("views_missing", MAJA)])
    unheard.then_refused_also(LearnerNotHeard)


def test_who_could_not_be_heard_has_a_reason_on_record():
    ill = (ViewsMissing(party=MAJA, reason="ill for weeks"),)
    heard = (ANNAS.views_id, TOMS.views_id)
    given(LOOKED_AT_TOGETHER).when(to("universal_augmented", views_refs=heard, views_missing=ill)).then(
        a(StageChanged, views_missing=ill)
    )


def test_a_reason_is_given_for_people_of_the_case():
    stranger = (ViewsMissing(party=the("stranger"), reason="?"),)
    given(LOOKED_AT_TOGETHER).when(to("universal_augmented", views_missing=stranger)).then_refused(
        ReferenceUnknown, pointer="/views_missing"
    )


def test_the_ladder_is_climbed_one_stage_at_a_time():
    given(LOOKED_AT_TOGETHER, HAY_COORDINATES, CALLED, MET).when(to("targeted")).then_refused(
        StageSkipped, pointer="/to_stage"
    )
    given(LOOKED_AT_TOGETHER, HAY_COORDINATES).when(to("targeted", exception_reason="returns from hospital")).then(
        a(StageChanged, to_stage="targeted")
    )


def test_targeted_support_follows_an_assessment_and_a_planning_meeting():
    given(READY_FOR_TARGETED).when(to("targeted")).then(a(StageChanged, to_stage="targeted"))
    alone = given(LOOKED_AT_TOGETHER, AUGMENTED, REVIEWED, HAY_COORDINATES, CALLED).when(to("targeted"))
    alone.then_refused(NotPlannedTogether, missing=[("no_planning_meeting_held",)])
    unassessed = (*FAMILY, APPLIED, *ALL_SPOKE, AUGMENTED, REVIEWED, HAY_COORDINATES)
    given(unassessed).when(to("targeted")).then_refused_also(NotPlannedTogether)


def test_a_meeting_of_another_kind_or_a_later_day_plans_nothing():
    review = CALLED.model_copy(update={"kind": "review"})
    given(LOOKED_AT_TOGETHER, AUGMENTED, REVIEWED, HAY_COORDINATES, review, MET).when(to("targeted")).then_refused(
        NotPlannedTogether
    )
    given(READY_FOR_TARGETED).when(to("targeted", on=date(2025, 11, 13))).then_refused(NotPlannedTogether)


def test_targeted_support_without_a_meeting_has_its_reason():
    urgent = to("targeted", exception_reason="Home from hospital on Monday.")
    given(LOOKED_AT_TOGETHER, AUGMENTED, REVIEWED, HAY_COORDINATES).when(urgent).then(StageChanged)


def test_targeted_support_is_coordinated_whatever_the_reason():
    nobody = given(LOOKED_AT_TOGETHER, AUGMENTED, REVIEWED, CALLED, MET)
    nobody.when(to("targeted")).then_refused(NobodyCoordinates, missing=[("no_coordinator_assigned",)])
    nobody.when(to("targeted", exception_reason="urgent")).then_refused(NobodyCoordinates)
    later = NamedPersonAssigned(staff="hay", from_day=date(2025, 11, 15))
    given(LOOKED_AT_TOGETHER, AUGMENTED, REVIEWED, CALLED, MET, later).when(to("targeted")).then_refused(
        NobodyCoordinates
    )


def test_from_one_targeted_stage_to_another_no_new_meeting_is_asked_for():
    on_from_there = (LOOKED_AT_TOGETHER, AUGMENTED, TARGETED, REVIEWED, PLAN)
    given(on_from_there, HAY_COORDINATES).when(to("targeted_statutory")).then(StageChanged)
    given(on_from_there).when(to("targeted_statutory")).then_refused(NobodyCoordinates)


def test_the_statutory_stage_rests_on_a_plan_that_is_in_force():
    without = given(LOOKED_AT_TOGETHER, AUGMENTED, TARGETED, REVIEWED, HAY_COORDINATES)
    without.when(to("targeted_statutory")).then_refused(StepUpTooEarly, missing=[("no_plan_in_force",)])


def test_a_stage_is_decided_on_by_those_whom_the_ladder_names():
    ready = given(READY_FOR_TARGETED)
    ready.by("okafor", roles=frozenset({"teacher"})).when(to("targeted")).then_refused(
        StageDecidedByOthers, pointer="/to_stage"
    )
    ready.by("lennox", roles=frozenset({"guidance"})).when(to("targeted")).then(StageChanged)
    ready.by("reid", roles=frozenset({"school_leader"})).when(to("targeted")).then(StageChanged)
    teacher = given(LOOKED_AT_TOGETHER).by("okafor", roles=frozenset({"teacher"}))
    teacher.when(to("universal_augmented")).then(StageChanged)


def test_a_step_down_needs_everybodys_views_and_no_more():
    given(LOOKED_AT_TOGETHER, AUGMENTED).when(to("universal")).then(a(StageChanged, direction="down"))
    given(LOOKED_AT_TOGETHER, AUGMENTED).when(to("universal", views_refs=ALL_HEARD[1:])).then_refused(LearnerNotHeard)
    given(LOOKED_AT_TOGETHER, AUGMENTED).when(to("universal", views_refs=ALL_HEARD[:2])).then_refused(
        CarersNotHeard, missing=[("views_missing", TOM)]
    )


def test_a_carer_whom_the_school_may_not_contact_is_not_waited_for():
    given(LOOKED_AT_TOGETHER, BARRED, AUGMENTED).when(to("universal")).then(StageChanged)


def test_no_stage_is_skipped_on_the_way_down_whatever_the_reason():
    given(LOOKED_AT_TOGETHER, AUGMENTED, TARGETED).when(to("universal", exception_reason="all well")).then_refused(
        StageSkipped
    )


def test_staying_where_one_is_is_no_change():
    given(LOOKED_AT_TOGETHER, AUGMENTED).when(to("universal_augmented")).then_nothing()
    given(FAMILY).when(to("universal")).then_nothing()


def test_a_stage_stands_on_the_ladder():
    given(LOOKED_AT_TOGETHER).when(to("stage_9")).then_refused(ReferenceUnknown, pointer="/to_stage")


def test_a_change_of_stage_is_no_plan():
    given(LOOKED_AT_TOGETHER).when(to("universal_augmented", on=date(2025, 11, 15))).then_refused(NotYetHappened)


def test_stages_follow_one_another_in_time():
    earlier = to("universal", on=date(2025, 11, 3))
    given(LOOKED_AT_TOGETHER, AUGMENTED).when(earlier).then_refused(StageBeganLater, pointer="/on")
    same_day = to("universal", on=date(2025, 11, 4))
    given(LOOKED_AT_TOGETHER, AUGMENTED).when(same_day).then(StageChanged)


def test_a_stage_can_be_asked_for_as_of_any_day():
    running = Running(DIRECTORY)
    for fact in on("2025-11-04", AUGMENTED):
        running.record([fact.fact], fact.day)
    assert running.case.stages.on(date(2025, 11, 3)) is None
    assert [entry.stage for entry in (running.case.stages.on(date(2025, 11, 4)),) if entry] == ["universal_augmented"]
