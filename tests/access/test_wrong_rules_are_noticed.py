"""Whether the comparison with the oracle would notice a wrong rule: each is changed in one place and must be caught."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from random import Random
from types import ModuleType
from unittest.mock import patch

from case_api.access import reach as product
from case_api.access.relations import Relation
from case_api.access.rules import ACTIONS, Action, Fields, Rule
from case_api.access.ruling import DENIED, Ruling, ruled_by
from case_api.domain.case import Case
from case_api.domain.command import Situation
from tests.access.mutants import loaded, of_code, of_rules
from tests.access.oracle import answers
from tests.access.test_the_rules_and_an_oracle import WHAT_THEY_DO, asked_of, expected_fields, situation
from tests.access.worlds import World, a_world

EVERY = int(os.environ.get("STAGEPOST_TEST_MUTANTS_EVERY", "10"))
"""Of the mutants of what permits and of code, each so-and-so-many-th; all of them in the long run (make mutants)."""
QUESTIONS = 10_000
ENOUGH = 0.98

Said = tuple[bool, frozenset[str], bool, frozenset[Fields]]


@dataclass(frozen=True)
class Question:
    """A world with everything that was worked out of it once, and the oracle's answer."""

    world: World
    case: Case
    at: Situation
    near: frozenset[Relation] | None
    """The relations by which the rules are asked; None where no rule is asked at all."""
    expected: Said


@cache
def questions() -> Sequence[Question]:
    chance = Random(7)
    worlds = [a_world(chance, ACTIONS) for _ in range(QUESTIONS)]
    return [_question(one, expected) for one, expected in zip(worlds, _answers(worlds), strict=True)]


def _answers(worlds: Sequence[World]) -> Iterator[Said]:
    for one in answers(worlds):
        yield one.permitted, one.rules, one.by_directory, expected_fields(one)


def _question(world: World, expected: Said) -> Question:
    case, at, near = world.case, situation(world), []

    def noted(_: Action, __: frozenset[str], relations: frozenset[Relation]) -> Ruling:
        near.append(relations)
        return DENIED

    with patch.object(product, "rule_on", noted):
        asked_of(product, world, case, at)
    return Question(world, case, at, near[0] if near else None, expected)


def _is_caught(ask: Callable[[Question], Ruling]) -> bool:
    """Whether any answer differs from the oracle's, or cannot be given."""
    try:
        return any(_differs(ask(one), one.expected) for one in questions())
    except Exception:  # noqa: BLE001 - a policy that breaks is noticed
        return True


def _differs(found: Ruling, expected: Said) -> bool:
    return (found.permitted, frozenset(found.rules), found.by_directory, found.fields) != expected


def _by_policy(policy: Mapping[Action, tuple[Rule, ...]], asked: Question) -> Ruling:
    return DENIED if asked.near is None else ruled_by(policy[asked.world.action], asked.world.who.roles, asked.near)


def _by_code(of: ModuleType, asked: Question) -> Ruling:
    return asked_of(of, asked.world, asked.case, asked.at)


def _says_what_they_do(of: ModuleType) -> bool:
    return {(role, declared): of.action_of(role, declared) for role, declared in WHAT_THEY_DO} == WHAT_THEY_DO


def test_the_policy_as_it_is_passes():
    assert not _is_caught(partial(_by_code, product))


def test_a_rule_that_was_changed_is_noticed():
    mutants = [one for number, one in enumerate(of_rules()) if one.forbids or number % EVERY == 0]
    missed = [one for one in mutants if not _is_caught(partial(_by_policy, one.rules))]
    assert [one.what for one in missed if one.forbids] == []
    assert len(missed) <= len(mutants) * (1 - ENOUGH), [one.what for one in missed]


def test_code_around_the_rules_that_was_changed_is_noticed():
    missed = []
    for name, where, tree in islice(of_code(), 0, None, EVERY):
        with loaded(name, tree) as changed:
            if not _is_caught(partial(_by_code, changed)) and _says_what_they_do(changed):
                missed.append(f"{name}, {where}")
    assert missed == []
