"""Plans: which support is to come, and what was agreed for each need, by whom and by when."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import Code, Day, Line, PersonId, PlanId, Text, Value, ViewsId, ViewsMissing


class PlannedMeasure(Value):
    """A strategy of the catalogue that is to be put in place, and the needs that it is to answer."""

    strategy_code: Code
    need_refs: tuple[Code, ...] = ()


class Baseline(Value):
    """How things are before it begins, by the four measures of support (R32)."""

    present: Text
    participating: Text
    achieving: Text
    supported: Text


class PlannedNeed(Value):
    """One need of a plan: what is done, to what end, how it will show, by whom and by when."""

    need: Code
    action: Text
    outcome: Text
    evidence: Text | None = None
    responsible: Line
    by_when: Day


class PlanParty(Value):
    """Somebody who is party to a plan: a person of the family, or others by name, with their role."""

    role: Code
    person: PersonId | None = None
    name: Line | None = None


class Disagreement(Value):
    """What a party does not agree with; the plan goes ahead with it on record (R51)."""

    party: PlanParty
    about: Text


class SupportPlanned(Event, grounds="6.1 ASPIRE", covers=("R22", "R23")):
    """It was settled which support is required, to what end, from which starting point, and when to look again."""

    measures: Annotated[tuple[PlannedMeasure, ...], Field(min_length=1)]
    intended_outcomes: Annotated[tuple[Text, ...], Field(min_length=1)]
    baseline: Baseline | None = None
    review_on: date
    responsible: Annotated[tuple[Line, ...], Field(min_length=1)]

    examples = ({
        "measures": [{"strategy_code": "visual_timetable", "need_refs": ["receptive_language"]}],
        "intended_outcomes": ["Maja starts a task alone"], "review_on": "2025-11-04", "responsible": ["okafor"],
    },)  # fmt: skip


class PlanAgreed(Event, grounds="6.1 ASPIRE", covers=("R19", "R23", "R51", "R86")):
    """A plan, or a new version of it, was agreed: needs in order of weight, parties, and who disagrees with what."""

    true_from = "agreed_on"
    refs = ("plan_id", "version")
    correctable = False
    plan_id: PlanId
    version: Annotated[int, Field(ge=1)]
    agreed_on: date
    needs: Annotated[tuple[PlannedNeed, ...], Field(min_length=1)]
    parties: Annotated[tuple[PlanParty, ...], Field(min_length=1)]
    disagreements: tuple[Disagreement, ...] = ()
    views_refs: tuple[ViewsId, ...] = ()
    views_missing: tuple[ViewsMissing, ...] = ()

    examples = ({
        "plan_id": "019c1a80-1000-7f03-8a5d-4b8c62f1d722", "version": 1, "agreed_on": "2026-02-10",
        "needs": [{
            "need": "receptive_language", "action": "Therapy in a small group, twice a week",
            "outcome": "Follows three-step instructions", "evidence": "Four tasks of five, seen in class",
            "responsible": "hay", "by_when": "2026-05-19",
        }],
        "parties": [
            {"role": "mother", "person": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11"},
            {"role": "pupil_support", "name": "hay"},
        ],
        "disagreements": [{"party": {"role": "father", "name": "Tom Reid"}, "about": "Would like it at home as well."}],
        "views_refs": ["0199521d-2800-7d3f-b263-7fac5e103d55"],
    },)  # fmt: skip


class PlanClosed(Event, grounds="6.1 ASPIRE", covers=("R26",)):
    """A plan came to its end, for a reason."""

    true_from = "on"
    refs = ("plan_id",)
    plan_id: PlanId
    on: date
    reason: Text

    examples = ({
        "plan_id": "019c1a80-1000-7f03-8a5d-4b8c62f1d722", "on": "2026-05-19", "reason": "Both outcomes were met.",
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan with all its versions."""

    versions: tuple[PlanAgreed, ...]
    closed: PlanClosed | None = None

    @property
    def latest(self) -> PlanAgreed:
        return self.versions[-1]

    def on(self, day: date) -> PlanAgreed | None:
        """The version in force on *day*; None before the first, and from the day of closing."""
        if self.closed and self.closed.on <= day:
            return None
        return next((one for one in reversed(self.versions) if one.agreed_on <= day), None)


@dataclass(frozen=True, slots=True)
class Plans:
    by_id: Mapping[PlanId, Plan] = field(default_factory=dict)
    planned: tuple[tuple[date | datetime, SupportPlanned], ...] = ()

    @property
    def open(self) -> Plan | None:
        return next((plan for plan in self.by_id.values() if not plan.closed), None)

    def on(self, day: date) -> PlanAgreed | None:
        """What was in force on *day*."""
        return next((agreed for plan in self.by_id.values() if (agreed := plan.on(day))), None)


def evolve(plans: Plans, fact: Event, at: Recorded) -> Plans:
    match fact:
        case SupportPlanned():
            return replace(plans, planned=(*plans.planned, (at.occurred_at, fact)))
        case PlanAgreed():
            before = plans.by_id.get(fact.plan_id)
            plan = replace(before, versions=(*before.versions, fact)) if before else Plan((fact,))
            return replace(plans, by_id=with_entry(plans.by_id, fact.plan_id, plan))
        case PlanClosed() if fact.plan_id in plans.by_id:
            closed = replace(plans.by_id[fact.plan_id], closed=fact)
            return replace(plans, by_id=with_entry(plans.by_id, fact.plan_id, closed))
        case _:
            return plans
