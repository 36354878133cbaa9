"""Ordinary decisions inside a matter: the same rules on the matter's own meetings and ledger, for the case's people.

What is decided so is recorded in the matter and leaves the case as it is (I30).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from case_api.domain.case import Case
from case_api.domain.command import Situation
from case_api.domain.matter import Matter
from case_api.domain.refusal import Decision


def within(matter: Matter, case: Case) -> Case:
    """The learner and carers of the case, with the meetings and requests of the matter in the place of the case's."""
    return replace(case, meetings=matter.meetings, requests=matter.requests)


def protected(at: Situation) -> Situation:
    """The situation under what the policy says of child protection: its kinds of meeting."""
    kinds = at.policy.protection.meeting_kinds
    meetings = at.policy.meetings.model_copy(update={"kinds": kinds})
    return replace(at, policy=at.policy.model_copy(update={"meetings": meetings}))


def in_matter(decision: Callable[..., Decision]) -> Callable[..., Decision]:
    """A decision on a case, `(case, [item,] command, situation)`, as one on a matter beside it."""

    def decided_within(matter: Matter, case: Case, *asked: Any) -> Decision:
        *about, at = asked
        return decision(within(matter, case), *about, protected(at))

    decided_within.__name__ = f"{decision.__name__}_in_matter"
    decided_within.__doc__ = decision.__doc__
    return decided_within
