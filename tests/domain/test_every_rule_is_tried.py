"""Every way of being refused is one that a test was refused in.

The tests are read rather than watched, so it does not matter in which process or order they ran: what stands in
`then_refused(…)` of a test that passes was the first reason of a refusal, in `then_refused_also(…)` one of them.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from case_api.domain.refusal import REFUSALS, Refusal
from tests.domain.running import DECISIONS

HERE = Path(__file__).parent
TRIED_BY = {"then_refused", "then_refused_also"}


@cache
def _read() -> list[ast.Call]:
    trees = (ast.walk(ast.parse(path.read_text())) for path in HERE.glob("*.py"))
    return [node for nodes in trees for node in nodes if isinstance(node, ast.Call)]


def _tried() -> Iterator[str]:
    for call in _read():
        if isinstance(call.func, ast.Attribute) and call.func.attr in TRIED_BY:
            yield from (argument.id for argument in call.args if isinstance(argument, ast.Name))


def _commands_made() -> set[str]:
    return {call.func.id for call in _read() if isinstance(call.func, ast.Name)}


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.__name__)
def test_somebody_was_refused_for_it(refusal: type[Refusal]):
    assert refusal.__name__ in set(_tried())


@pytest.mark.parametrize("command", DECISIONS, ids=lambda command: command.__name__)
def test_somebody_asked_for_it(command: type):
    assert command.__name__ in _commands_made()
