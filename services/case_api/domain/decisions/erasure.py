"""Erasing what is known of a learner: decided once, for good (D10)."""

from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.erasure import PersonalDataKeyDestroyed, Reason
from case_api.domain.refusal import Decision, decided


class EraseLearner(Command):
    """Destroy the keys of a learner and of everybody around them."""

    reason: Reason
    key_ids: tuple[UUID, ...]
    """Of the keys under which the facts of the case and of its ledger are sealed."""


def erase_learner(case: Case, command: EraseLearner, _: Situation) -> Decision:
    """What nobody can read any more is not erased again."""
    if case.erasure.done:
        return Decision()
    people = {case.people.learner.person_id} if case.people.learner else set[UUID]()
    keys = people | case.people.carers.keys() | set(command.key_ids)
    return decided(
        then=PersonalDataKeyDestroyed(reason=command.reason, facts=case.version, key_ids=tuple(sorted(keys))),
    )
