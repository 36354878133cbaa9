"""Whose turn it is where something stands out; nobody's once the watch is over (I21, I25, I26, I28)."""

from collections.abc import Iterator
from datetime import date

from case_api.domain.case import Case
from case_api.domain.event import Event
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.watches import WatchEscalated, WatchRaised, key_of
from case_api.domain.policy import Policy
from case_api.domain.questions.recommendations import recommendations_unacknowledged
from case_api.domain.questions.teaching import assigned_on


def is_over(case: Case, fact: Event) -> bool:
    """Whether *fact* tells of a watch whose cause is gone by now."""
    return isinstance(fact, WatchRaised | WatchEscalated) and key_of(fact) not in case.watches.open


def owner(case: Case, fact: Event) -> Iterator[str]:
    """The member of staff whom the watch waits for."""
    if isinstance(fact, WatchRaised) and fact.waits_for and not is_over(case, fact):
        yield fact.waits_for


def slow_readers(case: Case, fact: Event, policy: Policy, today: date) -> Iterator[str]:
    """Those who have yet to say that they have the recommendation which the watch is about."""
    if isinstance(fact, WatchRaised) and fact.watch == "recommendation_unacknowledged" and not is_over(case, fact):
        waiting = recommendations_unacknowledged(case, policy, today)
        yield from (one.staff for one in waiting if one.recommendation_id == fact.ref and one.staff)


def leads(case: Case, fact: Event, authority: Authority, policy: Policy, today: date) -> Iterator[str]:
    """Those who lead support in the learner's setting, whatever the school calls them (R76)."""
    if is_over(case, fact):
        return
    there = (one for one in assigned_on(authority, today) if one.setting == case.setting_on(today))
    leading = (one.staff for one in there if policy.in_pupil_support_team(frozenset({one.role})))
    yield from dict.fromkeys(leading)
