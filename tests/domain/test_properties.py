"""What holds for every history, not only for those we thought of."""

from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from case_api.domain import case as cases
from case_api.domain.case import Case
from case_api.domain.command import Command
from case_api.domain.decisions.agreements import GrantAgreement, RefuseAgreement
from case_api.domain.decisions.agreements_ended import ExpireAgreement, WithdrawAgreement
from case_api.domain.decisions.concerns import AcknowledgeConcern, CloseConcern
from case_api.domain.decisions.coordination import AssignLeadProfessional, AssignNamedPerson, EndLeadProfessional
from case_api.domain.decisions.involvement import AcknowledgePause
from case_api.domain.decisions.people import (
    SetContactPreference,
)
from case_api.domain.decisions.placements import PlaceLearner
from case_api.domain.decisions.recommendations import AcknowledgeRecommendation, ShareRecommendation
from case_api.domain.decisions.requests_made import WithdrawRequest
from case_api.domain.decisions.stages import ChangeStage
from case_api.domain.decisions.supports import EndSupport
from case_api.domain.decisions.transfers import ReceiveRecord, TransferRecord
from case_api.domain.decisions.watches import ClearWatches, EscalateWatches, RaiseWatches
from case_api.domain.event import Event
from case_api.domain.facts.agreements import ConsentGranted, ConsentWithdrawn, Scope
from case_api.domain.facts.plans import PlanAgreed
from case_api.domain.facts.requests import AssistanceRequested
from case_api.domain.facts.sharing import InformationShared
from case_api.domain.facts.stages import StageChanged
from case_api.domain.questions.agreement_set import agreement_set
from case_api.domain.refusal import Decision
from tests.domain.any_case import plans, usually
from tests.domain.any_colleague import AnyColleague
from tests.domain.any_reader import AnyReader
from tests.domain.any_school import AnySchool
from tests.domain.any_service import AnyService
from tests.domain.oracle import Oracle
from tests.domain.running import POLICY
from tests.domain.situations import DIRECTORY

SETS_A_STATE = (
    SetContactPreference, AssignNamedPerson, PlaceLearner, AcknowledgeConcern, CloseConcern, EndSupport, ChangeStage,
    GrantAgreement, RefuseAgreement, WithdrawAgreement, ExpireAgreement, WithdrawRequest, AcknowledgePause,
    RaiseWatches, EscalateWatches, ClearWatches, AssignLeadProfessional, EndLeadProfessional, ShareRecommendation,
    AcknowledgeRecommendation, TransferRecord, ReceiveRecord,
)  # fmt: skip


class CaseLife(AnySchool, AnyService, AnyColleague, AnyReader):
    """All that anybody may ask, and what must be true after each of it."""

    def __init__(self) -> None:
        super().__init__()
        self.forward = Case(self.running.case.id)
        self.was_corrected = False

    @initialize(
        days_to_twelve=st.sampled_from([-1500, -1445, -900, -20, -1, 0, 1, 5, 20, 1500]), plan=plans, involved=usually
    )
    def it_begins(self, days_to_twelve: int, plan: tuple[str, str], *, involved: bool) -> None:
        self.register(days_to_twelve)
        if involved:
            self.everybody_agrees(plan, ("identity_contact", "learning_profile", "wellbeing_summary"))
            self.school_asks_for_what_was_agreed(accepted=True)

    def ask(self, command: Command, *about: UUID, **who: Any) -> Decision:
        before = len(self.running.history)
        decision = super().ask(command, *about, **who)
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
        if isinstance(fact, InformationShared):
            self._check_shared(fact, before)
        if isinstance(fact, StageChanged | PlanAgreed):
            assert fact.views_refs or fact.views_missing

    def _check_shared(self, fact: InformationShared, before: int) -> None:
        """Nothing goes to a service, on the strength of agreement, that does not hold at that moment."""
        asked = self.running.case.requests.by_id[fact.request_id].asked
        about = Scope(service=asked.service, purpose=asked.purpose, categories=fact.categories)
        granted = {
            event.fact.agreement_id: event.fact.party
            for event in self.running.history[:before]
            if isinstance(event.fact, ConsentGranted)
        }
        assert fact.lawful_basis.art6 == "consent"
        assert fact.agreement_refs
        for ref in fact.agreement_refs:
            assert set(fact.categories) <= self.oracle(before).left_to_share(granted[ref.id], about)
        if asked.route == "school":
            assert self.oracle(before).why_not_to_go_on(about) == []

    def oracle(self, upto: int | None = None) -> Oracle:
        return Oracle(self.running.history[:upto], DIRECTORY, self.running.now)

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
        for service, purpose in {(scope.service, scope.purpose) for scope in self.scopes()}:
            parties = agreement_set(self.running.case, service, purpose, self.running.now, POLICY)
            for party in parties.grants:
                grant = given[party.granted_at_version]
                assert isinstance(grant, ConsentGranted)
                assert parties.effective <= set(grant.scope.categories) - self._taken_back_since(
                    party.granted_at_version, grant
                )

    def _taken_back_since(self, version: int, grant: ConsentGranted) -> set[str]:
        later = (event.fact for event in self.running.history[version:])
        return {
            category
            for fact in later
            if isinstance(fact, ConsentWithdrawn) and fact.agreement_id == grant.agreement_id
            for category in fact.scope_withdrawn.categories
        }


CaseLife.TestCase.settings = settings.get_profile("domain")
TestCaseLife = CaseLife.TestCase
