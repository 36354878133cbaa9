"""Erasing what is known of a learner, or what stands in a matter: each decided once, for good (D10)."""

from typing import Final
from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.erasure import PersonalDataKeyDestroyed, Reason
from case_api.domain.matter import Matter
from case_api.domain.questions.offices import may_override
from case_api.domain.questions.retaining import Term, case_terms, due_on, matter_terms
from case_api.domain.refusal import Decision, Missing, Refusal, decided

NO_DAY: Final = "no day yet"
"""In the place of the day, while a rule has not begun to run, or there is none."""


class EraseLearner(Command):
    """Destroy the keys of a learner and of everybody around them."""

    reason: Reason
    key_ids: tuple[UUID, ...]
    """Of the keys under which the facts of the case and of its ledger are sealed."""

    examples = ({
        "reason": "retention_period_over",
        "key_ids": ["c0a1e5ce-0000-4000-8000-000000000003", "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11"],
    },)  # fmt: skip


class EraseMatter(Command):
    """Destroy the key of a child-protection matter."""

    reason: Reason

    examples = ({"reason": "retention_period_over"},)


class HeldByLaw(Refusal):
    slug = "held-by-law"
    rule_id = "I34"
    guidance_ref = "R111"
    title = "A legal hold stands: nothing of this case is erased."
    advice = "Wait until every hold has ended, or have the authority lift those named under 'missing'."


class KeptBySchedule(Refusal):
    slug = "kept-by-schedule"
    rule_id = "R111"
    guidance_ref = "R111"
    title = "By the schedule of the policy the retention period of this record is not over."
    advice = "Wait for the day named under 'missing', or give the reason for which it is erased before."


class MatterErasedByOthers(Refusal):
    slug = "matter-erased-by-others"
    rule_id = "I30"
    guidance_ref = "R80"
    title = "That a matter is erased is decided by its coordinator, or by one of its group who may authorise overrides."
    advice = "Ask its coordinator, or have somebody of the group listed in the directory as child_protection."


def who_may_authorise_decides(matter: Matter, at: Situation) -> Refusal | None:
    """I30: nobody else of the group destroys what all of it relies on."""
    decides = at.actor.subject
    return None if decides == matter.protection.coordinator or may_override(decides, at) else MatterErasedByOthers()


def no_hold_stands(case: Case, at: Situation) -> Refusal | None:
    """I34: what must be kept is kept, whatever a schedule or a request says."""
    holds = case.retention.held_on(at.today)
    missing = tuple(
        Missing(rule_id="I34", what="legal_hold", ref=hold.placed.hold_id, detail=hold.placed.reason) for hold in holds
    )
    return HeldByLaw(missing=missing) if missing else None


def its_period_is_over(reason: Reason, terms: tuple[Term, ...], at: Situation) -> Refusal | None:
    """R111: nobody is erased as due whom the schedule keeps, nor while a day that it counts from is not on record."""
    day = due_on(terms)
    if reason != "retention_period_over" or (day is not None and day <= at.today):
        return None
    waits = Missing(rule_id="R111", what="kept_until", ref=day.isoformat() if day else NO_DAY)
    return KeptBySchedule(missing=(waits,))


def erase_learner(case: Case, command: EraseLearner, at: Situation) -> Decision:
    """What nobody can read any more is not erased again."""
    if case.erasure.done:
        return decided()
    people = {case.people.learner.person_id} if case.people.learner else set[UUID]()
    keys = people | case.people.carers.keys() | set(command.key_ids)
    erased = PersonalDataKeyDestroyed(reason=command.reason, facts=case.version, key_ids=tuple(sorted(keys)))
    kept = its_period_is_over(command.reason, case_terms(case, at.today, at.policy), at)
    return decided(no_hold_stands(case, at), kept, then=erased)


def erase_matter(matter: Matter, case: Case, command: EraseMatter, at: Situation) -> Decision:
    """Whose key is gone is not erased again. A hold on the learner's case holds what stands beside it."""
    if matter.erasure.done:
        return decided()
    erased = PersonalDataKeyDestroyed(reason=command.reason, facts=matter.version, key_ids=(matter.id,))
    kept = its_period_is_over(command.reason, matter_terms(matter, case, at.today, at.policy), at)
    return decided(who_may_authorise_decides(matter, at), no_hold_stands(case, at), kept, then=erased)
