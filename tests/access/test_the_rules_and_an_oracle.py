"""The rules of access against the same policy in Cedar, worked out from the same raw facts by other means."""

import os
from collections import Counter
from datetime import UTC, datetime
from random import Random
from types import ModuleType
from uuid import uuid4

from case_api.access import reach as product
from case_api.access.reach import Reach, action_of
from case_api.access.rules import ACTIONS, EVERY_FIELD, RULES, Fields
from case_api.access.ruling import Ruling
from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.event import Actor
from tests.access.oracle import NUMBERS, Answer, answers
from tests.access.worlds import DAY, Say, World, a_world
from tests.domain.running import POLICY

DECISIONS = int(os.environ.get("STAGEPOST_TEST_DECISIONS", "6000"))
"""How many questions are put to both; 200,000 in the long run (make matrix)."""


def situation(world: World) -> Situation:
    """The noon of the day."""
    return Situation(
        now=datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC),
        actor=Actor(subject=world.who.subject, role="any", organisation=world.who.organisation),
        roles=world.who.roles,
        policy=POLICY,
        authority=world.authority,
        new_id=uuid4,
    )


def ruled(world: World) -> Ruling:
    """What the product says: of a command, or of a read where nobody says anything."""
    return asked_of(product, world, world.case, situation(world))


def asked_of(of: ModuleType, world: World, case: Case, at: Situation) -> Ruling:
    """The same, asked of *of*, which is the product or a changed copy of it."""
    if world.action == "register":
        asked: Ruling = of.may_register(world.who, world.setting, at.authority, DAY)
        return asked
    if world.speaks_as is None and world.agreement is None:
        ruling: Ruling = of.ruling_on(world.who, world.action, case, at.authority, DAY)
        return ruling
    command = Say(party=world.speaks_as) if world.speaks_as else Command()
    ask: Reach = of.reach(world.who, world.action, command, world.agreement)
    return ask(case, at)


def test_every_rule_is_said_in_both():
    assert [rule.id for rule in RULES] == NUMBERS


def test_rules_and_oracle_never_differ():
    chance = Random(20261130)
    worlds = [a_world(chance, ACTIONS) for _ in range(DECISIONS)]
    used: Counter[str] = Counter()
    for world, expected in zip(worlds, answers(worlds), strict=True):
        found = ruled(world)
        assert Answer(found.permitted, frozenset(found.rules), found.by_directory) == expected, world
        assert found.fields == expected_fields(expected), world
        used.update(found.rules)
    assert set(used) == set(NUMBERS), "every rule decided something"
    assert sum(used.values()) > DECISIONS / 5, "and not everything was denied for want of one"


def expected_fields(expected: Answer) -> frozenset[Fields]:
    return EVERY_FIELD if expected.permitted and expected.rules != {"A2"} else frozenset()


WHAT_THEY_DO = {
    ("teacher", "work"): "work",
    ("pupil_support", "raise"): "raise",
    ("external", "raise"): "raise",
    ("external", "work"): "ask_outside",
    ("agency", "work"): "serve",
    ("agency", "read"): "serve",
    ("carer", "work"): "speak",
    ("learner", "raise"): "speak",
}


def test_what_somebody_does_by_an_operation_follows_from_the_role_in_which_they_call_it():
    assert {(role, declared): action_of(role, declared) for role, declared in WHAT_THEY_DO} == WHAT_THEY_DO  # type: ignore[arg-type]
