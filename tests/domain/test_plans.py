"""Plans: what is done for each need, agreed with the family, one at a time."""

from datetime import date
from typing import Any

from case_api.domain.decisions.plans import (
    AgreePlan,
    ClosePlan,
    PartyNotNamed,
    PlanBeganLater,
    PlanOver,
    PlanStillOpen,
    PlanSupport,
    ReviewBeforeThis,
)
from case_api.domain.facts.plans import (
    Baseline,
    Disagreement,
    PlanAgreed,
    PlanClosed,
    PlannedMeasure,
    PlannedNeed,
    PlanParty,
    SupportPlanned,
)
from case_api.domain.questions.references import NotOnThisCase, NotYetHappened, ReferenceUnknown
from case_api.domain.questions.views_heard import CarersNotHeard, LearnerNotHeard
from case_api.domain.words import ViewsMissing
from tests.domain.dsl import a, given, on
from tests.domain.running import Running, new
from tests.domain.situations import ANNA, BARRED, DIRECTORY, FAMILY, MAJA, NEED_ASSESSED, NEIGHBOUR, TOM, the, views_of

HEARD = (views_of(MAJA), views_of(ANNA), views_of(TOM))
VIEWS = tuple(one.views_id for one in HEARD)
READY = (*FAMILY, NEED_ASSESSED, *HEARD)
NEED = PlannedNeed(
    need="language", action="Small group", outcome="Three steps", responsible="hay", by_when=date(2026, 5, 19)
)
MOTHER, HAY = PlanParty(role="mother", person=ANNA), PlanParty(role="pupil_support", name="hay")
PLAN = the("plan")
AGREED = PlanAgreed(
    plan_id=PLAN, version=1, agreed_on=date(2025, 11, 4), needs=(NEED,), parties=(MOTHER, HAY), views_refs=VIEWS
)
CLOSED = PlanClosed(plan_id=PLAN, on=date(2025, 11, 10), reason="Outcomes met.")
REQUIRED = PlannedMeasure(strategy_code="visual_timetable", need_refs=("language",))


def agree(**more: Any) -> AgreePlan:
    return AgreePlan(**{"needs": (NEED,), "parties": (MOTHER, HAY), "views_refs": VIEWS} | more)


def settle(**more: Any) -> PlanSupport:
    said = {"measures": (REQUIRED,), "intended_outcomes": ("Starts alone",), "responsible": ("okafor",)}
    return PlanSupport(**said | {"review_on": date(2026, 1, 20)} | more)


def test_it_is_settled_which_support_is_required_from_where_one_starts():
    before = Baseline(present="Every day", participating="Waits", achieving="Begins late", supported="By friends")
    given(READY).when(settle(baseline=before)).then(a(SupportPlanned, measures=(REQUIRED,), baseline=before))


def test_support_is_planned_from_the_catalogue_for_needs_that_were_assessed():
    unknown = (PlannedMeasure(strategy_code="magic"),)
    given(READY).when(settle(measures=unknown)).then_refused(ReferenceUnknown, pointer="/measures")
    given(FAMILY).when(settle()).then_refused(ReferenceUnknown, missing=[("unknown", "language")])


def test_what_is_planned_is_looked_at_afterwards():
    given(READY).when(settle(review_on=date(2025, 11, 13))).then_refused(ReviewBeforeThis, pointer="/review_on")


def test_a_plan_is_agreed_with_its_parties():
    given(READY).when(agree()).then(
        a(PlanAgreed, plan_id=new(1), version=1, agreed_on=date(2025, 11, 14), needs=(NEED,), parties=(MOTHER, HAY))
    )


def test_who_disagrees_is_on_record():
    father = Disagreement(party=PlanParty(role="father", person=TOM), about="Would like it at home as well.")
    given(READY).when(agree(disagreements=(father,))).then(a(PlanAgreed, disagreements=(father,)))


def test_a_plan_answers_assessed_needs_with_people_of_the_case():
    given(FAMILY, *HEARD).when(agree()).then_refused(ReferenceUnknown, pointer="/needs")
    neighbour = (PlanParty(role="neighbour", person=NEIGHBOUR),)
    given(READY).when(agree(parties=neighbour)).then_refused(ReferenceUnknown, pointer="/parties")
    given(READY).when(agree(parties=(PlanParty(role="teacher"),))).then_refused(PartyNotNamed, pointer="/parties")


def test_a_plan_carries_the_learners_views_or_says_why_not():
    without = given(READY).when(agree(views_refs=VIEWS[1:]))
    without.then_refused(LearnerNotHeard, missing=[("views_missing", MAJA)])
    why = (ViewsMissing(party=MAJA, reason="ill"),)
    given(READY).when(agree(views_refs=VIEWS[1:], views_missing=why)).then(PlanAgreed)


def test_a_plan_carries_the_views_of_every_carer_who_can_be_asked_or_says_why_not():
    given(READY, BARRED).when(agree(views_refs=VIEWS[:1])).then_refused(
        CarersNotHeard, missing=[("views_missing", ANNA), ("views_missing", TOM)]
    )
    why = (ViewsMissing(party=TOM, reason="at sea"),)
    given(READY).when(agree(views_refs=VIEWS[:2], views_missing=why)).then(PlanAgreed)


def test_one_plan_holds_at_a_time_in_versions():
    given(READY, AGREED).when(agree()).then_refused(PlanStillOpen, pointer="/plan_id")
    given(READY, AGREED).when(agree(plan_id=PLAN)).then(a(PlanAgreed, plan_id=PLAN, version=2))
    given(READY, AGREED, CLOSED).when(agree(plan_id=PLAN)).then_refused(PlanOver, pointer="/plan_id")
    given(READY, AGREED, CLOSED).when(agree()).then(a(PlanAgreed, plan_id=new(1), version=1))
    given(READY).when(agree(plan_id=PLAN)).then_refused(ReferenceUnknown, pointer="/plan_id")


def test_versions_follow_one_another_in_time_and_lie_in_the_past():
    given(READY, AGREED).when(agree(plan_id=PLAN, agreed_on=date(2025, 11, 3))).then_refused(
        PlanBeganLater, pointer="/agreed_on"
    )
    given(READY).when(agree(agreed_on=date(2025, 11, 15))).then_refused(NotYetHappened, pointer="/agreed_on")


def test_a_plan_is_closed_once_with_a_reason():
    close = ClosePlan(reason="Outcomes met.")
    given(READY, AGREED).when(close, PLAN).then(a(PlanClosed, plan_id=PLAN, on=date(2025, 11, 14)))
    given(READY, AGREED, CLOSED).when(close, PLAN).then_refused(PlanOver)
    given(READY).when(close, PLAN).then_refused(NotOnThisCase)
    tomorrow, before = date(2025, 11, 15), date(2025, 11, 3)
    given(READY, AGREED).when(ClosePlan(reason="?", on=tomorrow), PLAN).then_refused(NotYetHappened, pointer="/on")
    given(READY, AGREED).when(ClosePlan(reason="?", on=before), PLAN).then_refused(PlanBeganLater, pointer="/on")


def test_the_plan_of_a_day_is_the_version_in_force_then():
    running = Running(DIRECTORY)
    second = AGREED.model_copy(update={"version": 2, "agreed_on": date(2025, 11, 7)})
    for put in on("2025-11-11", AGREED, second, CLOSED):
        running.record([put.fact], put.day)
    versions = [one.version if (one := running.case.plans.on(date(2025, 11, day))) else None for day in (3, 4, 7, 10)]
    assert versions == [None, 1, 2, None]
