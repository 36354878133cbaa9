"""Callum Fraser, S2: three people agree, one narrows, one takes back; the work pauses, resumes, and ends its year."""

from datetime import UTC, date, datetime

import pytest

from case_api.domain.decisions.agreements_ended import ExpireAgreement, WithdrawAgreement
from case_api.domain.decisions.assessments import RecordAssessment
from case_api.domain.decisions.coordination import AssignNamedPerson
from case_api.domain.decisions.involvement import Accept, AcknowledgePause, Decline, RecordInput
from case_api.domain.decisions.meetings import CallMeeting, HoldMeeting
from case_api.domain.decisions.packs import IssuePack
from case_api.domain.decisions.people import LinkCarer, RegisterLearner
from case_api.domain.decisions.records import CorrectRecord
from case_api.domain.decisions.requests import DirectRequest, ExternalRequest, SchoolRequest
from case_api.domain.decisions.requests_made import SupplyInformation
from case_api.domain.decisions.supports import ApplySupport, ObserveEffect
from case_api.domain.facts.agreements import ConsentExpired, ConsentGranted, ConsentWithdrawn, Scope
from case_api.domain.facts.assessments import Need
from case_api.domain.facts.involvement import InvolvementPaused, InvolvementResumed
from case_api.domain.facts.meetings import Attendee, Seating
from case_api.domain.facts.people import Rights
from case_api.domain.facts.requests import AssistanceRequested, Requester
from case_api.domain.facts.supports import UniversalSupportApplied
from case_api.domain.questions.request_state import state_of
from case_api.domain.words import AssertedAgreement, Contributor, MeasureTried
from tests.domain.year import Year

ALL_THREE = ("identity_contact", "attendance", "wellbeing_summary")
HARBOUR = Scope(service="harbour", purpose="counselling", categories=ALL_THREE)
YEAR_END = date(2026, 6, 24)


