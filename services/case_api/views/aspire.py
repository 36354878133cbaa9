"""In which phase of ASPIRE each assessed need is: assess, support, plan, implement, review, evaluate (R21-R26).

A need is where the latest fact about it puts it; what was recorded later wins among facts of one day (D6). So a
review is followed by a new assessment, by adjusted support or by an evaluation, and the cycle begins anew.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, tzinfo
from typing import Literal
from uuid import UUID

from case_api.domain.event import Recorded
from case_api.domain.facts.assessments import NeedsAssessed
from case_api.domain.facts.evaluations import EvaluationRecorded
from case_api.domain.facts.plans import PlanAgreed, SupportPlanned
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.facts.supports import SupportAdjusted, TargetedSupportStarted, UniversalSupportApplied
from case_api.domain.words import day_of
from case_api.views.answer import Part

Phase = Literal["assess", "support", "plan", "implement", "review", "evaluate"]


class NeedPhase(Part):
    """One need, its phase, and since which day."""

    need: str
    phase: Phase
    since: date


def phases(facts: Sequence[Recorded], day: date, zone: tzinfo) -> tuple[NeedPhase, ...]:
    """The phase of every need that was assessed by *day*, from corrected facts in version order."""
    by_measure = _needs_of_measures(facts)
    found: dict[str, NeedPhase] = {}
    for fact in sorted(facts, key=lambda one: (day_of(one.true_from, zone), one.version)):
        since = day_of(fact.true_from, zone)
        if since > day:
            break
        for need, phase in _moved(fact, by_measure, found):
            found[need] = NeedPhase(need=need, phase=phase, since=since)
    return tuple(found[need] for need in sorted(found))


def _moved(
    fact: Recorded, by_measure: Mapping[UUID, tuple[str, ...]], known: Iterable[str]
) -> Iterator[tuple[str, Phase]]:
    """Which needs a fact moves, and to which phase."""
    match fact.fact:
        case NeedsAssessed(needs=needs):
            yield from ((need.code, "assess") for need in needs)
        case SupportPlanned(measures=measures):
            yield from ((need, "support") for measure in measures for need in measure.need_refs)
        case PlanAgreed(needs=planned):
            yield from ((one.need, "plan") for one in planned)
        case UniversalSupportApplied(need_refs=needs) | TargetedSupportStarted(need_refs=needs):
            yield from ((need, "implement") for need in needs)
        case SupportAdjusted(measure_id=measure):
            yield from ((need, "support") for need in by_measure.get(measure, ()))
        case ReviewHeld(of_refs=measures):
            yield from ((need, "review") for measure in measures for need in by_measure.get(measure, ()))
        case EvaluationRecorded():
            yield from [(need, "evaluate") for need in known]


def _needs_of_measures(facts: Sequence[Recorded]) -> dict[UUID, tuple[str, ...]]:
    applied = (one.fact for one in facts if isinstance(one.fact, UniversalSupportApplied | TargetedSupportStarted))
    return {fact.measure_id: fact.need_refs for fact in applied}
