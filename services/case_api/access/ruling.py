"""The decision on one question of access: permitted or not, by which rules, and which fields are shown."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from msgspec import Struct

from case_api.access.relations import BY_DIRECTORY, Relation
from case_api.access.rules import BY_ACTION, Action, Fields, Rule


class Ruling(Struct, frozen=True):
    """What came of a question."""

    permitted: bool
    rules: tuple[str, ...] = ()
    """The numbers of the rules that forbid, or else of those that permit; none where nothing permits."""
    fields: frozenset[Fields] = frozenset()
    """Classes of fields that are shown beside the rest."""
    by_directory: bool = False
    """Whether it stands on nothing but the authority's directory, which another process may have changed."""


DENIED: Final = Ruling(permitted=False)
ALLOWED: Final = Ruling(permitted=True)
"""For what needs no rule of access, as a matter's own group decides."""


@lru_cache(maxsize=4096)
def rule_on(action: Action, roles: frozenset[str], relations: frozenset[Relation]) -> Ruling:
    """Whether a caller with these *roles* and *relations* may do it; one answer for all who stand alike."""
    return ruled_by(BY_ACTION[action], roles, relations)


def ruled_by(rules: Iterable[Rule], roles: frozenset[str], relations: frozenset[Relation]) -> Ruling:
    """The same by these *rules* on one action. Forbid beats permit; nothing is permitted else."""
    permits: list[Rule] = []
    forbids: list[str] = []
    for rule in rules:
        if not _applies(rule, roles, relations):
            continue
        if rule.effect == "permit":
            permits.append(rule)
        else:
            forbids.append(rule.id)
    if forbids or not permits:
        return Ruling(permitted=False, rules=tuple(forbids))
    shown = frozenset[Fields]().union(*(rule.fields for rule in permits))
    return Ruling(
        True, tuple(rule.id for rule in permits), shown, all(_by_directory(rule, relations) for rule in permits)
    )


def _applies(rule: Rule, roles: frozenset[str], relations: frozenset[Relation]) -> bool:
    return not rule.roles.isdisjoint(roles) and (not rule.relations or not rule.relations.isdisjoint(relations))


def _by_directory(rule: Rule, relations: frozenset[Relation]) -> bool:
    return bool(rule.relations) and rule.relations & relations <= BY_DIRECTORY