class CallumsYear(Year):
    def autumn(self) -> None:
        self.on("2025-08-19")  # E2
        self.does(RegisterLearner(name="Callum Fraser", date_of_birth=date(2012, 9, 30), setting="burnside-academy"))
        assert self.case.people.learner
        self.people["callum"] = self.case.people.learner.person_id
        for name, relationship in (("eilidh", "mother"), ("grant", "father")):
            rights = Rights(held=True)
            linked = LinkCarer(name=name, relationship=relationship, parental_responsibilities_and_rights=rights)
            self.people[name] = self.does(linked)
        self.does(AssignNamedPerson(staff="lennox"))
        self.on("2025-09-12")  # E8, E9
        self.hear("callum")
        self.does(RecordAssessment(tool="cps", needs=(Need(code="emotional_wellbeing"),)))
        self.quiet = self.does(ApplySupport(strategy_code="quiet_space", need_refs=("emotional_wellbeing",)))
        self.on("2025-10-08")  # E17
        told_in_surgery = [
            AssertedAgreement(party=self.people[name], how="in surgery") for name in ("callum", "eilidh")
        ]
        by_the_gp = ExternalRequest(
            route="external",
            service="camhs",
            purpose="mental_health",
            requester=Requester(kind="professional", role="gp", name="Dr Hay"),
            asserted_agreements=tuple(told_in_surgery),
            occurred_at=date(2025, 10, 1),
        )
        self.camhs = self.does(by_the_gp)
        self.on("2025-10-21")  # E19
        declined = Decline(kind="decline", reason_code="threshold", explanation="Below it.", advice="Counselling.")
        self.hears_from("camhs", declined, self.camhs)
        self.on("2025-10-24")  # E20
        self.sought = {name: self.seek(name, HARBOUR) for name in self.people}
        self.agrees(self.sought["callum"], until=YEAR_END)
        self.agrees(self.sought["eilidh"], until=YEAR_END)
        self.on("2025-10-28")  # E21
        self.refuses(self.sought["grant"], willing=True)

    def request(self, *categories: str) -> SchoolRequest:
        return SchoolRequest(
            route="school",
            service="harbour",
            purpose="counselling",
            input_sought=("ongoing",),
            categories=categories or ("identity_contact", "wellbeing_summary"),
            need_refs=("emotional_wellbeing",),
            measures_tried=(MeasureTried(measure_id=self.quiet, need_ref="emotional_wellbeing"),),
            contributors=(Contributor(staff="lennox", role="guidance"), Contributor(staff="ure", role="teacher")),
        )

    def meets_the_family(self) -> None:
        self.on("2025-10-28")  # E26
        at_four = datetime(2025, 11, 5, 16, tzinfo=UTC)
        self.meeting = self.does(CallMeeting(kind="family", at=at_four, purpose="Grant's no."), by="lennox")
        pack = IssuePack(
            agenda=("What Callum wants", "What counselling is"),
            attendees=(Attendee(name="Mrs Lennox", role="guidance", organisation="Burnside Academy"),),
            companion_told=True,
            access_needs_asked=True,
            seating=Seating(seated_first=True),
        )
        self.does(pack, self.meeting)
        self.on("2025-11-05")
        self.does(HoldMeeting(present=("Grant Fraser", "Mrs Lennox")), self.meeting)

    def asks_harbour(self) -> None:
        self.meets_the_family()
        self.does(ObserveEffect(score=0, evidence="No change."), self.quiet)
        self.on("2025-11-06")  # E27
        self.agrees(self.sought["grant"], categories=("identity_contact", "wellbeing_summary"), until=YEAR_END)
        self.on("2025-11-11")  # E29
        self.harbour = self.does(self.request(), by="lennox")
        self.on("2025-11-20")  # E39
        self.hears_from("harbour", Accept(kind="accept", input_kind="ongoing", practitioner="Jo"), self.harbour)

    def takes_back(self) -> None:
        self.on("2026-02-04T15:10")  # E46
        command = WithdrawAgreement(categories=("wellbeing_summary",), route="in_person", told_consequences=True)
        self.does(command, self.sought["callum"])

    def comes_back(self) -> None:
        self.on("2026-02-05")  # E47
        kept = AcknowledgePause(kind="acknowledge_pause", kept="own session records")
        self.hears_from("harbour", kept, self.harbour)
        self.on("2026-03-02")  # E49
        self.again = {name: self.seek(name, HARBOUR) for name in ("callum", "grant")}
        self.on("2026-03-03")
        self.agrees(self.again["callum"], categories=("identity_contact", "attendance"), until=YEAR_END)

    def state(self) -> str:
        return state_of(self.case, self.case.requests.by_id[self.harbour])


@pytest.fixture
def callum():
    year = CallumsYear()
    year.autumn()
    return year


@pytest.fixture
def counselled(callum):
    callum.asks_harbour()
    return callum


@pytest.fixture
def paused(counselled):
    counselled.takes_back()
    return counselled


def test_n2_harbour_is_not_asked_over_his_fathers_no(callum):
    callum.on("2025-10-29")
    first, *_ = callum.refused(callum.request(), by="lennox")
    assert first.rule_id == "I4"
    assert [missing.person for missing in first.missing] == [callum.people["grant"]]


def test_his_fathers_narrower_yes_resolves_the_conflict_and_narrows_what_is_sent(counselled):
    assert counselled.state() == "accepted"
    counselled.on("2025-11-21")
    first, *_ = counselled.refused(counselled.request(*ALL_THREE))
    assert {(missing.rule_id, missing.detail, missing.person) for missing in first.missing} == {
        ("I6", "attendance", counselled.people["grant"])
    }


def test_e26_the_pack_came_six_school_days_before_the_meeting_to_all_three(counselled):
    meeting = counselled.case.meetings.by_id[counselled.meeting]
    assert [(pack.school_days_ahead, len(pack.to)) for pack in meeting.packs] == [(6, 3)]
    assert meeting.held
    assert meeting.held.pack_exceptions == ()


