"""Maja Nowak-Reid, P5: from a word at the school gate to speech therapy, and back down the ladder."""

from datetime import date

import pytest

from case_api.domain.decisions.assessments import RecordAssessment
from case_api.domain.decisions.concerns import AcknowledgeConcern, RaiseConcern
from case_api.domain.decisions.involvement import Accept, Acknowledge, End, Recommend, RecordInput
from case_api.domain.decisions.people import AssignNamedPerson, LinkCarer, RegisterLearner, SetContactPreference
from case_api.domain.decisions.requests import SchoolRequest
from case_api.domain.decisions.reviews import HoldReview
from case_api.domain.decisions.stages import ChangeStage
from case_api.domain.decisions.supports import ApplySupport, ObserveEffect
from case_api.domain.facts.agreements import Scope
from case_api.domain.facts.assessments import Need
from case_api.domain.facts.concerns import ConcernRaised, RaisedBy
from case_api.domain.facts.people import RankedChannel, Rights
from case_api.domain.questions.request_state import state_of
from case_api.domain.words import Contributor, MeasureTried
from tests.domain.year import Year

CATEGORIES = ("identity_contact", "learning_profile", "strategies_and_effect")
SLT = Scope(service="slt", purpose="speech_and_language", categories=CATEGORIES)
EVERYBODY = ("maja", "anna", "tom")


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
        self.on("2025-11-04")  # E24, E25
        self.does(ObserveEffect(score=1, evidence="Starts alone."), self.timetable)
        self.does(ObserveEffect(score=0, evidence="No change."), self.desk)
        heard = self.hear(*EVERYBODY)
        both = (self.timetable, self.desk)
        self.does(HoldReview(of_refs=both, decision="adjust", views_refs=heard, next_review_on=date(2026, 2, 10)))
        self.does(ChangeStage(to_stage="universal_augmented", rationale="Not enough alone.", views_refs=heard))

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
        self.on("2026-02-10")  # E48
        heard = self.hear(*EVERYBODY)
        self.does(HoldReview(of_refs=self.four, decision="step_up", views_refs=heard))
        self.does(ChangeStage(to_stage="targeted", rationale="Still too much at once.", views_refs=heard))
        self.hears_from("slt", Accept(kind="accept", input_kind="ongoing", practitioner="Ms Rao"), self.asked)

    def summer(self) -> None:
        self.on("2026-05-13")  # E55
        self.hears_from("slt", End(kind="end", outcome="met", summary="Both outcomes met."), self.asked)
        self.on("2026-05-19")  # E56
        self.does(ObserveEffect(score=2, evidence="Both outcomes met again."), self.four[0])
        heard = self.hear(*EVERYBODY)
        self.does(HoldReview(of_refs=self.four, decision="step_down", views_refs=heard))
        self.does(ChangeStage(to_stage="universal_augmented", rationale="Outcomes met twice.", views_refs=heard))


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
    first, *_ = maja.refused(ChangeStage(to_stage="targeted", rationale="More is needed.", views_refs=heard))
    assert first.rule_id == "I16"


def test_the_request_goes_out_once_everybody_agreed(maja):
    maja.asks_slt()
    request = maja.case.requests.by_id[maja.asked]
    assert (request.state, len(request.asked.agreement_refs)) == ("acknowledged", 3)


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


def test_speech_therapy_comes_assesses_goes_on_and_ends(maja):
    maja.asks_slt()
    maja.spring()
    request = maja.case.requests.by_id[maja.asked]
    assert (state_of(maja.case, request), request.accepted) == ("active", ("assessment", "ongoing"))
    maja.summer()
    assert state_of(maja.case, maja.case.requests.by_id[maja.asked]) == "ended"
