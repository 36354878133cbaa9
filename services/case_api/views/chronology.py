"""The chronology: key events in order of when they happened, strengths beside concerns (National Guidance 3.172-3.177).

Not the whole record, and not adverse events alone. Each fact stands as corrected, once; the timeline has both.
"""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Final
from uuid import UUID

from pydantic import Field

from case_api.domain.case import corrected
from case_api.domain.event import Event, Recorded
from case_api.domain.facts.assessments import NeedsAssessed
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.concerns import ConcernRaised
from case_api.domain.facts.evaluations import EvaluationRecorded
from case_api.domain.facts.involvement import InvolvementEnded
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.facts.supports import SupportEffectObserved
from case_api.domain.policy import Policy
from case_api.domain.words import day_of, has_come, start_of
from case_api.views.answer import Answer, AsOf, NothingKnown, Part, times
from case_api.views.known import as_known
from case_api.views.summaries import summary_of

SIGNIFICANT: Final = frozenset({
    "LearnerRegistered", "LearnerPlaced", "LearnerLeft", "CapacityAssessed", "NamedPersonAssigned",
    "LeadProfessionalAssigned",
    "ConcernRaised", "ConcernClosed", "NeedsAssessed", "StageChanged", "ReviewHeld", "EvaluationRecorded",
    "TargetedSupportStarted", "PlanAgreed", "PlanClosed", "MeetingHeld", "ConsentRefused", "ConsentWithdrawn",
    "AssistanceRequested", "AssistanceAccepted", "AssistanceDeclined", "RecommendationMade", "InvolvementPaused",
    "InvolvementResumed", "InvolvementEnded", "RecordTransferred",
})  # fmt: skip
"""Facts that mark a turn in a learner's support; an effect is one where it was clear, for better or for worse."""
CLEAR: Final = 2
"""How strong, either way, an effect is that stands in the chronology."""


class KeyEvent(Part):
    """One event that marked a turn."""

    event_id: UUID
    type: str
    happened: datetime | date = Field(description="When it was true from; the day or instant at which it happened.")
    recorded_at: datetime
    late_by_days: int | None = Field(default=None, description="Days from its day to that of recording, if any.")
    summary: str
    strengths: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    recorded_by: str
    corrected_by: UUID | None = Field(default=None, description="The correction after which it stands as it does.")


class Chronology(Answer):
    """Key events, the earliest first."""

    case_id: UUID
    items: tuple[KeyEvent, ...] = ()


def chronology(events: Sequence[Recorded], as_of: AsOf, policy: Policy, authority: Authority) -> Chronology:
    """What had happened by `as_of.valid_at`. Raises NothingKnown."""
    known = as_known(events, as_of.known_at)
    if not known:
        raise NothingKnown
    corrections = {one.fact.supersedes: one.event_id for one in known if isinstance(one.fact, RecordCorrected)}
    told = [one for one in corrected(known) if _is_key(one) and has_come(one.true_from, as_of.valid_at, policy.tz)]
    told.sort(key=lambda one: (start_of(one.true_from, policy.tz), one.version))
    items = tuple(_shown(one, corrections.get(one.event_id), policy, authority) for one in told)
    return Chronology(case_id=known[0].stream, items=items, **times(as_of))


def _is_key(event: Recorded) -> bool:
    """I30: what is labelled protection stands in no ordinary view."""
    if event.envelope is None or event.envelope.sensitivity == "protection":
        return False
    clear = isinstance(event.fact, SupportEffectObserved) and abs(event.fact.score) >= CLEAR
    return clear or type(event.fact).__name__ in SIGNIFICANT


def _shown(event: Recorded, corrected_by: UUID | None, policy: Policy, authority: Authority) -> KeyEvent:
    strengths, concerns = _bearing(event.fact)
    return KeyEvent(
        event_id=event.event_id,
        type=event.name,
        happened=event.true_from,
        recorded_at=event.recorded_at,
        late_by_days=_late_by(event, policy.tz) or None,
        summary=summary_of(event.fact, policy, authority),
        strengths=strengths,
        concerns=concerns,
        recorded_by=event.envelope.actor.role if event.envelope else "",
        corrected_by=corrected_by,
    )


def _late_by(event: Recorded, zone: tzinfo) -> int:
    """From the day on which it was true to that of recording; nothing where it was recorded ahead."""
    return max(0, (day_of(event.recorded_at, zone) - day_of(event.true_from, zone)).days)


def _bearing(fact: Event) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What speaks of strengths in it, and what of concerns."""
    match fact:
        case NeedsAssessed():
            needs = tuple(need.code.replace("_", " ") for need in fact.needs)
            return fact.strengths, (*needs, *fact.challenges)
        case ConcernRaised():
            return (), tuple(code.replace("_", " ") for code in fact.wellbeing_indicators)
        case ReviewHeld():
            return _outcomes(fact, "met"), _outcomes(fact, "not_met")
        case EvaluationRecorded():
            said = fact.four_outcomes.model_dump()
            better = tuple(name for name, value in said.items() if value == "improved")
            return better, tuple(name for name, value in said.items() if value == "worse")
        case SupportEffectObserved():
            return ((fact.evidence,), ()) if fact.score > 0 else ((), (fact.evidence,))
        case InvolvementEnded(outcome="met" | "partly_met"):
            return (fact.summary,), ()
        case InvolvementEnded(outcome="not_met"):
            return (), (fact.summary,)
        case _:
            return (), ()


def _outcomes(review: ReviewHeld, status: str) -> tuple[str, ...]:
    return tuple(one.outcome for one in review.progress if one.status == status)
