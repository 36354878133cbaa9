"""Ordinary decisions inside a matter: the same rules on the matter's own meetings and ledger, for the case's people.

What is decided so is recorded in the matter and leaves the case as it is (I30).
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from case_api.domain.case import Case
from case_api.domain.command import Situation
from case_api.domain.matter import Matter
from case_api.domain.questions.ledger import Ledger
from case_api.domain.refusal import Decision


def within(matter: Matter, case: Case) -> Case:
    """The learner and carers of the case, with what stands in the matter in the place of the case's own."""
    return replace(
        case,
        meetings=matter.meetings,
        requests=matter.requests,
        coordination=matter.coordination,
        transfers=matter.transfers,
    )


def protected(at: Situation) -> Situation:
    """The situation under what the policy says of child protection: its meetings, and who decides on withholding."""
    policy = at.policy
    meetings = policy.meetings.model_copy(update={"kinds": policy.protection.meeting_kinds})
    withholding = policy.withholding.model_copy(update={"authorised_by": policy.override_authorisers})
    return replace(at, policy=policy.model_copy(update={"meetings": meetings, "withholding": withholding}))


def in_matter(decision: Callable[..., Decision]) -> Callable[..., Decision]:
    """A decision on a case, `(case, [item,] command, situation)`, as one on a matter beside it."""

    def decided_within(matter: Matter, case: Case, *asked: Any) -> Decision:
        *about, at = asked
        return decision(within(matter, case), *about, protected(at))

    return _named(decided_within, decision)


def on_ledger_in_matter(decision: Callable[..., Decision]) -> Callable[..., Decision]:
    """A decision on a ledger, `(ledger, [item,] command, situation)`, as one on the matter's own ledger."""

    def decided_within(matter: Matter, case: Case, *asked: Any) -> Decision:
        *about, at = asked
        coordinator = matter.protection.coordinator
        deciding = frozenset((coordinator,) if coordinator else ())
        return decision(Ledger(matter.told, within(matter, case), deciding=deciding), *about, protected(at))

    return _named(decided_within, decision)


def _named(decided_within: Callable[..., Decision], decision: Callable[..., Decision]) -> Callable[..., Decision]:
    decided_within.__name__ = f"{decision.__name__}_in_matter"
    decided_within.__doc__ = decision.__doc__
    return decided_within
