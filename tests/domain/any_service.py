"""What may be asked of partner services, and what they may do."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from case_api.domain.decisions.assessments import RecordAssessment
from case_api.domain.decisions.involvement import AnyUpdate
from case_api.domain.decisions.requests import DirectRequest, ExternalRequest, SchoolRequest
from case_api.domain.decisions.requests_made import SupplyInformation, WithdrawRequest
from case_api.domain.decisions.sharing import ShareInformation
from case_api.domain.decisions.supports import ApplySupport, ObserveEffect
from case_api.domain.facts.assessments import Need
from case_api.domain.facts.requests import Requester
from case_api.domain.words import AssertedAgreement, Contributor, MeasureTried
from tests.domain.any_case import anyone, categories, one_of_them, pick, plans, usually, whens
from tests.domain.any_family import AnyFamily
from tests.domain.running import TEAM
from tests.domain.test_involvement import ACCEPT, EVERY_UPDATE


class AnyService(AnyFamily):
    """Services at the other end of a request."""

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
        self.ask(command, pick(list(self.running.case.requests.by_id)[-3:], which), by="jo", services=services)

    @rule(which=one_of_them, back=st.booleans())
    def school_goes_on(self, which: int, *, back: bool) -> None:
        command = WithdrawRequest(reason="moves") if back else SupplyInformation(items=("More.",))
        self.ask(command, pick(list(self.running.case.requests.by_id), which))

    @precondition(lambda self: self.running.case.requests.by_id)
    @rule(which=one_of_them, some=categories, whole=st.booleans())
    def school_shares(self, which: int, some: tuple[str, ...], *, whole: bool) -> None:
        request = pick(list(self.running.case.requests.by_id), which)
        asked = self.running.case.requests.by_id.get(request)
        shared = asked.asked.categories if asked and whole and asked.asked.categories else some
        self.ask(ShareInformation(categories=shared, content_hash="0" * 64), request)
