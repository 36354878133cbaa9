"""Whether recommendations reached those who work with the learner (R72, R95, I26)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from case_api.domain.case import Case
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.recommendations import Holder, Recommendation, RecommendationMade
from case_api.domain.policy import Policy
from case_api.domain.questions.teaching import assigned_on, teachers_of
from case_api.domain.words import RecommendationId, day_of

CLOCK: Final = "recommendation_acknowledged"
"""The pack's time limit for an acknowledgement, from the day of sharing (I26)."""


@dataclass(frozen=True, slots=True)
class Unacknowledged:
    """Somebody who has yet to say that they have a recommendation; `staff` is None where nobody was given it."""

    recommendation_id: RecommendationId
    staff: str | None
    since: date
    due: date


def audience_of(case: Case, made: RecommendationMade, authority: Authority, day: date) -> tuple[str, ...]:
    """Of the learner's teachers and assistants those in the roles that the service named; all where it named none."""
    named = {one.staff for one in assigned_on(authority, day) if one.role in made.audience_roles}
    teaching = teachers_of(case, authority, day)
    return tuple(one for one in teaching if one in named or not made.audience_roles)


def left_out(case: Case, recommendation: Recommendation, authority: Authority, day: date) -> tuple[str, ...]:
    """The learner's teachers and assistants on *day* who were not given it."""
    return tuple(one for one in teachers_of(case, authority, day) if one not in recommendation.holders)


def took_school_days(holder: Holder, policy: Policy) -> int | None:
    """School days from the sharing, not counted, to the acknowledgement, counted; None while there is none."""
    if holder.acknowledged_at is None:
        return None
    first, last = (day_of(moment, policy.tz) for moment in (holder.shared_at, holder.acknowledged_at))
    return policy.calendar.school_days(first, last)


def recommendations_unacknowledged(case: Case, policy: Policy, today: date) -> Iterator[Unacknowledged]:
    """I26: each that somebody should have acknowledged by the day before *today*; none where the pack sets no limit.

    One that was shared with nobody waits from the day on which it was made.
    """
    for waiting in _waiting(case, policy):
        if waiting.due < today:
            yield waiting


def _waiting(case: Case, policy: Policy) -> Iterator[Unacknowledged]:
    for known in case.recommendations.by_id.values():
        open_since = [(one.staff, one.shared_at) for one in known.holders.values() if one.acknowledged_at is None]
        for staff, moment in open_since if known.holders else [(None, known.made_at)]:
            since = day_of(moment, policy.tz)
            due = policy.due(CLOCK, since)
            if due:
                yield Unacknowledged(known.made.recommendation_id, staff, since, due)
