"""When progress is to be looked at again: by the last review, by a plan, and because a stay at targeted is looked at.

A stay at targeted support is justified anew at each review, so the ladder says how far apart they may be (I21).
"""

from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from case_api.domain.case import Case
from case_api.domain.facts.reviews import Review
from case_api.domain.policy import Policy
from case_api.domain.words import day_of


@dataclass(frozen=True, slots=True)
class ReviewDue:
    """The last day on which it is in time, and the day from which it counts."""

    since: date
    due: date


def review_due(case: Case, zone: tzinfo) -> ReviewDue | None:
    """The earliest day that was set for a review and for which none was held (R25)."""
    last = last_review(case)
    planned = [
        ReviewDue(day_of(when, zone), plan.review_on)
        for when, plan in case.plans.planned
        if last is None or last.held_on < day_of(when, zone)
    ]
    promised = [ReviewDue(last.held_on, last.next_review_on)] if last and last.next_review_on else []
    return min([*promised, *planned], key=lambda one: (one.due, one.since), default=None)


def stay_due(case: Case, policy: Policy) -> ReviewDue | None:
    """The day by which the stay at the present stage has to be justified anew; None where the ladder sets no limit."""
    entry = case.stages.on(date.max)
    stage = policy.stage(entry.stage) if entry else None
    if entry is None or stage is None or stage.review_within_weeks is None:
        return None
    last = last_review(case)
    since = max(entry.since, last.held_on) if last else entry.since
    return ReviewDue(since, since + timedelta(weeks=stage.review_within_weeks))


def last_review(case: Case) -> Review | None:
    """The latest by day; of one day the one recorded last."""
    return max(case.reviews.held, key=lambda one: (one.held_on, one.at_version), default=None)
