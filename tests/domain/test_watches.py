"""Watches: raised on the right school day, over when their cause is gone, and never twice (I21, I28, R25)."""

from datetime import date

from case_api.domain.decisions.watches import ClearWatches, EscalateWatches, RaiseWatches
from case_api.domain.facts.assessments import NeedsAssessed
from case_api.domain.facts.concerns import ConcernClosed, ConcernRaised, RaisedBy
from case_api.domain.facts.coordination import NamedPersonAssigned
from case_api.domain.facts.involvement import PauseAcknowledged
from case_api.domain.facts.people import CapacityAssessed
from case_api.domain.facts.plans import PlannedMeasure, SupportPlanned
from case_api.domain.facts.postcards import PostcardReplied, PostcardSent
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.facts.stages import StageChanged
from case_api.domain.facts.supports import SupportEffectObserved, UniversalSupportApplied
from case_api.domain.facts.watches import WatchCleared, WatchEscalated, WatchRaised
from case_api.domain.words import OutcomeStatus
from tests.domain.dsl import Facts, a, given, on
from tests.domain.running import POLICY, event_id
from tests.domain.situations import ANNA, CONCERN, FAMILY, PAUSED, REQUEST, TIMETABLE, the

BY_ANNA = RaisedBy(kind="carer", person=ANNA)
RAISED = ConcernRaised(
    concern_id=CONCERN, raised_by=BY_ANNA, received_by="okafor", description="Instructions get lost."
)
HAY = NamedPersonAssigned(staff="hay", from_day=date(2025, 8, 19))
ON_MONDAY: Facts = [FAMILY, HAY, on("2025-09-08", RAISED)]
UNSUPPORTED = {"watch": "unsupported_concern", "ref": CONCERN, "due": date(2025, 9, 22)}
STANDS = WatchRaised(**UNSUPPORTED, since=date(2025, 9, 8), waits_for="hay")


def timetable(day: str) -> UniversalSupportApplied:
    return UniversalSupportApplied(
        measure_id=TIMETABLE,
        strategy_code="visual_timetable",
        catalogue_version=POLICY.ref,
        area="physical",
        started_on=date.fromisoformat(day),
        by="okafor",
    )


def looked_on(day: str, *facts: Facts):
    """What the clerk records on a day, of watches that stand from that day or an earlier one."""
    return given(*facts).at(day).when(RaiseWatches(occurred_at=date.fromisoformat(day)))


def test_a_concern_without_support_stands_out_after_ten_school_days():
    looked_on("2025-09-21", ON_MONDAY).then_nothing()
    looked_on("2025-09-22", ON_MONDAY).then(STANDS)


def test_days_without_school_do_not_count():
    before_the_break: Facts = [FAMILY, HAY, on("2025-10-08", RAISED)]
    looked_on("2025-10-28", before_the_break).then_nothing()
    looked_on("2025-10-29", before_the_break).then(a(WatchRaised, due=date(2025, 10, 29)))


def test_support_since_the_concern_leaves_nothing_to_stand_out():
    supported = on("2025-09-16", timetable("2025-09-16"))
    looked_on("2025-09-22", ON_MONDAY, supported).then_nothing()


def test_support_from_before_the_concern_does_not_answer_it():
    earlier = on("2025-09-01", timetable("2025-09-01"))
    looked_on("2025-09-22", FAMILY, HAY, earlier, on("2025-09-08", RAISED)).then(STANDS)


def test_a_closed_concern_does_not_stand_out():
    closed = ConcernClosed(concern_id=CONCERN, outcome="no_action", reason="A misunderstanding.", fed_back_to=BY_ANNA)
    looked_on("2025-09-22", ON_MONDAY, on("2025-09-12", closed)).then_nothing()


def test_a_watch_waits_for_whoever_received_the_concern_where_nobody_coordinates():
    looked_on("2025-09-22", FAMILY, on("2025-09-08", RAISED)).then(a(WatchRaised, waits_for="okafor"))


def test_a_watch_is_raised_once():
    looked_on("2025-09-23", ON_MONDAY, on("2025-09-22", STANDS)).then_nothing()


def test_a_watch_is_over_once_its_cause_is_gone():
    stands: Facts = [ON_MONDAY, on("2025-09-22", STANDS)]
    given(stands).at("2025-09-23").when(ClearWatches()).then_nothing()
    supported = on("2025-09-23", timetable("2025-09-23"))
    given(stands, supported).at("2025-09-23").when(ClearWatches()).then(WatchCleared(**UNSUPPORTED, because="settled"))