def test_callum_takes_a_part_back_and_the_work_pauses_at_once(paused):
    assert paused.last(2) == [ConsentWithdrawn, InvolvementPaused]
    withdrawn = paused.history[-2].fact
    assert withdrawn.effective_at == datetime(2026, 2, 4, 15, 10, tzinfo=UTC)
    assert paused.state() == "on_hold"


def test_n5_nothing_is_sent_while_the_work_is_paused(paused):
    paused.on("2026-02-10")
    first, *_ = paused.refused(SupplyInformation(items=("Sleeps badly.",)), paused.harbour, by="lennox")
    assert first.rule_id == "I9"


def test_n6_harbour_posts_nothing_but_that_it_paused(paused):
    paused.on("2026-02-11")
    note = RecordInput(kind="input", input_kind="ongoing", place="school", summary="Session.")
    first, *_ = paused.refused(note, paused.harbour, services=frozenset({"harbour"}))
    assert first.rule_id == "I29"


def test_n9_a_request_decided_after_the_withdrawal_is_refused(paused):
    first, *_ = paused.refused(paused.request(), by="lennox")
    assert first.rule_id == "I1"
    assert paused.people["callum"] in {missing.person for missing in first.missing}


def test_the_work_resumes_once_what_everybody_agrees_to_suffices_again(paused):
    paused.comes_back()
    assert paused.last() == [ConsentGranted]
    assert paused.state() == "on_hold"
    paused.on("2026-03-10")
    paused.agrees(paused.again["grant"], until=YEAR_END)
    assert paused.history[-1].fact == InvolvementResumed(
        request_id=paused.harbour, service="harbour", categories=("attendance", "identity_contact")
    )
    assert paused.state() == "accepted"


def test_the_year_ends_with_three_agreements_and_the_work_on_hold(paused):
    """E58. The agreements that Callum and Grant gave anew end, and not the ones that those replaced."""
    paused.comes_back()
    paused.on("2026-03-10")
    paused.agrees(paused.again["grant"], until=YEAR_END)
    paused.on("2026-06-24")
    for agreement in (*paused.sought.values(), *paused.again.values()):
        paused.does(ExpireAgreement(), agreement)
    ended = [event.fact for event in paused.history if isinstance(event.fact, ConsentExpired)]
    assert {fact.agreement_id for fact in ended} == {paused.sought["eilidh"], *paused.again.values()}
    assert paused.state() == "on_hold"


def test_q2_nothing_was_known_of_camhs_before_it_was_written_down(callum):
    assert not callum.known_on(datetime(2025, 10, 5, 23, tzinfo=UTC)).requests.by_id
    known = callum.known_on(datetime(2025, 10, 8, 23, tzinfo=UTC)).requests.by_id[callum.camhs]
    assert known.asked_at == date(2025, 10, 1)


def test_q3_when_the_quiet_space_began_depends_on_when_one_asks(callum):
    applied = next(event for event in callum.history if isinstance(event.fact, UniversalSupportApplied))
    callum.on("2026-03-17")  # E52
    later = applied.fact.model_copy(update={"started_on": date(2025, 9, 19)}).model_dump(mode="json")
    callum.does(CorrectRecord(supersedes=applied.event_id, reason="wrong date", replacement=later))
    begun = [
        callum.known_on(datetime(*day, tzinfo=UTC)).supports.by_id[callum.quiet].started_on
        for day in ((2026, 1, 1), (2026, 4, 1))
    ]
    assert begun == [date(2025, 9, 12), date(2025, 9, 19)]


def test_callum_asks_the_young_carers_hub_himself_and_his_parents_are_not_told(counselled):
    counselled.on("2026-04-22")  # E53
    command = DirectRequest(
        route="direct",
        asked_by=counselled.people["callum"],
        service="young_carers",
        purpose="respite",
        categories=("identity_contact",),
        tell_parents=False,
    )
    counselled.does(command)
    asked = counselled.history[-1].fact
    assert isinstance(asked, AssistanceRequested)
    assert (asked.route, asked.parents_told, asked.requester.kind) == ("direct", False, "learner")
    assert counselled.state() == "accepted"
