"""What comes with others around a case: who leads, advice that is passed on, records that move, what is withheld."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from case_api.domain.command import Command
from case_api.domain.decisions.coordination import AssignLeadProfessional, EndLeadProfessional
from case_api.domain.decisions.involvement import Recommend
from case_api.domain.decisions.recommendations import AcknowledgeRecommendation, ShareRecommendation
from case_api.domain.decisions.transfers import ReceiveRecord, TransferRecord
from case_api.domain.decisions.withholdings import LiftWithholding, RenewWithholding, WithholdDisclosure
from case_api.domain.facts.told import Told
from case_api.domain.facts.told import evolve as evolve_told
from case_api.domain.questions.ledger import Ledger
from case_api.domain.refusal import Decision
from tests.domain.any_case import AnyCase, anyone, one_of_them, pick, usually
from tests.domain.running import recorded

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


class AnyColleague(AnyCase):
    """Colleagues and the ledger of who was told."""

    def __init__(self) -> None:
        super().__init__()
        self.told, self.lines = Told(), 0

    @rule(ends=st.booleans(), by_name=usually)
    def lead(self, *, ends: bool, by_name: bool) -> None:
        who: dict[str, Any] = {"name": "Ruth Imrie"} if by_name else {"staff": "lennox"}
        assign = AssignLeadProfessional(organisation="Social Work", reason="Leads.", **who)
        self.ask(EndLeadProfessional(reason="Over.") if ends else assign)

    @rule(which=one_of_them, said=st.booleans(), staff=st.sets(st.sampled_from(["hay", "okafor", "dar"]), min_size=1))
    def advice(self, which: int, staff: set[str], *, said: bool) -> None:
        """A service recommends, if it is at work; somebody passes it on, and perhaps says that they have it."""
        services = frozenset({"slt", "harbour", "young_carers"})
        request = pick(list(self.running.case.requests.by_id), which)
        self.ask(Recommend(kind="recommend", strategies=("Pictures.",)), request, by="jo", services=services)
        about = pick(list(self.running.case.recommendations.by_id), which)
        self.ask(ShareRecommendation(staff=tuple(sorted(staff))), about)
        if said:
            self.ask(AcknowledgeRecommendation(), about, by=min(staff))

    @rule(which=one_of_them, arrives=st.booleans(), whole=usually)
    def pass_on(self, which: int, *, arrives: bool, whole: bool) -> None:
        sent = pick(list(self.running.case.transfers.by_id), which)
        if not arrives:
            day = self.running.now.date()
            self.ask(TransferRecord(to_setting="academy", to_staff="lennox", from_day=day))
            return
        known = self.running.case.transfers.by_id.get(sent)
        content = known.sent.content_hash if known and whole else HASH
        self.ask(ReceiveRecord(content_hash=content), sent, by="lennox")

    @rule(who=anyone, extent=st.sampled_from(["detail", "everything"]), days=st.sampled_from([-1, 1, 60, 900]))
    def withhold(self, who: int, extent: Any, days: int) -> None:
        review = self.running.now.date() + timedelta(days=days)
        self._keep(
            WithholdDisclosure(
                person_id=self.person(who), extent=extent, reason="Risk.", authoriser="hay", review_on=review
            )
        )

    @rule(which=one_of_them, over=st.booleans(), days=st.sampled_from([-1, 30, 90]))
    def look_at_it_again(self, which: int, days: int, *, over: bool) -> None:
        review = self.running.now.date() + timedelta(days=days)
        about = pick(list(self.told.withholdings), which)
        again = RenewWithholding(reason="Still.", review_on=review)
        self._keep(LiftWithholding(reason="Over.") if over else again, about)

    def _keep(self, command: Command, *about: UUID) -> None:
        """Decide on the ledger and record there; asked twice, nothing more is recorded, and what is over stays over."""
        decision, lifted = self._decided(command, *about), self._lifted()
        for fact in decision.events:
            self.lines += 1
            self.told = evolve_told(self.told, fact, recorded(fact, self.lines, self.running.now, self.running.now))
        if decision.events:
            assert not self._decided(command, *about).events
            assert lifted.isdisjoint(about)
        assert lifted <= self._lifted()

    def _lifted(self) -> set[UUID]:
        return {key for key, one in self.told.withholdings.items() if one.lifted}

    def _decided(self, command: Command, *about: UUID) -> Decision:
        decision = self.running.decide(command, *about, state=Ledger(self.told, self.running.case))
        assert not (decision.events and decision.refusals)
        return decision