def test_a_correction_that_removes_the_cause_ends_the_watch():
    concern_at = len([*FAMILY]) + 2
    withdrawn = RecordCorrected(supersedes=event_id(concern_at), reason="Meant for another learner.")
    facts: Facts = [ON_MONDAY, on("2025-09-22", STANDS), on("2025-09-24", withdrawn)]
    given(facts).at("2025-09-24").when(ClearWatches()).then(a(WatchCleared, ref=CONCERN, because="settled"))


def test_a_support_that_really_began_before_the_concern_makes_it_stand_out_again():
    facts: Facts = [ON_MONDAY, on("2025-09-16", timetable("2025-09-16"))]
    wrong = event_id(len([*FAMILY]) + 3)
    right = timetable("2025-09-05").model_dump(mode="json", exclude_none=True)
    corrected = RecordCorrected(supersedes=wrong, reason="The date was wrong.", replacement=right)
    looked_on("2025-09-25", facts, on("2025-09-25", corrected)).then(STANDS)


def test_what_nobody_settles_goes_further_up_once():
    stands: Facts = [ON_MONDAY, on("2025-09-22", STANDS)]
    passed = EscalateWatches(occurred_at=date(2025, 9, 29))
    given(stands).at("2025-09-28").when(EscalateWatches(occurred_at=date(2025, 9, 28))).then_nothing()
    given(stands).at("2025-09-29").when(passed).then(WatchEscalated(**UNSUPPORTED))
    told = on("2025-09-29", WatchEscalated(**UNSUPPORTED))
    given(stands, told).at("2025-09-30").when(passed).then_nothing()
    settled = on("2025-09-25", timetable("2025-09-25"))
    given(stands, settled).at("2025-09-29").when(passed).then_nothing()


def review(day: str, **more: object) -> ReviewHeld:
    held = {"review_id": the(f"review {day}"), "of_refs": (TIMETABLE,), "held_on": day, "decision": "continue"}
    return ReviewHeld.model_validate(held | more)


def test_a_review_is_overdue_from_the_day_after_the_one_that_was_set():
    facts: Facts = [FAMILY, HAY, on("2025-11-04", review("2025-11-04", next_review_on="2026-02-10"))]
    looked_on("2026-02-10", facts).then_nothing()
    looked_on("2026-02-11", facts).then(
        WatchRaised(watch="review_overdue", since=date(2025, 11, 4), due=date(2026, 2, 10), waits_for="hay")
    )
    looked_on("2026-02-12", facts, on("2026-02-11", review("2026-02-11"))).then_nothing()


def test_the_review_that_a_plan_promised_is_missed_too():
    planned = SupportPlanned(
        measures=(PlannedMeasure(strategy_code="visual_timetable"),),
        intended_outcomes=("Starts a task alone.",),
        review_on=date(2025, 10, 3),
        responsible=("okafor",),
    )
    facts: Facts = [FAMILY, on("2025-09-16", planned)]
    looked_on("2025-10-04", facts).then(a(WatchRaised, watch="review_overdue", due=date(2025, 10, 3)))
    looked_on("2025-10-04", facts, on("2025-10-01", review("2025-10-01"))).then_nothing()


def moved(day: str, to: str, direction: str = "up") -> StageChanged:
    return StageChanged.model_validate(
        {
            "from_stage": "universal_augmented",
            "to_stage": to,
            "ladder_version": POLICY.ref,
            "direction": direction,
            "on": day,
            "rationale": "As decided together.",
        }
    )


def test_a_stay_at_targeted_support_is_justified_anew_within_the_ladders_limit():
    facts: Facts = [FAMILY, HAY, on("2025-09-01", moved("2025-09-01", "targeted"))]
    looked_on("2025-11-24", facts).then_nothing()
    looked_on("2025-11-25", facts).then(a(WatchRaised, watch="stay_not_justified", due=date(2025, 11, 24)))
    reviewed = on("2025-11-03", review("2025-11-03"))
    looked_on("2025-11-25", facts, reviewed).then_nothing()
    looked_on("2025-11-25", FAMILY, on("2025-09-01", moved("2025-09-01", "universal_augmented"))).then_nothing()


