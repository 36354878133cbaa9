"""Whether a caller may know of what a command addresses; if not, it does not exist for them.

Staff reach the cases of their authority; a partner service the cases with a request addressed to it (I29, R110); a
carer or learner their own case if they take part in it, and there only what is theirs to say.
"""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from case_api.access.principal import FAMILY_ROLES, Principal
from case_api.domain.case import Case
from case_api.domain.command import Command
from case_api.domain.questions.family_sight import takes_part

Reach = Callable[[Case], bool]
SPEAKERS: Final = ("party", "asked_by", "carer")
"""Fields in which a command of the family's names who speaks; each command has one of them at most."""


def reach(who: Principal, command: Command | None = None, agreement_id: UUID | None = None) -> Reach:
    """The test that a case must pass for *who* to act on it by *command*, or to read it."""
    if who.roles & FAMILY_ROLES:
        return lambda case: is_their_own(who, case, command, agreement_id)
    if "agency" in who.roles:
        return lambda case: is_asked(who, case)
    return is_a_case


def is_a_case(case: Case) -> bool:
    """There is a learner; the ids of the authority's and the ledgers' own streams can be worked out (D8, D11)."""
    return case.people.learner is not None


def is_asked(who: Principal, case: Case) -> bool:
    """A request on the case is addressed to one of the caller's services."""
    return any(request.asked.service in who.services for request in case.requests.by_id.values())


def is_of_the_family(who: Principal, case: Case) -> bool:
    """The case is the caller's own, and they take part in it: the learner, or a contactable holder of rights."""
    return who.person is not None and case.id == who.case and takes_part(case, who.person)


def is_their_own(who: Principal, case: Case, command: Command | None, agreement_id: UUID | None) -> bool:
    """The family's own case, and words that are their own to say."""
    if not is_of_the_family(who, case):
        return False
    if agreement_id is not None:
        sought = case.agreements.sought.get(agreement_id)
        return sought is not None and sought.party == who.person
    return who.person in [getattr(command, name, None) for name in SPEAKERS]
