"""What holds whenever a support is put in place: for one learner, or for all of a class or group (R27, R31)."""

from datetime import date
from typing import Literal
from uuid import UUID

from case_api.domain.command import Situation
from case_api.domain.facts.supports import UniversalSupportApplied
from case_api.domain.questions.references import NotYetHappened, known
from case_api.domain.refusal import Refusal

Level = Literal["universal", "augmented"]


class StrategyNotAtThisLevel(Refusal):
    slug = "strategy-not-at-this-level"
    rule_id = "R31"
    guidance_ref = "R31"
    title = "The catalogue does not offer this strategy at this level."
    advice = "Choose another level, or another strategy of /v1/policy."


def the_strategy_is_in_the_catalogue(code: str, at: Situation) -> Refusal | None:
    return known("/strategy_code", (code,), {one.code for one in at.policy.strategies})


def the_strategy_is_offered_at_this_level(code: str, level: Level, at: Situation) -> Refusal | None:
    strategy = at.policy.strategy(code)
    return StrategyNotAtThisLevel(pointer="/level") if strategy and level not in strategy.levels else None


def it_has_begun(day: date, at: Situation, pointer: str) -> Refusal | None:
    """I31: a support is recorded once it is in place."""
    return NotYetHappened(pointer=pointer) if day > at.today else None


def applied(  # noqa: PLR0913 - what the fact is made of, by name
    at: Situation,
    *,
    measure_id: UUID,
    strategy_code: str,
    level: Level,
    scope: Literal["learner", "group", "class"],
    need_refs: tuple[str, ...],
    started_on: date,
    by: str | None,
    joint_id: UUID | None = None,
) -> UniversalSupportApplied:
    """The fact, with what the catalogue says of the strategy."""
    strategy = at.policy.strategy(strategy_code)
    return UniversalSupportApplied(
        measure_id=measure_id,
        strategy_code=strategy_code,
        catalogue_version=at.policy.ref,
        area=strategy.area if strategy else "physical",
        level=level,
        scope=scope,
        joint_id=joint_id,
        need_refs=need_refs,
        started_on=started_on,
        by=by or at.actor.subject,
    )
