"""Whether a caller may know of the case that a request addresses; if not, it does not exist for them.

What they want to do, how they stand to the learner as the case is now, and the rules: all three come together here.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from case_api.access.principal import FAMILY_ROLES, Principal
from case_api.access.relations import Relation, relations_of, relations_to
from case_api.access.rules import Action
from case_api.access.ruling import DENIED, Ruling, rule_on
from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.authority import Authority
from case_api.domain.questions.family_sight import takes_part

Reach = Callable[[Case, Situation], Ruling]
SPEAKERS: Final = ("party", "asked_by", "carer")
"""Fields in which a command of the family's names who speaks; each command has one of them at most."""
NOT_OF_A_LEARNER: Final[frozenset[Action]] = frozenset({"read", "follow"})
"""What may be asked of a case whose learner cannot be read any more."""
OF_ROLE: Final[Mapping[str, Action]] = {
    "carer": "speak", "learner": "speak", "agency": "serve", "authority_admin": "hold",
}  # fmt: skip
"""What those do by a command who are not of the school, whatever the command."""


def action_of(role: str, declared: Action) -> Action:
    """What somebody does by an operation of the school's in the role in which they call it."""
    if role == "external":
        return "raise" if declared == "raise" else "ask_outside"
    return OF_ROLE.get(role, declared)


def reach(who: Principal, action: Action, command: Command | None = None, agreement_id: UUID | None = None) -> Reach:
    """The question that a command asks of the case that it addresses, as it is when the command is decided."""

    def ask(case: Case, at: Situation) -> Ruling:
        if who.roles & FAMILY_ROLES:
            return _ruling(who, action, case, _family(who, case, command, agreement_id))
        return ruling_on(who, action, case, at.authority, at.today)

    return ask


def ruling_on(who: Principal, action: Action, case: Case, authority: Authority, day: date) -> Ruling:
    """The ruling on a read, or on an event of the case, as case and directory are."""
    if who.roles & FAMILY_ROLES:
        return _ruling(who, action, case, _family(who, case, None, None))
    return _ruling(who, action, case, relations_of(who, case, authority, day))


def may_register(who: Principal, setting: str, authority: Authority, day: date) -> Ruling:
    """The ruling on bringing a learner of a setting onto the record."""
    return rule_on("register", who.counting, relations_to(who, setting, authority, day))


def _ruling(who: Principal, action: Action, case: Case, relations: frozenset[Relation]) -> Ruling:
    """Nothing is done on what is no case, or an erased one: the ids of other streams can be worked out (D8, D11)."""
    if case.people.learner is not None:
        return rule_on(action, who.counting, relations)
    return rule_on(action, who.counting, frozenset()) if action in NOT_OF_A_LEARNER else DENIED


def _family(who: Principal, case: Case, command: Command | None, agreement_id: UUID | None) -> frozenset[Relation]:
    if who.person is None or case.id != who.case:
        return frozenset()
    if not takes_part(case, who.person):
        return frozenset({"kept_apart"})
    speaks = command is not None and _is_theirs_to_say(who, case, command, agreement_id)
    return frozenset({"of_the_family", "speaker"} if speaks else {"of_the_family"})


def _is_theirs_to_say(who: Principal, case: Case, command: Command, agreement_id: UUID | None) -> bool:
    if agreement_id is not None:
        sought = case.agreements.sought.get(agreement_id)
        return sought is not None and sought.party == who.person
    return who.person in [getattr(command, name, None) for name in SPEAKERS]
