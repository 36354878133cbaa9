"""Maja Nowak-Reid, P5: from a word at the school gate to speech therapy, and back down the ladder."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from case_api.domain.decisions.assessments import RecordAssessment
from case_api.domain.decisions.concerns import AcknowledgeConcern, RaiseConcern
from case_api.domain.decisions.coordination import AssignNamedPerson
from case_api.domain.decisions.evaluations import Evaluate, PeriodLookedAt
from case_api.domain.decisions.involvement import Accept, Acknowledge, End, Recommend, RecordInput
from case_api.domain.decisions.meetings import CallMeeting, HoldMeeting, StateAccessNeeds
from case_api.domain.decisions.packs import IssuePack
from case_api.domain.decisions.people import LinkCarer, RegisterLearner, SetContactPreference
from case_api.domain.decisions.plans import AgreePlan
from case_api.domain.decisions.postcards import ReplyPostcard, SendPostcard
from case_api.domain.decisions.requests import SchoolRequest
from case_api.domain.decisions.reviews import HoldReview
from case_api.domain.decisions.stages import ChangeStage
from case_api.domain.decisions.supports import AdjustSupport, ApplySupport, EndSupport, ObserveEffect
from case_api.domain.decisions.targeted_supports import ServiceNotAtWork, StartTargetedSupport
from case_api.domain.facts.agreements import Scope
from case_api.domain.facts.assessments import Need
from case_api.domain.facts.concerns import ConcernRaised, RaisedBy
from case_api.domain.facts.evaluations import CarerRating, FourOutcomes
from case_api.domain.facts.meetings import Addressee, Attendee, MeetingHeld, MeetingPackIssued, Seating
from case_api.domain.facts.people import RankedChannel, Rights
from case_api.domain.facts.plans import PlanAgreed, PlannedNeed, PlanParty
from case_api.domain.facts.stages import StageChanged
from case_api.domain.questions.request_state import state_of
from case_api.domain.words import Contributor, MeasureTried, day_of
from tests.domain.year import Year

CATEGORIES = ("identity_contact", "learning_profile", "strategies_and_effect")
SLT = Scope(service="slt", purpose="speech_and_language", categories=CATEGORIES)
EVERYBODY = ("maja", "anna", "tom")
BLOCK = StartTargetedSupport(strategy_code="agency_input", service="slt", need_refs=("receptive_language",))


class MajasYear(Year):
    def autumn(self) -> None:
        self.on("2025-08-19")  # E1
        registered = RegisterLearner(
            name="Maja Nowak-Reid", date_of_birth=date(2016, 5, 11), setting="burnside-primary", languages=("en", "pl")
        )
        self.does(registered)
        assert self.case.people.learner
        self.people["maja"] = self.case.people.learner.person_id
        for name, relationship in (("anna", "mother"), ("tom", "father")):
            rights = Rights(held=True)
            linked = LinkCarer(name=name, relationship=relationship, parental_responsibilities_and_rights=rights)
            self.people[name] = self.does(linked)
        self.does(AssignNamedPerson(staff="hay"))
        self.on("2025-08-27")  # E4
        by_sms = (RankedChannel(channel="sms", address="+447700900123"),)
        self.does(SetContactPreference(person_id=self.people["anna"], channels=by_sms, language="pl", interpreter=True))
        self.on("2025-09-10")  # E6, E7
        by_anna = RaisedBy(kind="carer", person=self.people["anna"])
        gate = RaiseConcern(raised_by=by_anna, description="Long instructions get lost.", occurred_at=date(2025, 9, 8))
        concern = self.does(gate, by="okafor")
        self.does(AcknowledgeConcern(summary="Heard.", next_step="Assessment.", by_when=date(2025, 9, 19)), concern)
        self.on("2025-09-16")  # E10-E13
        needs = (Need(code="receptive_language"), Need(code="organisation"))
        self.does(RecordAssessment(tool="cps", needs=needs, strengths=("drawing", "friends")))
        self.hear("maja")
        self.timetable = self.does(ApplySupport(strategy_code="visual_timetable", need_refs=("receptive_language",)))
        self.desk = self.does(ApplySupport(strategy_code="quieter_desk", need_refs=("organisation",)))
        self.postcards()
        self.on("2025-11-04")  # E24, E25
        self.does(ObserveEffect(score=1, evidence="Starts alone."), self.timetable)
        self.does(ObserveEffect(score=0, evidence="No change."), self.desk)
        heard = self.hear(*EVERYBODY)
        both = (self.timetable, self.desk)
        self.does(HoldReview(of_refs=both, decision="adjust", views_refs=heard, next_review_on=date(2026, 2, 10)))
        self.does(ChangeStage(to_stage="universal_augmented", rationale="Not enough alone.", views_refs=heard))

    def postcards(self) -> None:
        anna, polish = self.people["anna"], "pl"
        self.on("2025-09-26")  # E15
        steps = SendPostcard(direction="try_at_home", carer=anna, language=polish, text="Cztery obrazki przed snem.")
        self.bedtime = self.does(steps, by="okafor")
        self.on("2025-10-06")  # E18
        worked = ReplyPostcard(carer=anna, rating=4, language=polish, text="Cztery noce na pięć.")
        self.does(worked, self.bedtime, by=str(anna), person=anna)
        self.on("2025-10-28")  # E22
        song = SendPostcard(direction="tried_at_home", carer=anna, language=polish, text="Piosenka o sprzątaniu.")
        self.tidying = self.does(song, by=str(anna), person=anna)
        self.on("2025-11-04")  # E23
        self.does(ReplyPostcard(language=polish, text="Śpiewamy ją w klasie."), self.tidying, by="okafor")

    def request(self) -> SchoolRequest:
        tried = (
            (self.timetable, "receptive_language"),
            (self.timetable, "organisation"),
            (self.desk, "organisation"),
        )
        return SchoolRequest(
            route="school",
            service="slt",
            purpose="speech_and_language",
            input_sought=("assessment", "advice", "ongoing"),
            categories=CATEGORIES,
            need_refs=("receptive_language", "organisation"),
            measures_tried=tuple(MeasureTried(measure_id=measure, need_ref=need) for measure, need in tried),
            contributors=(Contributor(staff="okafor", role="teacher"), Contributor(staff="hay", role="pupil_support")),
            statutory_basis="asl_s23",
        )

    def asks_slt(self) -> None:
        self.on("2025-11-11")  # E28
        sought = {name: self.seek(name, SLT, "pl" if name == "anna" else "en") for name in EVERYBODY}
        self.on("2025-11-12")  # E30
        self.agrees(sought["anna"])
        self.on("2025-11-13")
        self.agrees(sought["tom"])
        self.agrees(sought["maja"], helped_by="Mr Dar")
        self.on("2025-11-14")  # E31
        self.asked = self.does(self.request())
        self.on("2025-11-18")  # E36
        self.hears_from("slt", Acknowledge(kind="acknowledge", received_by="duty"), self.asked)

    def spring(self) -> None:
        self.on("2025-12-03")  # E40
        self.hears_from("slt", Accept(kind="accept", input_kind="assessment", practitioner="Ms Rao"), self.asked)
        self.on("2026-01-14")  # E42
        seen = RecordInput(kind="input", input_kind="assessment", place="school", summary="Two steps at a time.")
        self.hears_from("slt", seen, self.asked)
        self.on("2026-01-21")  # E44
        self.hears_from("slt", Recommend(kind="recommend", strategies=("one", "two", "three", "four")), self.asked)
        self.on("2026-01-22")
        catalogue = ("visual_timetable", "differentiation", "varied_grouping", "digital_resources")
        needs = ("receptive_language",)
        self.four = tuple(
            self.does(ApplySupport(strategy_code=code, level="augmented", need_refs=needs)) for code in catalogue
        )
        self.prepares_the_meeting()
        self.on("2026-02-10")  # E48
        self.does(HoldMeeting(present=EVERYBODY, decisions=("Targeted support",)), self.meeting)
        heard = self.hear(*EVERYBODY)
        self.does(HoldReview(of_refs=self.four, decision="step_up", views_refs=heard))
        assert not self.ask(AssignNamedPerson(staff="hay")).events
        self.plan = self.does(self.agreement_on_two_outcomes(heard))
        self.does(ChangeStage(to_stage="targeted", rationale="Still too much at once.", views_refs=heard))
        self.hears_from("slt", Accept(kind="accept", input_kind="ongoing", practitioner="Ms Rao"), self.asked)
        self.block = self.does(BLOCK)

    def prepares_the_meeting(self) -> None:
        self.on("2026-02-03")  # E45
        two_in_the_afternoon = datetime(2026, 2, 10, 14, tzinfo=UTC)
        self.meeting = self.does(CallMeeting(kind="planning", at=two_in_the_afternoon, purpose="What comes next."))
        six = ("Maja", "Anna Nowak", "Tom Reid", "Mr Hay", "Ms Okafor", "Ms Rao")
        pack = IssuePack(
            services=("slt",),
            agenda=("What Maja says", "What helped", "What next"),
            attendees=tuple(Attendee(name=name, role="attends", organisation="Burnside Primary") for name in six),
            companion_told=True,
            access_needs_asked=True,
            seating=Seating(seated_first=True),
        )
        self.does(pack, self.meeting)
        self.does(StateAccessNeeds(party=self.people["anna"], interpreter="pl"), self.meeting)

    def agreement_on_two_outcomes(self, heard: tuple[UUID, ...]) -> AgreePlan:
        outcomes = (("receptive_language", "Follows three steps"), ("organisation", "Packs her bag alone"))
        needs = tuple(
            PlannedNeed(need=need, action="Small group", outcome=aim, responsible="hay", by_when=date(2026, 5, 19))
            for need, aim in outcomes
        )
        family = tuple(PlanParty(role="family", person=self.people[name]) for name in EVERYBODY)
        return AgreePlan(needs=needs, parties=(*family, PlanParty(role="pupil_support", name="hay")), views_refs=heard)

    def summer(self) -> None:
        self.on("2026-05-13")  # E55
        self.hears_from("slt", End(kind="end", outcome="met", summary="Both outcomes met."), self.asked)
        self.on("2026-05-19")  # E56
        self.does(ObserveEffect(score=2, evidence="Both outcomes met again."), self.four[0])
        heard = self.hear(*EVERYBODY)
        self.does(HoldReview(of_refs=self.four, decision="step_down", views_refs=heard))
        self.does(EndSupport(reason="outcome_met"), self.block)
        self.does(ChangeStage(to_stage="universal_augmented", rationale="Outcomes met twice.", views_refs=heard))
        self.on("2026-06-09")  # E57
        period = PeriodLookedAt(from_day=date(2025, 9, 16), until=date(2026, 6, 9))
        better = FourOutcomes(present="improved", participating="improved", achieving="improved", supported="improved")
        five = CarerRating(carer=self.people["anna"], rating=5)
        self.does(Evaluate(period=period, four_outcomes=better, carer_rating=five, learning="Pictures before words."))


@pytest.fixture
def maja():
    year = MajasYear()
    year.autumn()
    return year


def stage_on(year: Year, day: date) -> str:
    entry = year.case.stages.on(day)
    return entry.stage if entry else "universal"


def test_the_concern_was_raised_before_it_was_written_down(maja):
    raised = next(event for event in maja.history if isinstance(event.fact, ConcernRaised))
    assert (raised.occurred_at, raised.recorded_at.date()) == (date(2025, 9, 8), date(2025, 9, 10))


def test_n1_speech_therapy_is_not_asked_while_nobody_in_the_family_was(maja):
    maja.on("2025-11-05")
    first, *_ = maja.refused(maja.request())
    assert first.rule_id == "I1"
    assert {(missing.what, missing.person) for missing in first.missing} == {
        ("not_asked", maja.people[name]) for name in EVERYBODY
    }


def test_n7_targeted_support_waits_until_something_was_reviewed_in_this_stage(maja):
    maja.on("2025-11-14")
    heard = maja.hear(*EVERYBODY)
    first, *others = maja.refused(ChangeStage(to_stage="targeted", rationale="More is needed.", views_refs=heard))
    assert first.rule_id == "I16"
    assert [(missing.rule_id, missing.what) for other in others for missing in other.missing] == [
        ("I17", "no_planning_meeting_held")
    ]


def test_the_request_goes_out_once_everybody_agreed(maja):
    maja.asks_slt()
    request = maja.case.requests.by_id[maja.asked]
    assert (request.state, len(request.asked.agreement_refs)) == ("acknowledged", 3)


def test_n8_a_postcard_is_not_for_calling_to_a_meeting(maja):
    maja.on("2026-02-03")
    card = SendPostcard(
        about="meeting", direction="try_at_home", carer=maja.people["anna"], language="pl", text="Zapraszamy."
    )
    [refusal] = maja.refused(card, by="okafor")
    assert (refusal.rule_id, refusal.pointer) == ("I27", "/about")


def test_postcards_were_answered_after_ten_days_and_after_seven(maja):
    threads = [maja.case.postcards.threads[thread] for thread in (maja.bedtime, maja.tidying)]
    days = [(day_of(one.replies[0].at, maja.policy.tz) - day_of(one.at, maja.policy.tz)).days for one in threads]
    assert days == [10, 7]
    assert not any(one.awaits for one in threads)


def test_the_year_ends_with_an_evaluation(maja):
    maja.asks_slt()
    maja.spring()
    maja.summer()
    [evaluation] = maja.case.evaluations.recorded
    assert set(evaluation.fact.four_outcomes.model_dump().values()) == {"improved"}
    assert evaluation.fact.carer_rating == CarerRating(carer=maja.people["anna"], rating=5)


def test_q1_where_on_the_ladder_maja_stood(maja):
    maja.asks_slt()
    maja.spring()
    maja.summer()
    days = (date(2025, 11, 3), date(2025, 11, 5), date(2026, 3, 1), date(2026, 6, 1))
    assert [stage_on(maja, day) for day in days] == [
        "universal",
        "universal_augmented",
        "targeted",
        "universal_augmented",
    ]


def test_e45_everybody_had_the_pack_five_school_days_before_the_meeting_in_their_language(maja):
    maja.asks_slt()
    maja.spring()
    meeting = maja.case.meetings.by_id[maja.meeting]
    [pack] = meeting.packs
    assert isinstance(pack, MeetingPackIssued)
    assert (pack.school_days_ahead, pack.late_reason, len(pack.attendees)) == (5, None, 6)
    assert set(pack.to) == {
        Addressee(person=maja.people[name], language="pl" if name == "anna" else "en") for name in EVERYBODY
    }
    assert isinstance(meeting.held, MeetingHeld)
    assert meeting.held.pack_exceptions == ()


def test_e48_a_plan_with_two_outcomes_is_agreed_before_targeted_support_begins(maja):
    maja.asks_slt()
    maja.spring()
    kinds = [type(event.fact) for event in maja.history]
    assert kinds.index(MeetingHeld) < kinds.index(PlanAgreed) < len(kinds) - 1 - kinds[::-1].index(StageChanged)
    agreed = maja.case.plans.on(date(2026, 2, 10))
    assert agreed
    assert (agreed.version, len(agreed.needs)) == (1, 2)
    assert maja.case.plans.on(date(2026, 2, 9)) is None


def test_e48_speech_therapy_is_targeted_support_from_the_day_of_the_step_up_to_that_of_the_step_down(maja):
    maja.asks_slt()
    maja.spring()
    block = maja.case.supports.by_id[maja.block]
    assert (block.level, block.started_on, block.begun.coordinator) == ("targeted", date(2026, 2, 10), "hay")
    levels = [one.level for one in maja.case.supports.running_on(date(2026, 2, 10))]
    assert levels == ["universal"] * 2 + ["augmented"] * 4 + ["targeted"]
    maja.summer()
    assert block.measure_id in {one.measure_id for one in maja.case.supports.running_on(date(2026, 5, 18))}
    assert block.measure_id not in {one.measure_id for one in maja.case.supports.running_on(date(2026, 5, 19))}


def test_targeted_support_by_a_service_waits_until_the_service_is_at_work(maja):
    maja.asks_slt()
    maja.on("2025-11-19")
    assert ServiceNotAtWork in [type(one) for one in maja.refused(BLOCK)]


def test_a_support_of_the_autumn_is_adjusted_while_it_runs(maja):
    maja.on("2025-11-05")
    maja.does(AdjustSupport(change="Three pictures at a time.", reason="Six were too many."), maja.timetable)
    [adjusted] = maja.case.supports.by_id[maja.timetable].adjustments
    assert adjusted.on == date(2025, 11, 5)


def test_speech_therapy_comes_assesses_goes_on_and_ends(maja):
    maja.asks_slt()
    maja.spring()
    request = maja.case.requests.by_id[maja.asked]
    assert (state_of(maja.case, request), request.accepted) == ("active", ("assessment", "ongoing"))
    maja.summer()
    assert state_of(maja.case, maja.case.requests.by_id[maja.asked]) == "ended"
