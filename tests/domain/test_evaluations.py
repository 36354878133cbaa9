"""Evaluations: what a period of support came to."""

from datetime import date

from case_api.domain.decisions.evaluations import Evaluate, PeriodEndsBeforeItBegins, PeriodLookedAt
from case_api.domain.facts.evaluations import CarerRating, EvaluationRecorded, FourOutcomes
from case_api.domain.questions.references import NotYetHappened, ReferenceUnknown
from tests.domain.dsl import a, given
from tests.domain.running import new
from tests.domain.situations import ANNA, FAMILY, MAJA

BETTER = FourOutcomes(present="improved", participating="improved", achieving="improved", supported="improved")


def evaluate(until=date(2025, 11, 14), **more) -> Evaluate:
    period = PeriodLookedAt(from_day=date(2025, 9, 16), until=until)
    return Evaluate(period=period, four_outcomes=BETTER, learning="Pictures first.", **more)


def test_a_period_is_evaluated_by_the_four_outcomes():
    given(FAMILY).when(evaluate(learner_rating=4)).then(
        a(EvaluationRecorded, evaluation_id=new(1), four_outcomes=BETTER, learner_rating=4, carer_rating=None)
    )


def test_a_rating_of_a_carer_says_whose_it_is():
    given(FAMILY).when(evaluate(carer_rating=CarerRating(carer=ANNA, rating=5))).then(EvaluationRecorded)
    given(FAMILY).when(evaluate(carer_rating=CarerRating(carer=MAJA, rating=5))).then_refused(
        ReferenceUnknown, pointer="/carer_rating/carer"
    )


def test_a_period_ends_after_it_began():
    given(FAMILY).when(evaluate(until=date(2025, 9, 15))).then_refused(
        PeriodEndsBeforeItBegins, pointer="/period/until"
    )
    given(FAMILY).when(evaluate(until=date(2025, 9, 16))).then(EvaluationRecorded)


def test_a_period_is_evaluated_once_it_is_over():
    given(FAMILY).when(evaluate(until=date(2025, 11, 15))).then_refused(NotYetHappened, pointer="/period/until")
    given(FAMILY).when(evaluate(until=date(2025, 11, 14), occurred_at=date(2025, 11, 13))).then_refused(NotYetHappened)
