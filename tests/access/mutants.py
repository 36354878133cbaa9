"""Wrong policies: every rule with one thing changed, and the code around the rules with one expression changed."""

import ast
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any, Final, get_args

from case_api.access import reach, relations, ruling
from case_api.access.principal import FAMILY_ROLES
from case_api.access.relations import Relation
from case_api.access.rules import ACTIONS, EVERY_FIELD, IN_CLASS, RULES, Action, Effect, Rule
from case_api.domain.words import ROLES

OF_FAMILY: Final = ("of_the_family", "speaker", "kept_apart")
"""Relations in which nobody stands but a learner or carer; neither is tried with the other."""
THE_SAME: Final = {
    ("A4", "teaching"), ("A4", "school_wide"),  # who is any of these is assigned there
    ("A12", "kept_apart"), ("A13", "kept_apart"),  # whom A20 forbids it
    ("A13", "speaker"),  # who is of the family, too
    *(("A16", one) for one in ("named_person", "lead_professional", "receiver", "holder", "asked_service")),
    *((one, "register") for one in ("A3", "A8", "A9", "A11", "A12", "A13", "A20")),  # nobody stands so to a setting
}  # fmt: skip
"""Relations that make no difference to a rule, and why."""
CHAIN: Final = ("case_api.access.relations", "case_api.access.rules", "case_api.access.ruling", "case_api.access.reach")
"""In the order in which they import each other."""


@dataclass(frozen=True)
class Mutant:
    """A policy that is wrong in one place, and where."""

    what: str
    rules: Mapping[Action, tuple[Rule, ...]]
    forbids: bool
    """Whether it is a rule that forbids which was changed."""


def of_rules() -> Iterator[Mutant]:
    """Every rule left out, turned round, or with one action, role, relation or class of fields more or less."""
    for place, rule in enumerate(RULES):
        yield _mutant(f"{rule.id} is left out", place, rule, None)
        turned: Effect = "forbid" if rule.effect == "permit" else "permit"
        yield _mutant(f"{rule.id} is turned round", place, rule, replace(rule, effect=turned))
        of_family = not rule.roles.isdisjoint(FAMILY_ROLES)
        roles = sorted(FAMILY_ROLES if of_family else ROLES - FAMILY_ROLES)
        near = [one for one in get_args(Relation) if (one in OF_FAMILY) == of_family]
        for name, values in (("actions", ACTIONS), ("roles", roles), ("relations", near)):
            for value in values:
                changed = getattr(rule, name) ^ {value}
                if (changed or name == "relations") and (rule.id, value) not in THE_SAME:
                    yield _mutant(f"{rule.id} {name} {value}", place, rule, replace(rule, **{name: changed}))
        fields = EVERY_FIELD if rule.fields == IN_CLASS else IN_CLASS
        if rule.effect == "permit":
            yield _mutant(f"{rule.id} fields", place, rule, replace(rule, fields=fields))


def _mutant(what: str, place: int, rule: Rule, changed: Rule | None) -> Mutant:
    policy = [*RULES[:place], *([changed] if changed else []), *RULES[place + 1 :]]
    by_action = {action: tuple(one for one in policy if action in one.actions) for action in ACTIONS}
    return Mutant(what, by_action, rule.effect == "forbid")


def of_code() -> Iterator[tuple[str, str, ast.Module]]:
    """Each comparison, condition, relation and operator of the three modules changed in turn: (module, where, tree)."""
    for module in (relations, ruling, reach):
        source = Path(str(module.__file__)).read_text()
        for number in range(sum(len(_changes(node)) for node in ast.walk(ast.parse(source)))):
            tree = ast.parse(source)
            where = _change(tree, number)
            yield module.__name__, where, ast.fix_missing_locations(tree)


def _change(tree: ast.Module, number: int) -> str:
    seen = 0
    for node in ast.walk(tree):
        changes = _changes(node)
        if number < seen + len(changes):
            says = ast.unparse(node)
            changes[number - seen](node)
            return f"line {getattr(node, 'lineno', 0)}: {says[:60]!r} -> {ast.unparse(node)[:60]!r}"
        seen += len(changes)
    raise IndexError(number)


OTHER: Final[Mapping[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.LtE: ast.Gt, ast.Lt: ast.GtE, ast.Gt: ast.LtE, ast.GtE: ast.Lt,
}  # fmt: skip


def _changes(node: ast.AST) -> list[Any]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in OTHER:
            return [_other_comparison]
        case ast.BoolOp():
            return [_other_operator]
        case ast.UnaryOp(op=ast.Not()):
            return [_without_not]
        case ast.If():
            return [_always, _never]
        case ast.Call(func=ast.Attribute(attr="add"), args=[ast.Constant()]):
            return [_another_relation]
        case _:
            return []


def _other_comparison(node: ast.Compare) -> None:
    node.ops = [OTHER[type(node.ops[0])]()]


def _other_operator(node: ast.BoolOp) -> None:
    node.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()


def _without_not(node: ast.UnaryOp) -> None:
    node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)


def _always(node: ast.If) -> None:
    node.test = ast.Constant(value=True)


def _never(node: ast.If) -> None:
    node.test = ast.Constant(value=False)


def _another_relation(node: ast.Call) -> None:
    [told] = node.args
    node.args = [ast.Constant("workplace" if getattr(told, "value", "") == "central" else "central")]


@contextmanager
def loaded(name: str, tree: ast.Module) -> Iterator[ModuleType]:
    """The module `reach`, with one module of its chain replaced by the changed tree; all as before afterwards."""
    package = import_module("case_api.access")
    before = {one: sys.modules[one] for one in CHAIN}
    try:
        for one in CHAIN[CHAIN.index(name) :]:
            source: Any = tree if one == name else Path(str(before[one].__file__)).read_text()
            spec = spec_from_loader(one, loader=None)
            assert spec is not None
            module = module_from_spec(spec)
            sys.modules[one] = module
            exec(compile(source, one, "exec"), module.__dict__)
            setattr(package, one.rpartition(".")[2], module)
        yield sys.modules[CHAIN[-1]]
    finally:
        sys.modules.update(before)
        for one, module in before.items():
            setattr(package, one.rpartition(".")[2], module)
