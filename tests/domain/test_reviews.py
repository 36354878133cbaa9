"""Reviews: looked at together, with the learner's voice."""

from datetime import date
from typing import Any

from case_api.domain.decisions.reviews import HoldReview, NextReviewBeforeThis
from case_api.domain.facts.reviews import ReviewHeld
from case_api.domain.questions.references import NotYetHappened, ReferenceUnknown
from case_api.domain.questions.views_heard import CarersNotHeard, LearnerNotHeard
from case_api.domain.words import ViewsMissing
from tests.domain.dsl import a, given
from tests.domain.running import Running, new
from tests.domain.situations import ANNA, APPLIED, DIRECTORY, FAMILY, MAJA, TIMETABLE, TOM, the, views_of

SPOKE = tuple(views_of(one) for one in (MAJA, ANNA, TOM))
ALL_HEARD = tuple(one.views_id for one in SPOKE)
HEARD = (*FAMILY, APPLIED, *SPOKE)


def review(**more: Any) -> HoldReview:
    said = {"of_refs": (TIMETABLE,), "decision": "continue", "views_refs": ALL_HEARD} | more
    return HoldReview(**said)


def test_progress_is_reviewed_with_the_learners_views():
    given(HEARD).when(review()).then(a(ReviewHeld, review_id=new(1), held_on=date(2025, 11, 14)))


def test_a_review_without_somebodys_views_says_why():
    given(HEARD).when(review(views_refs=ALL_HEARD[1:])).then_refused(LearnerNotHeard, missing=[("views_missing", MAJA)])
    given(HEARD).when(review(views_refs=ALL_HEARD[:1])).then_refused(
        CarersNotHeard, missing=[("views_missing", ANNA), ("views_missing", TOM)]
    )
    why = tuple(ViewsMissing(party=one, reason="ill") for one in (MAJA, ANNA, TOM))
    given(HEARD).when(review(views_refs=(), views_missing=why)).then(ReviewHeld)
    stranger = (ViewsMissing(party=the("stranger"), reason="?"),)
    given(HEARD).when(review(views_missing=stranger)).then_refused(ReferenceUnknown, pointer="/views_missing")


def test_a_review_looks_at_supports_that_are_there():
    given(HEARD).when(review(of_refs=(the("other"),))).then_refused(ReferenceUnknown, pointer="/of_refs")


def test_a_review_to_come_is_no_review():
    given(HEARD).when(review(held_on=date(2025, 11, 15))).then_refused(NotYetHappened, pointer="/held_on")


def test_the_next_review_comes_later():
    given(HEARD).when(review(next_review_on=date(2025, 11, 14))).then_refused(NextReviewBeforeThis)
    given(HEARD).when(review(next_review_on=date(2026, 2, 10))).then(ReviewHeld)


def test_the_latest_review_says_when_the_next_is():
    running = Running(DIRECTORY)
    held = ReviewHeld(review_id=the("r"), of_refs=(TIMETABLE,), held_on=date(2025, 11, 4), decision="continue")
    later = {"held_on": date(2026, 2, 10), "next_review_on": date(2026, 5, 1)}
    running.record(
        (held.model_copy(update={"next_review_on": date(2026, 2, 10)}), held.model_copy(update=later)), running.now
    )
    assert running.case.reviews.next_on(date(2025, 11, 3)) is None
    assert running.case.reviews.next_on(date(2025, 12, 1)) == date(2026, 2, 10)
    assert running.case.reviews.next_on(date(2026, 3, 1)) == date(2026, 5, 1)
