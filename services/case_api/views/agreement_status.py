"""Whether the agreements carry what is asked of one service for one purpose (R79, I1-I6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.requests import Request
from case_api.domain.policy import Policy
from case_api.domain.questions.agreement_set import AgreementSet, agreement_set
from case_api.domain.questions.consequences import agreed_categories
from case_api.views.answer import Part


@dataclass(frozen=True, slots=True)
class Ground:
    """The rules and the directory on which a question is answered."""

    policy: Policy
    authority: Authority


class Lack(Part):
    """Whose agreement is missing, and why."""

    person_id: UUID
    why: str


class AgreementStatus(Part):
    """The agreements of everybody together.

    `satisfied`: they carry all that was asked; `narrowed`: less than that; `missing` and `conflicting`: nothing,
    because somebody's answer is not there, or one granted what another refused.
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
        categories=tuple(sorted(parties.effective)) if carried else (),
        missing=tuple(_lacks(parties)),
        conflicting=tuple(refuser.party for refuser in parties.conflicting),
    )


def status_of_request(case: Case, request: Request, at: datetime, ground: Ground) -> AgreementStatus:
    """The same for one request; a direct or external one stands on fewer people (I14, I15)."""
    asked = request.asked
    if asked.route == "school":
        return status_of_set(case, asked.service, asked.purpose, at, ground, asked.categories)
    agreed = agreed_categories(case, request, case.agreements, at, ground)
    if agreed is None:
        return AgreementStatus(status="missing")
    return AgreementStatus(status=_width(agreed, asked.categories), categories=tuple(sorted(agreed)))


def _status(
    parties: AgreementSet, carried: bool, asked: Iterable[str]
) -> Literal["satisfied", "narrowed", "missing", "conflicting"]:
    if parties.conflicting:
        return "conflicting"
    return _width(parties.effective, asked) if carried else "missing"


def _width(agreed: frozenset[str], asked: Iterable[str]) -> Literal["satisfied", "narrowed"]:
    return "narrowed" if frozenset(asked) - agreed else "satisfied"


def _lacks(parties: AgreementSet) -> Iterable[Lack]:
    """Each person once, with the first reason."""
    named = ((one.person, one.what) for one in (*parties.unasked(), *parties.ungranted()))
    first: dict[UUID, str] = {}
    for person, why in named:
        if person is not None:
            first.setdefault(person, why)
    return (Lack(person_id=person, why=why) for person, why in first.items())
