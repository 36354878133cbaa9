"""Evaluating a period of support."""

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.evaluations import CarerRating, EvaluationRecorded, FourOutcomes, Period, Rating
from case_api.domain.questions.references import NotYetHappened, known
from case_api.domain.refusal import Decision, Refusal, decided
from case_api.domain.words import Day, Text, Value


class PeriodLookedAt(Value):
    """From one day up to and including another."""

    from_day: Day
    until: Day


class Evaluate(Command):
    """What a period of support came to is put on record."""

    period: PeriodLookedAt
    """The first and the last day that are looked at."""
    four_outcomes: FourOutcomes
    """How the learner fares beside before, in four respects."""
    learner_rating: Rating | None = None
    """What the learner says of the support, from 1 (poor) to 5 (very good)."""
    carer_rating: CarerRating | None = None
    """What one carer says of it."""
    learning: Text
    """What is to be remembered of it."""

    examples = ({
        "period": {"from_day": "2025-09-16", "until": "2026-06-09"},
        "four_outcomes": {
            "present": "improved",
            "participating": "improved",
            "achieving": "improved",
            "supported": "improved",
        },
        "carer_rating": {"carer": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11", "rating": 5},
        "learning": "Pictures first, words after: it carries over to new tasks.",
    },)  # fmt: skip


class PeriodEndsBeforeItBegins(Refusal):
    slug = "period-ends-before-it-begins"
    rule_id = "R26"
    guidance_ref = "R26"
    title = "The period ends before it begins."
    advice = "Check both days of the period."


def the_period_has_passed(command: Evaluate, at: Situation) -> Refusal | None:
    """R26, I31: only a period whose last day has come can be evaluated."""
    if command.period.until < command.period.from_day:
        return PeriodEndsBeforeItBegins(pointer="/period/until")
    return NotYetHappened(pointer="/period/until") if command.period.until > at.day_of(command) else None


def evaluate(case: Case, command: Evaluate, at: Situation) -> Decision:
    evaluation_id = at.new_id()
    rated_by = (command.carer_rating.carer,) if command.carer_rating else ()
    return decided(
        the_period_has_passed(command, at),
        known("/carer_rating/carer", rated_by, case.people.carers),
        then=EvaluationRecorded(
            evaluation_id=evaluation_id,
            period=Period(from_day=command.period.from_day, until=command.period.until),
            **command.said(without={"occurred_at", "period"}),
        ),
        created=evaluation_id,
    )
