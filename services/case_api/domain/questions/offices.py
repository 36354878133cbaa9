"""In which roles somebody decides: by the directory, that day, or by the token of one who decides and records."""

from datetime import date

from case_api.domain.command import Situation
from case_api.domain.policy import COORDINATORS, Policy
from case_api.domain.questions.teaching import assigned_on
from case_api.domain.words import ROLES, Subject


def roles_at_work(policy: Policy) -> frozenset[str]:
    """The roles in which the directory can list somebody: those of tokens, and those that the policy names."""
    named = {role for alias, meant in policy.roles.items() for role in (alias, *meant)}
    deciding = {role for stage in policy.ladder for role in stage.decided_by} | set(policy.withholding.authorised_by)
    return ROLES.union(COORDINATORS, named, deciding)


def roles_of(staff: Subject, day: date, at: Situation) -> frozenset[str]:
    """The roles in which the directory lists them on *day*, and those of the token of whoever asks."""
    listed = frozenset(one.role for one in assigned_on(at.authority, day) if one.staff == staff)
    return listed | at.roles if staff == at.actor.subject else listed


def may_override(staff: Subject, at: Situation) -> bool:
    """Whether they are today in one of the roles that may decide on overrides (I7)."""
    return at.policy.may_override(roles_of(staff, at.today, at))
