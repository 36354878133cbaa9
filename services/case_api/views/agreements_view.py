"""Who agrees to what: each party's standing by service and purpose, and what all of them come to (R79)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.policy import Policy
from case_api.domain.questions.agreement_set import agreement_set
from case_api.domain.questions.standing import NEVER, Standing, Status, standing
from case_api.domain.words import day_of, has_come
from case_api.views.agreement_status import AgreementStatus, Ground, spoken_of, status_of_set
from case_api.views.answer import Answer, AsOf, Part, times
from case_api.views.known import case_as_known


class PartyStanding(Part):
    """One person's answer as it holds."""

    person_id: UUID
    party: Literal["learner", "carer"]
    status: Status
    categories: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    given_as: str | None = None
    until: date | None = Field(default=None, description="The first day on which it no longer holds.")
    agreement_id: UUID | None = Field(default=None, description="The agreement that stands, or stood last.")
    asked_for: UUID | None = Field(default=None, description="The agreement that they were asked for last.")
    willing_to_discuss: bool | None = None


class ServiceAgreements(Part):
    """Everybody's standing towards one service for one purpose, and what may be sent."""

    service: str
    title: str
    purpose: str
    parties: tuple[PartyStanding, ...]
    together: AgreementStatus


class AgreementsView(Answer):
    """Each service and purpose that anybody was asked about."""

    case_id: UUID
    items: tuple[ServiceAgreements, ...] = ()


def agreements_view(events: Sequence[Recorded], as_of: AsOf, policy: Policy, authority: Authority) -> AgreementsView:
    """The grid of parties by service and purpose as true at `as_of.valid_at`. Raises NothingKnown."""
    case = case_as_known(events, as_of)
    ground = Ground(policy, authority)
    items = (_row(case, service, purpose, as_of.valid_at, ground) for service, purpose in _asked(case, as_of, policy))
    return AgreementsView(case_id=case.id, items=tuple(items), **times(as_of))


def _asked(case: Case, as_of: AsOf, policy: Policy) -> list[tuple[str, str]]:
    """Services and purposes that somebody was asked about by then."""
    return sorted(
        {
            (service, purpose)
            for (_, service, purpose), entries in case.agreements.entries.items()
            if any(has_come(entry.occurred_at, as_of.valid_at, policy.tz) for entry in entries)
        }
    )


def _row(case: Case, service: str, purpose: str, at: datetime, ground: Ground) -> ServiceAgreements:
    listed = ground.authority.services.get(service)
    return ServiceAgreements(
        service=service,
        title=listed.title if listed else service,
        purpose=purpose,
        parties=tuple(parties_shown(case, service, purpose, at, ground.policy)),
        together=status_of_set(case, service, purpose, at, ground, spoken_of(case, service, purpose, at, ground)),
    )


def parties_shown(case: Case, service: str, purpose: str, at: datetime, policy: Policy) -> Iterator[PartyStanding]:
    """Those whose agreement counts, then others who once answered."""
    counting = agreement_set(case, service, purpose, at, policy).parties
    shown = {one.party for one in counting}
    once = (
        standing(case.agreements, party, service, purpose, at, policy.tz)
        for party, of_service, of_purpose in case.agreements.entries
        if (of_service, of_purpose) == (service, purpose) and party not in shown
    )
    for one in (*counting, *once):
        yield _shown(case, one, policy)


def _shown(case: Case, one: Standing, policy: Policy) -> PartyStanding:
    return PartyStanding(
        person_id=one.party,
        party="learner" if case.people.is_learner(one.party) else "carer",
        status=one.status,
        categories=tuple(sorted(one.categories)),
        kinds=tuple(sorted(one.kinds)),
        given_as=one.given_as,
        until=day_of(one.until, policy.tz) if one.until != NEVER else None,
        agreement_id=one.agreement_id,
        asked_for=one.asked_for,
        willing_to_discuss=one.willing_to_discuss if one.status == "refused" else None,
    )
