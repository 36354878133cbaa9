"""The plan at one time: which version is in force, what was agreed for each need, and who disagrees (R23, R51)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.plans import PlanAgreed
from case_api.domain.policy import Policy
from case_api.domain.words import ViewsMissing, day_of, has_come
from case_api.views.answer import Answer, AsOf, Part, times
from case_api.views.known import case_as_known


class NeedShown(Part):
    """One need of the plan, in order of weight."""

    need: str
    action: str
    outcome: str
    evidence: str | None = None
    responsible: str
    by_when: date


class PartyShown(Part):
    """A party to the plan."""

    role: str
    person: UUID | None = None
    name: str | None = None


class DisagreementShown(Part):
    """What a party does not agree with."""

    party: PartyShown
    about: str


class PlanShown(Part):
    """The version in force."""

    plan_id: UUID
    version: int
    agreed_on: date
    needs: tuple[NeedShown, ...]
    parties: tuple[PartyShown, ...]
    disagreements: tuple[DisagreementShown, ...] = ()
    views_refs: tuple[UUID, ...] = ()
    views_missing: tuple[ViewsMissing, ...] = ()


class BaselineShown(Part):
    """How things were before."""

    present: str
    participating: str
    achieving: str
    supported: str


class PlannedMeasureShown(Part):
    """A strategy that is to be put in place."""

    strategy_code: str
    need_refs: tuple[str, ...] = ()


class SupportPlannedShown(Part):
    """Which support was found to be required."""

    measures: tuple[PlannedMeasureShown, ...]
    intended_outcomes: tuple[str, ...]
    baseline: BaselineShown | None = None
    review_on: date
    responsible: tuple[str, ...]


class PlanView(Answer):
    """The plan, absent where none is in force, and the support that was planned by then."""

    case_id: UUID
    plan: PlanShown | None = None
    planned_supports: tuple[SupportPlannedShown, ...] = ()


def plan_view(events: Sequence[Recorded], as_of: AsOf, policy: Policy, authority: Authority) -> PlanView:
    """The plan in force at `as_of.valid_at`. Raises NothingKnown."""
    case = case_as_known(events, as_of)
    agreed = case.plans.on(day_of(as_of.valid_at, policy.tz))
    return PlanView(
        case_id=case.id,
        plan=_plan(agreed) if agreed else None,
        planned_supports=tuple(_planned(case, as_of.valid_at, policy)),
        **times(as_of),
    )


def _plan(agreed: PlanAgreed) -> PlanShown:
    return PlanShown.model_validate(agreed.model_dump())


def _planned(case: Case, at: datetime, policy: Policy) -> Iterator[SupportPlannedShown]:
    for occurred_at, fact in case.plans.planned:
        if has_come(occurred_at, at, policy.tz):
            yield SupportPlannedShown.model_validate(fact.model_dump())
