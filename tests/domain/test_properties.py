"""What holds for every history, not only for those we thought of."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from case_api.domain import case as cases
from case_api.domain.case import Case
from case_api.domain.command import Command
from case_api.domain.decisions.agreements import (
    ExpireAgreement,
    GrantAgreement,
    RefuseAgreement,
    SeekAgreement,
    WithdrawAgreement,
)
from case_api.domain.decisions.assessments import RecordAssessment, RecordViews
from case_api.domain.decisions.concerns import AcknowledgeConcern, CloseConcern, RaiseConcern
from case_api.domain.decisions.involvement import AcknowledgePause, AnyUpdate
from case_api.domain.decisions.people import (
    AssessCapacity,
    AssignNamedPerson,
    LinkCarer,
    RegisterLearner,
    SetContactPreference,
)
from case_api.domain.decisions.records import CorrectRecord
from case_api.domain.decisions.requests import (
    DirectRequest,
    ExternalRequest,
    SchoolRequest,
    SupplyInformation,
    WithdrawRequest,
)
from case_api.domain.decisions.reviews import HoldReview
from case_api.domain.decisions.stages import ChangeStage
from case_api.domain.decisions.supports import ApplySupport, EndSupport, ObserveEffect
from case_api.domain.event import Event
from case_api.domain.facts.agreements import ConsentGranted, ConsentWithdrawn, Explained, Scope
from case_api.domain.facts.assessments import Need
from case_api.domain.facts.concerns import RaisedBy
from case_api.domain.facts.people import RankedChannel, Rights
from case_api.domain.facts.requests import AssistanceRequested, Requester
from case_api.domain.facts.stages import StageChanged
from case_api.domain.questions.agreement_set import agreement_set
from case_api.domain.refusal import Decision
from case_api.domain.words import AssertedAgreement, Contributor, MeasureTried, ViewsMissing
from tests.domain.oracle import Oracle
from tests.domain.running import NOON, POLICY, TEAM, Running
from tests.domain.situations import DIRECTORY, the
from tests.domain.test_involvement import ACCEPT, EVERY_UPDATE

T = TypeVar("T")
STRANGER = the("stranger")
SETS_A_STATE = (
    SetContactPreference, AssignNamedPerson, AcknowledgeConcern, CloseConcern, EndSupport, ChangeStage,
    GrantAgreement, RefuseAgreement, WithdrawAgreement, ExpireAgreement, WithdrawRequest, AcknowledgePause,
)  # fmt: skip

anyone = st.integers(0, 5)
one_of_them = st.integers(0, 9)
plans = st.sampled_from([("slt", "speech"), ("slt", "speech"), ("harbour", "counselling"), ("young_carers", "respite")])
categories = st.sets(
    st.sampled_from(["identity_contact", "attendance", "wellbeing_summary", "learning_profile"]), min_size=1
).map(lambda some: tuple(sorted(some)))
usually = st.sampled_from([True, True, True, False])
whens = st.sampled_from([None, None, None, "today", "yesterday", "last week", "an hour ago", "tomorrow", "in an hour"])


class CaseLife(RuleBasedStateMachine):
    """One learner's case, and everything that anybody might ask of it, sensible or not."""

    def __init__(self) -> None:
        super().__init__()
        self.running = Running(DIRECTORY)
        self.forward = Case(self.running.case.id)
        self.was_corrected = False
        self.people: list[UUID] = []

    # How a command is asked, and what is checked each time
    def ask(self, command: Command, *about: UUID, **who: Any) -> Decision:
        before = len(self.running.history)
        decision = self.running.ask(command, *about, **who)
        assert not (decision.events and decision.refusals)
        added = self.running.history[before:]
        self.was_corrected |= cases.corrects(added)
        self.forward = cases.forward(self.forward, added)
        for event in added:
            self._check(event.fact, before)
        if isinstance(command, SETS_A_STATE):
            assert not self.running.decide(command, *about, **who).events, "asking twice changes nothing"
        return decision

    def _check(self, fact: Event, before: int) -> None:
        assert type(fact).model_validate_json(fact.model_dump_json()) == fact
        if isinstance(fact, AssistanceRequested) and fact.route == "school":
            assert self.oracle(before).why_not_to_ask(fact) == []
        if isinstance(fact, StageChanged):
            assert fact.views_refs or fact.views_missing

    def oracle(self, upto: int | None = None) -> Oracle:
        return Oracle(self.running.history[:upto], DIRECTORY, self.running.now)

    def when(self, moment: str | None) -> date | datetime | None:
        now, today = self.running.now, self.running.situation().today
        return {
            None: None,
            "today": today,
            "yesterday": today - timedelta(days=1),
            "last week": today - timedelta(days=7),
            "an hour ago": now - timedelta(hours=1),
            "tomorrow": today + timedelta(days=1),
            "in an hour": now + timedelta(hours=1),
        }[moment]

    def person(self, number: int) -> UUID:
        return [*self.people, STRANGER][number % (len(self.people) + 1)]

    # Who is there
    @initialize(days_to_twelve=st.sampled_from([-900, -20, -1, 0, 1, 5, 20, 1500]), plan=plans, involved=usually)
    def a_learner_with_four_carers(self, days_to_twelve: int, plan: tuple[str, str], *, involved: bool) -> None:
        twelve = NOON.date() + timedelta(days=days_to_twelve)
        born = twelve.replace(year=twelve.year - 12, day=min(twelve.day, 28))
        self.ask(RegisterLearner(name="Maja", date_of_birth=born, setting="burnside", languages=("en", "pl")))
        assert self.running.case.people.learner
        self.people = [self.running.case.people.learner.person_id]
        for name, held, contact in (
            ("anna", True, True),
            ("tom", True, True),
            ("dean", True, False),
            ("ina", False, True),
        ):
            self.link(name, held=held, contact=contact)
        if involved:
            self.everybody_agrees(plan, ("identity_contact", "learning_profile", "wellbeing_summary"))
            self.school_asks_for_what_was_agreed(accepted=True)

    def link(self, name: str, *, held: bool, contact: bool) -> None:
        rights = Rights(held=held)
        reason = None if contact else "court order"
        command = LinkCarer(
            name=name,
            relationship="carer",
            parental_responsibilities_and_rights=rights,
            may_contact=contact,
            restriction_reason=reason,
        )
        created = self.ask(command).created
        assert created
        self.people.append(created)

    @rule(outcome=st.sampled_from(["has", "lacks", "presumed"]), days=st.sampled_from([-1, 3000]))
    def capacity(self, outcome: Any, days: int) -> None:
        until = self.running.now.date() + timedelta(days=days)
        self.ask(AssessCapacity(matter="requests", outcome=outcome, assessor="Gow", basis="Seen", valid_until=until))

    @rule(who=anyone, language=st.sampled_from(["en", "pl"]), channel=st.sampled_from(["letter", "sms"]))
    def preference(self, who: int, language: str, channel: Any) -> None:
        ranked = (RankedChannel(channel=channel),)
        self.ask(SetContactPreference(person_id=self.person(who), channels=ranked, language=language))

    @rule(staff=st.sampled_from(["hay", "lennox"]), moment=whens)
    def named_person(self, staff: str, moment: str | None) -> None:
        self.ask(AssignNamedPerson(staff=staff, occurred_at=self.when(moment)))

    # What the school does
    @rule(who=anyone, kind=st.sampled_from(["carer", "staff"]))
    def concern(self, who: int, kind: Any) -> None:
        self.ask(RaiseConcern(raised_by=RaisedBy(kind=kind, person=self.person(who)), description="Hm."))

    @rule(which=one_of_them, close=st.booleans(), moment=whens)
    def answer_concern(self, which: int, *, close: bool, moment: str | None) -> None:
        about = _pick(list(self.running.case.concerns.by_id), which)
        happened = self.when(moment)
        if close:
            self.ask(CloseConcern(outcome="supported", reason="Done.", occurred_at=happened), about)
        else:
            by_when = date(2026, 1, 1)
            self.ask(
                AcknowledgeConcern(summary="Heard.", next_step="See.", by_when=by_when, occurred_at=happened), about
            )

    @rule(need=st.sampled_from(["language", "organisation"]))
    def assessment(self, need: str) -> None:
        self.ask(RecordAssessment(tool="cps", needs=(Need(code=need),)))

    @rule(who=anyone)
    def views(self, who: int) -> None:
        self.ask(RecordViews(party=self.person(who), how_gathered="talk", views="Pictures."))

    @rule(need=st.sampled_from([(), ("language",)]), moment=whens)
    def support(self, need: tuple[str, ...], moment: str | None) -> None:
        self.ask(ApplySupport(strategy_code="quiet_space", need_refs=need, occurred_at=self.when(moment)))

    @rule(which=one_of_them, end=st.booleans())
    def watch_or_end(self, which: int, *, end: bool) -> None:
        about = _pick(list(self.running.case.supports.by_id), which)
        self.ask(EndSupport(reason="replaced") if end else ObserveEffect(score=1, evidence="Seen."), about)

    @rule(heard=anyone, excused=usually)
    def review(self, heard: int, *, excused: bool) -> None:
        of = tuple(self.running.case.supports.by_id) or (STRANGER,)
        refs, missing = self._views(heard, excused=excused)
        self.ask(HoldReview(of_refs=of, decision="adjust", views_refs=refs, views_missing=missing))

    @rule(stage=st.sampled_from([one.code for one in POLICY.ladder]), heard=anyone, excused=usually, moment=whens)
    def stage(self, stage: str, heard: int, *, excused: bool, moment: str | None) -> None:
        refs, missing = self._views(heard, excused=excused)
        rationale, happened = "Less does not suffice.", self.when(moment)
        self.ask(
            ChangeStage(
                to_stage=stage, rationale=rationale, views_refs=refs, views_missing=missing, occurred_at=happened
            )
        )

    def _views(self, heard: int, *, excused: bool) -> tuple[tuple[UUID, ...], tuple[ViewsMissing, ...]]:
        refs = tuple(self.running.case.assessments.views)[:heard]
        return refs, tuple(ViewsMissing(party=one, reason="ill") for one in self.people[:heard] if excused)

    # What the family is asked, and says
    @rule(who=anyone, plan=plans, some=categories, language=st.sampled_from(["en", "en", "pl"]), moment=whens)
    def seek(self, who: int, plan: tuple[str, str], some: tuple[str, ...], language: str, moment: str | None) -> None:
        self._seek(self.person(who), Scope(service=plan[0], purpose=plan[1], categories=some), language, moment)

    @precondition(lambda self: self.running.case.agreements.sought)
    @rule(who=st.integers(0, 2), moment=whens)
    def seek_again(self, who: int, moment: str | None) -> None:
        self._seek(self.person(who), self._scopes()[-1], "en", moment)

    def _seek(self, person: UUID, scope: Scope, language: str, moment: str | None) -> UUID | None:
        explained, happened = Explained(how="talk", language=language), self.when(moment)
        command = SeekAgreement(
            party=person, scope=scope, explained=explained, alternatives_explained=True, occurred_at=happened
        )
        return self.ask(command).created

    @rule(
        which=one_of_them,
        some=st.none() | categories,
        months=st.sampled_from([None, 1, 3]),
        kinds=st.sampled_from([None, None, ("agreement_to_request",), ("consent_to_share",)]),
        helped=usually,
        moment=whens,
    )
    def agree(self, which: int, some: Any, months: int | None, kinds: Any, *, helped: bool, moment: str | None) -> None:
        until = self.running.now.date() + timedelta(days=30 * months) if months else None
        command = GrantAgreement(
            answer="granted",
            categories=some,
            kinds=kinds,
            until=until,
            route="in_person",
            helped_by="Dar" if helped else None,
            occurred_at=self.when(moment),
        )
        self.ask(command, self.agreement(which))

    @rule(which=one_of_them, moment=whens)
    def refuse(self, which: int, moment: str | None) -> None:
        happened = self.when(moment)
        self.ask(
            RefuseAgreement(answer="refused", willing_to_discuss=True, occurred_at=happened), self.agreement(which)
        )

    @rule(which=one_of_them, some=st.none() | categories, moment=whens)
    def withdraw(self, which: int, some: Any, moment: str | None) -> None:
        happened = self.when(moment)
        command = WithdrawAgreement(categories=some, route="in_person", told_consequences=True, occurred_at=happened)
        self.ask(command, self.agreement(which))

    @rule(plan=plans, some=categories)
    def everybody_agrees(self, plan: tuple[str, str], some: tuple[str, ...]) -> None:
        """So that histories get far enough for something to be at stake."""
        scope = Scope(service=plan[0], purpose=plan[1], categories=some)
        for person in self.people[:3]:
            agreement = self._seek(person, scope, "en", None) or self._seek(person, scope, "pl", None)
            if agreement:
                self.ask(GrantAgreement(answer="granted", route="in_person", helped_by="Dar"), agreement)

    def agreement(self, number: int) -> UUID:
        """One of the latest asked for, so that answers meet questions."""
        return _pick(list(self.running.case.agreements.sought)[-6:], number)

    # Who asks a service, and what the service does
    @rule(plan=plans, some=categories, tried=usually, several=usually, team=usually, moment=whens)
    def school_asks(
        self,
        plan: tuple[str, str],
        some: tuple[str, ...],
        *,
        tried: bool,
        several: bool,
        team: bool,
        moment: str | None,
    ) -> None:
        staff = (("okafor", "teacher"), ("hay", "pupil_support")) if several else (("okafor", "teacher"),)
        measures = tuple(self.running.case.supports.by_id) if tried else ()
        command = SchoolRequest(
            route="school",
            service=plan[0],
            purpose=plan[1],
            input_sought=("assessment", "consultation"),
            categories=some,
            need_refs=("language",),
            measures_tried=tuple(MeasureTried(measure_id=one, need_ref="language") for one in measures),
            contributors=tuple(Contributor(staff=name, role=role) for name, role in staff),
            occurred_at=self.when(moment),
        )
        self.ask(command, roles=TEAM if team else frozenset({"teacher"}))

    @precondition(lambda self: self.running.case.agreements.sought)
    @rule(accepted=usually)
    def school_asks_for_what_was_agreed(self, *, accepted: bool) -> None:
        """Everything in order on the school's side: the request turns on the family alone."""
        self.ask(RecordAssessment(tool="cps", needs=(Need(code="language"),)))
        measure = self.ask(ApplySupport(strategy_code="quiet_space", need_refs=("language",))).created
        assert measure
        self.ask(ObserveEffect(score=1, evidence="Seen."), measure)
        scope = list(self.running.case.agreements.sought.values())[-1].scope
        request = self.ask(
            SchoolRequest(
                route="school",
                service=scope.service,
                purpose=scope.purpose,
                input_sought=("assessment",),
                categories=scope.categories,
                need_refs=("language",),
                measures_tried=(MeasureTried(measure_id=measure, need_ref="language"),),
                contributors=(Contributor(staff="a", role="teacher"), Contributor(staff="b", role="guidance")),
            )
        ).created
        if request and accepted:
            self.ask(ACCEPT, request, services=frozenset({scope.service}))

    @rule(plan=plans, some=categories, who=anyone, told=st.booleans())
    def family_asks(self, plan: tuple[str, str], some: tuple[str, ...], who: int, *, told: bool) -> None:
        self.ask(
            DirectRequest(
                route="direct",
                service=plan[0],
                purpose=plan[1],
                categories=some,
                asked_by=self.person(who),
                tell_parents=told,
                helped_by="Dar",
            )
        )

    @rule(plan=plans, who=anyone)
    def gp_asks(self, plan: tuple[str, str], who: int) -> None:
        self.ask(
            ExternalRequest(
                route="external",
                service=plan[0],
                purpose=plan[1],
                requester=Requester(kind="professional", role="gp"),
                asserted_agreements=(AssertedAgreement(party=self.person(who), how="in surgery"),),
            )
        )

    @rule(which=one_of_them, update=st.sampled_from(EVERY_UPDATE), moment=whens)
    def service_does(self, which: int, update: AnyUpdate, moment: str | None) -> None:
        command = update.model_copy(update={"occurred_at": self.when(moment)})
        services = frozenset({"slt", "harbour", "young_carers"})
        self.ask(command, _pick(list(self.running.case.requests.by_id)[-3:], which), by="jo", services=services)

    @rule(which=one_of_them, back=st.booleans())
    def school_goes_on(self, which: int, *, back: bool) -> None:
        command = WithdrawRequest(reason="moves") if back else SupplyInformation(items=("More.",))
        self.ask(command, _pick(list(self.running.case.requests.by_id), which))

    # Corrections, and time
    @rule(which=st.integers(0, 60), change=st.sampled_from(["same", "nothing", "no rights", "barred", "half"]))
    def correct(self, which: int, change: str) -> None:
        event = _pick(self.running.history, which, default=self.running.history[0])
        content = event.fact.model_dump(mode="json", exclude_none=True)
        replacement = {
            "same": content,
            "nothing": None,
            "no rights": content | {"parental_responsibilities_and_rights": {"held": False}},
            "barred": content | {"may_contact": False, "restriction_reason": "court order"},
            "half": dict(list(content.items())[:2]),
        }[change]
        self.ask(CorrectRecord(supersedes=event.event_id, reason="slip", replacement=replacement))

    @rule(hours=st.sampled_from([1, 1, 1, 20, 24 * 4, 24 * 31, 24 * 370]))
    def time_passes(self, hours: int) -> None:
        """And the clerk records what has come to its end."""
        self.running.now += timedelta(hours=hours)
        for agreement in list(self.running.case.agreements.sought):
            self.ask(ExpireAgreement(), agreement)

    # What the record can always do
    @rule(lost=st.sets(st.integers(0, 120)), upto=st.integers(0, 120))
    def any_part_of_the_record_can_be_read(self, lost: set[int], upto: int) -> None:
        history = self.running.history
        cases.fold(self.running.case.id, history[:upto])
        cases.fold(self.running.case.id, [event for event in history if event.version not in lost])

    @invariant()
    def the_whole_record_tells_what_was_told_step_by_step(self) -> None:
        if not self.was_corrected:
            assert self.forward == self.running.case
            assert cases.fold(self.running.case.id, self.running.history) == self.forward

    @invariant()
    def no_work_goes_on_that_the_family_does_not_carry(self) -> None:
        oracle = self.oracle()
        for asked, _ in oracle.open_school_requests():
            about = Scope(service=asked.service, purpose=asked.purpose, categories=asked.categories)
            assert oracle.why_not_to_go_on(about) == []

    @invariant()
    def nothing_is_shared_that_somebody_who_agreed_did_not_agree_to(self) -> None:
        given = {event.version: event.fact for event in self.running.history}
        for service, purpose in {(scope.service, scope.purpose) for scope in self._scopes()}:
            parties = agreement_set(self.running.case, service, purpose, self.running.now, POLICY)
            for party in parties.grants:
                grant = given[party.granted_at_version]
                assert isinstance(grant, ConsentGranted)
                assert parties.effective <= set(grant.scope.categories) - self._taken_back_since(
                    party.granted_at_version, grant
                )

    def _scopes(self) -> Sequence[Scope]:
        return [sought.scope for sought in self.running.case.agreements.sought.values()]

    def _taken_back_since(self, version: int, grant: ConsentGranted) -> set[str]:
        later = (event.fact for event in self.running.history[version:])
        return {
            category
            for fact in later
            if isinstance(fact, ConsentWithdrawn) and fact.agreement_id == grant.agreement_id
            for category in fact.scope_withdrawn.categories
        }


def _pick(some: Sequence[T], number: int, default: Any = STRANGER) -> T:
    """One of some, counted from the newest; one time round in between, somebody or something unknown."""
    found: T = [*reversed(some), default][number % (len(some) + 1)]
    return found


CaseLife.TestCase.settings = settings.get_profile("domain")
TestCaseLife = CaseLife.TestCase
