"""The policy row of every operation: which roles it is for, and what the rules of access call it.

An application with an operation that has none does not start; `docs/access.md` is written from the rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI

from case_api.access.rules import EVERY_FIELD, RULES, Rule
from case_api.http.declared import dependency, operations
from case_api.http.offices import Roles
from case_api.reference.markdown import code, page, table

WITHOUT: Final = ("/livez", "/readyz", "/version", "/clock", "/problems/{slug}")
"""Operations that need no token."""
ABOUT: Final = """Who may do what. A caller needs one of the roles of the operation (403 without), and for a learner
on the record a rule that permits the action to that role in a relation to the learner as the record has it at that
moment; what no rule permits is denied, and what a rule forbids is denied whatever else permits it. Whoever is denied
is answered as if the learner did not exist (404). Whoever is not shown a class of fields does not replace what is in
it (403): contact preferences, and any fact by a correction. Lists hold the learners whom the caller could read one by
one.
Child-protection matters are known to their named group alone, which each matter names itself."""


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One operation, as the policy has it."""

    method: str
    path: str
    action: str
    roles: str


class NoPolicyRow(Exception):
    """An operation does not say whom it is for."""


def policy_rows(app: FastAPI) -> Iterator[PolicyRow]:
    """One for each operation that needs a token, in the order of their paths. Raises NoPolicyRow."""
    for route in sorted(operations(app), key=lambda one: one.path):
        if route.path in WITHOUT:
            continue
        roles = dependency(route, Roles)
        if roles is None:
            raise NoPolicyRow(route.path)
        for method in sorted(route.methods or ()):
            yield PolicyRow(method, route.path, roles.action, str(roles))


def access_page(app: FastAPI) -> str:
    """The whole page: the rules, then the rows."""
    rules = table(("Rule", "What it says", "Actions", "Relations", "Source"), map(_of_rule, RULES))
    rows = table(
        ("Operation", "Action", "Roles"),
        ((code(f"{row.method} {row.path}"), row.action, row.roles) for row in policy_rows(app)),
    )
    return page("Who may do what", ABOUT, f"## Rules\n\n{rules}", f"## Operations\n\n{rows}")


def _of_rule(rule: Rule) -> tuple[str, ...]:
    near = ", ".join(sorted(rule.relations)) or "none needed"
    says = rule.says if rule.effect == "permit" else f"**Forbidden:** {rule.says}"
    shown = "" if rule.fields == EVERY_FIELD else " (some fields are left out)"
    return rule.id, says + shown, ", ".join(sorted(rule.actions)), near, rule.source
