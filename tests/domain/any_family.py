"""What a family may be asked, and may say: in any order, at once or late."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from case_api.domain.decisions.agreements import GrantAgreement, RefuseAgreement, SeekAgreement
from case_api.domain.decisions.agreements_ended import WithdrawAgreement
from case_api.domain.facts.agreements import Explained, Scope
from tests.domain.any_case import AnyCase, anyone, categories, one_of_them, pick, plans, usually, whens


class AnyFamily(AnyCase):
    """Everybody with a say."""

    @rule(who=anyone, plan=plans, some=categories, language=st.sampled_from(["en", "en", "pl"]), moment=whens)
    def seek(self, who: int, plan: tuple[str, str], some: tuple[str, ...], language: str, moment: str | None) -> None:
        self._seek(self.person(who), Scope(service=plan[0], purpose=plan[1], categories=some), language, moment)

    @precondition(lambda self: self.running.case.agreements.sought)
    @rule(who=st.integers(0, 2), moment=whens)
    def seek_again(self, who: int, moment: str | None) -> None:
        self._seek(self.person(who), self.scopes()[-1], "en", moment)

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
        return pick(list(self.running.case.agreements.sought)[-6:], number)

    def scopes(self) -> Sequence[Scope]:
        return [sought.scope for sought in self.running.case.agreements.sought.values()]
