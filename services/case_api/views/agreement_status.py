"""Whether the agreements carry what is asked of one service for one purpose (R79, I1-I6)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.facts.agreements import ConsentWithdrawn
from case_api.domain.facts.authority import Authority, Purpose
from case_api.domain.facts.requests import Request
from case_api.domain.policy import Policy
from case_api.domain.questions.agreement_set import AgreementSet, agreement_set
from case_api.domain.questions.consequences import agreed_categories
from case_api.domain.questions.standing import Standing, standing
from case_api.views.answer import Part


@dataclass(frozen=True, slots=True)
class Ground:
    """The rules and the directory on which a question is answered."""

    policy: Policy
    authority: Authority


class Lack(Part):
    """Whose agreement is missing, and why."""

    person_id: UUID | None = Field(default=None, description="Absent where there is nobody who could be asked.")
    why: str
    categories: tuple[str, ...] = Field(default=(), description="To one of these everybody has to agree.")


class AgreementStatus(Part):
    """The agreements of everybody together.

    `satisfied`: they carry all that was asked; `narrowed`: less than that; `missing` and `conflicting`: nothing,
    because somebody's answer is not there or is too narrow for the purpose, or one granted what another refused.
    `categories` are those to which everybody agrees; with `missing` and `conflicting` nothing is sent all the same.
    """

    status: Literal["satisfied", "narrowed", "missing", "conflicting"]
    categories: tuple[str, ...] = ()
    missing: tuple[Lack, ...] = ()
    conflicting: tuple[UUID, ...] = ()


def status_of_set(
    case: Case, service: str, purpose: str, at: datetime, ground: Ground, asked: Iterable[str] = ()
) -> AgreementStatus:
    """What everybody's answers come to at *at*; *asked* are the categories that were wanted."""
    parties = agreement_set(case, service, purpose, at, ground.policy)
    carried = parties.holds_for(ground.authority.purpose_of(service, purpose))
    return AgreementStatus(
        status=_status(parties, carried, asked),
        categories=tuple(sorted(parties.effective)) if _all_agree(parties) else (),
        missing=(*_lacks(parties), *_too_narrow(case, parties, ground.authority.purpose_of(service, purpose))),
        conflicting=tuple(refuser.party for refuser in parties.conflicting),
    )


def spoken_of(case: Case, service: str, purpose: str, at: datetime, ground: Ground) -> frozenset[str]:
    """Every category in what those who count were asked last: what all their answers are measured by."""
    parties = agreement_set(case, service, purpose, at, ground.policy).parties
    asked = (case.agreements.sought.get(one.asked_for) for one in parties if one.asked_for)
    return frozenset(category for one in asked if one for category in one.scope.categories)


def status_of_request(case: Case, request: Request, at: datetime, ground: Ground) -> AgreementStatus:
    """The same for one request; a direct or external one stands on fewer people (I14, I15)."""
    asked = request.asked
    if asked.route == "school":
        return status_of_set(case, asked.service, asked.purpose, at, ground, asked.categories)
    agreed = agreed_categories(case, request, case.agreements, at, ground)
    if agreed is None:
        return AgreementStatus(status="missing", missing=tuple(_undone(case, request, at, ground)))
    return AgreementStatus(status=_width(agreed, asked.categories), categories=tuple(sorted(agreed)))


def _status(
    parties: AgreementSet, carried: bool, asked: Iterable[str]
) -> Literal["satisfied", "narrowed", "missing", "conflicting"]:
    if parties.conflicting:
        return "conflicting"
    return _width(parties.effective, asked) if carried else "missing"


def _width(agreed: frozenset[str], asked: Iterable[str]) -> Literal["satisfied", "narrowed"]:
    return "narrowed" if frozenset(asked) - agreed else "satisfied"


def _all_agree(parties: AgreementSet) -> bool:
    return not parties.conflicting and not parties.ungranted()


def _lacks(parties: AgreementSet) -> Iterable[Lack]:
    """Each person once, with the first reason."""
    first: dict[UUID | None, str] = {}
    for one in (*parties.unasked(), *parties.ungranted()):
        first.setdefault(one.person, one.what)
    return (Lack(person_id=person, why=why) for person, why in first.items())


def _too_narrow(case: Case, parties: AgreementSet, purpose: Purpose | None) -> Iterator[Lack]:
    """Where all agree but to less than the purpose needs: to which group of categories, and whose grant leaves it out.

    Where each agrees to one of the group but all to none, it is whoever took one back; each, if nobody did.
    """
    groups = purpose.needs if purpose and _all_agree(parties) else ()
    for group in groups:
        if not parties.effective.intersection(group):
            without = [grant for grant in parties.grants if not grant.categories.intersection(group)]
            taken_back = [grant for grant in parties.grants if _took_back(case, grant, group)]
            for grant in without or taken_back or parties.grants:
                why = "withdrawn" if grant in taken_back else "category_not_agreed"
                yield Lack(person_id=grant.party, why=why, categories=group)


def _took_back(case: Case, grant: Standing, group: Iterable[str]) -> bool:
    """Whether something of *group* was in what they agreed to, and they withdrew it since."""
    return any(
        isinstance(entry.fact, ConsentWithdrawn)
        and entry.fact.agreement_id == grant.agreement_id
        and not frozenset(group).isdisjoint(entry.fact.scope_withdrawn.categories)
        for (party, _, _), entries in case.agreements.entries.items()
        if party == grant.party
        for entry in entries
    )


def _undone(case: Case, request: Request, at: datetime, ground: Ground) -> Iterator[Lack]:
    """Whose word no longer carries a request that stands on its asker, or on what its requester asserted."""
    asked = request.asked
    named = [one.party for one in asked.asserted_agreements] if asked.route == "external" else [asked.requester.person]
    for party in (one for one in named if one is not None):
        held = standing(case.agreements, party, asked.service, asked.purpose, at, ground.policy.tz)
        if not held.granted:
            yield Lack(person_id=party, why=held.status)
