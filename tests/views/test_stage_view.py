"""Where the learner stands on the ladder, and where each need is in the cycle of ASPIRE, at any time (R21-R26)."""

from datetime import date
from uuid import UUID, uuid4

from case_api.domain.facts.assessments import Need, NeedsAssessed
from case_api.domain.facts.evaluations import EvaluationRecorded, FourOutcomes, Period
from case_api.domain.facts.plans import PlanAgreed, PlannedMeasure, PlannedNeed, PlanParty, SupportPlanned
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.facts.supports import SupportAdjusted, TargetedSupportStarted, UniversalSupportApplied
from case_api.views.stage_view import stage_view
from tests.story import AUTHORITY, POLICY, Story, at


def assessed(*needs: str) -> NeedsAssessed:
    return NeedsAssessed(assessment_id=uuid4(), tool="cps", needs=tuple(Need(code=need) for need in needs))


def applied(measure: UUID, day: str, *needs: str) -> UniversalSupportApplied:
    return UniversalSupportApplied(
        measure_id=measure,
        strategy_code="visual_timetable",
        catalogue_version="scotland-generic@1",
        area="physical",
        need_refs=needs,
        started_on=date.fromisoformat(day),
        by="okafor",
    )


def reviewed(day: str, *measures: UUID) -> ReviewHeld:
    return ReviewHeld(review_id=uuid4(), of_refs=measures, held_on=date.fromisoformat(day), decision="adjust")


def planned(day: str, need: str) -> PlanAgreed:
    one = PlannedNeed(need=need, action="Therapy", outcome="Talks more", responsible="hay", by_when=date(2026, 5, 1))
    return PlanAgreed(
        plan_id=uuid4(),
        version=1,
        agreed_on=date.fromisoformat(day),
        needs=(one,),
        parties=(PlanParty(role="pupil_support", name="hay"),),
    )


def evaluated(day: str) -> EvaluationRecorded:
    same = FourOutcomes(present="same", participating="same", achieving="same", supported="same")
    until = date.fromisoformat(day)
    return EvaluationRecorded(
        evaluation_id=uuid4(),
        period=Period(from_day=date(2025, 9, 1), until=until),
        four_outcomes=same,
        learning="Pictures first.",
    )


def phases(story: Story, valid: str, known: str | None = None) -> dict[str, tuple[str, str]]:
    view = stage_view(story.events, at(valid, known), POLICY, AUTHORITY)
    return {one.need: (one.phase, one.since.isoformat()) for one in view.needs}


def a_cycle() -> tuple[Story, UUID]:
    story, timetable = Story().registered(), uuid4()
    story.then("2025-09-16", assessed("language", "organisation"))
    story.then(
        "2025-09-17",
        SupportPlanned(
            measures=(PlannedMeasure(strategy_code="visual_timetable", need_refs=("language",)),),
            intended_outcomes=("Starts alone",),
            review_on=date(2025, 11, 4),
            responsible=("okafor",),
        ),
    )
    story.then("2025-09-18", planned("2025-09-18", "language"))
    story.then("2025-09-22", applied(timetable, "2025-09-22", "language"))
    story.then("2025-11-04", reviewed("2025-11-04", timetable))
    return story, timetable


def test_each_need_goes_its_own_way_through_the_cycle():
    story, _ = a_cycle()
    assert phases(story, "2025-09-15") == {}
    assert phases(story, "2025-09-16") == dict.fromkeys(("language", "organisation"), ("assess", "2025-09-16"))
    for day, phase in [("17", "support"), ("18", "plan"), ("22", "implement")]:
        assert phases(story, f"2025-09-{day}")["language"] == (phase, f"2025-09-{day}")
    assert phases(story, "2025-12-01") == {
        "language": ("review", "2025-11-04"),
        "organisation": ("assess", "2025-09-16"),
    }


def test_after_a_review_the_cycle_begins_anew_or_is_evaluated():
    story, _ = a_cycle()
    story.then("2025-11-10", assessed("language"))
    assert phases(story, "2025-11-10")["language"] == ("assess", "2025-11-10")
    story.then("2026-06-09", evaluated("2026-06-09"))
    assert {phase for phase, _ in phases(story, "2026-06-09").values()} == {"evaluate"}


def test_support_that_is_adjusted_or_targeted_moves_its_needs():
    story, timetable = a_cycle()
    story.then(
        "2025-11-05", SupportAdjusted(measure_id=timetable, change="Smaller.", reason="Fits.", on=date(2025, 11, 5))
    )
    assert phases(story, "2025-11-05")["language"] == ("support", "2025-11-05")
    started = TargetedSupportStarted(
        measure_id=uuid4(),
        strategy_code="agency_input",
        catalogue_version="scotland-generic@1",
        need_refs=("language",),
        coordinator="hay",
        started_on=date(2026, 2, 10),
    )
    story.then("2026-02-10", started)
    assert phases(story, "2026-02-10")["language"] == ("implement", "2026-02-10")


def test_of_facts_of_one_day_the_one_recorded_last_says_where_a_need_is():
    story, timetable = a_cycle()
    story.then("2026-02-10", reviewed("2026-02-10", timetable))
    story.then("2026-02-10", planned("2026-02-10", "language"))
    assert phases(story, "2026-02-10")["language"] == ("plan", "2026-02-10")


def test_a_late_record_takes_its_place_in_time_and_is_not_known_before():
    story, timetable = a_cycle()
    story.then("2025-10-01", reviewed("2025-10-01", timetable), recorded="2025-12-01")
    assert phases(story, "2025-10-15")["language"] == ("review", "2025-10-01")
    assert phases(story, "2025-10-15", known="2025-10-20")["language"] == ("implement", "2025-09-22")
    assert phases(story, "2025-12-02")["language"] == ("review", "2025-11-04")


def test_a_fact_that_was_withdrawn_moves_nothing():
    story, _ = a_cycle()
    review = story.events[-1]
    story.then("2025-11-05", RecordCorrected(supersedes=review.event_id, reason="Another learner's review."))
    assert phases(story, "2025-12-01")["language"] == ("implement", "2025-09-22")
    assert phases(story, "2025-12-01", known="2025-11-04")["language"] == ("review", "2025-11-04")
