"""From what is true and what is asked to what happened: the one way every command goes."""

from collections.abc import Callable
from typing import TypeVar

from case_api.domain.command import Command, Situation
from case_api.domain.questions.references import it_has_happened
from case_api.domain.refusal import Decision

S = TypeVar("S")
C = TypeVar("C", bound=Command)


def decide(decision: Callable[[S, C, Situation], Decision], state: S, command: C, at: Situation) -> Decision:
    """The decision's answer, with the rule that holds for every command: nothing lies in the future (I31)."""
    outcome = decision(state, command, at)
    early = it_has_happened(command, at)
    if early is None:
        return outcome
    return Decision(refusals=(*outcome.refusals, early))