def seen(*statuses: str) -> SupportEffectObserved:
    return SupportEffectObserved(
        measure_id=TIMETABLE,
        score=1,
        outcomes=tuple(
            OutcomeStatus.model_validate({"outcome": f"outcome {place}", "status": status})
            for place, status in enumerate(statuses)
        ),
        place="school",
        evidence="Seen in class.",
        by="okafor",
    )


TARGETED: Facts = [FAMILY, HAY, on("2026-02-10", moved("2026-02-10", "targeted"), timetable("2026-02-10"))]


def test_a_step_down_is_proposed_when_all_outcomes_were_met_twice_running():
    once: Facts = [TARGETED, on("2026-04-28", review("2026-04-28"), seen("met", "met"))]
    looked_on("2026-05-19", once).then_nothing()
    looked_on("2026-05-19", once, on("2026-05-19", seen("met", "partly_met"))).then_nothing()
    twice: Facts = [once, on("2026-05-19", seen("met", "met"))]
    proposed = WatchRaised(watch="step_down_proposed", since=date(2026, 5, 19), waits_for="hay")
    looked_on("2026-05-19", twice).then(proposed)
    looked_on("2026-05-19", twice, on("2026-05-19", review("2026-05-19"))).then_nothing()


def test_no_step_down_is_proposed_from_the_first_stage_or_for_what_was_seen_before_the_present_one():
    lowest: Facts = [FAMILY, on("2025-09-16", timetable("2025-09-16"))]
    looked_on("2025-10-01", lowest, on("2025-09-29", seen("met")), on("2025-10-01", seen("met"))).then_nothing()
    before: Facts = [FAMILY, on("2025-09-16", timetable("2025-09-16")), on("2025-10-01", seen("met"))]
    since: Facts = [on("2025-11-04", moved("2025-11-04", "universal_augmented")), on("2025-11-05", seen("met"))]
    looked_on("2025-11-05", before, since).then_nothing()


def test_a_postcard_from_home_waits_for_the_school_and_one_from_school_for_nobody():
    card = {"thread": the("card"), "carer": ANNA, "text": "A song for tidying.", "language": "en"}
    song = PostcardSent(direction="tried_at_home", **card)
    facts: Facts = [FAMILY, HAY, on("2025-10-28", song)]
    looked_on("2025-11-07", facts).then_nothing()
    looked_on("2025-11-08", facts).then(a(WatchRaised, watch="postcard_unanswered", ref=the("card")))
    reply = PostcardReplied(thread=the("card"), staff="okafor", text="We sing it too.", language="en")
    looked_on("2025-11-08", facts, on("2025-11-04", reply)).then_nothing()
    looked_on("2025-12-01", FAMILY, on("2025-10-28", PostcardSent(direction="try_at_home", **card))).then_nothing()


def capable(day: str, outcome: str = "lacks") -> CapacityAssessed:
    return CapacityAssessed.model_validate(
        {"matter": "agreements", "outcome": outcome, "assessor": "Hay", "basis": "Talked it over.", "valid_until": day}
    )


def test_an_assessment_of_capacity_that_ended_is_to_be_looked_at_again():
    facts: Facts = [FAMILY, HAY, on("2025-09-01", capable("2025-11-03"))]
    looked_on("2025-11-02", facts).then_nothing()
    looked_on("2025-11-03", facts).then(a(WatchRaised, watch="capacity_assessment_ended", due=date(2025, 11, 3)))
    looked_on("2025-11-03", facts, on("2025-10-20", capable("2026-10-20"))).then_nothing()
    looked_on("2025-11-03", FAMILY, on("2025-09-01", capable("2025-11-03", "presumed"))).then_nothing()


def test_a_pause_that_the_service_did_not_confirm_by_its_day_stands_out():
    facts: Facts = [FAMILY, HAY, on("2025-11-14", PAUSED)]
    looked_on("2025-11-21", facts).then_nothing()
    looked_on("2025-11-22", facts).then(a(WatchRaised, watch="pause_not_acknowledged", ref=REQUEST))
    confirmed = PauseAcknowledged(request_id=REQUEST, service="slt")
    looked_on("2025-11-22", facts, on("2025-11-20", confirmed)).then_nothing()


def test_what_does_not_wait_does_not_stand_out():
    assessed = NeedsAssessed.model_validate({"assessment_id": the("a"), "tool": "talk", "needs": [{"code": "speech"}]})
    looked_on("2026-06-01", FAMILY, HAY, on("2025-09-16", assessed)).then_nothing()
