"""Noting that somebody was given what is held about them."""

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.subject_access import SubjectAccessAnswered
from case_api.domain.questions.references import known_people
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import PersonId, Sha256


class AnswerSubjectAccess(Command):
    """A person of the case is given what it holds about them, as the caller decided."""

    person_id: PersonId
    released: int
    kept: int
    decisions_hash: Sha256
    answer_hash: Sha256


def answer_subject_access(case: Case, command: AnswerSubjectAccess, at: Situation) -> Decision:
    """Who decided stays on the record with what they decided; nothing is handed over before that is stored."""
    answered = SubjectAccessAnswered(
        decided_by=at.actor.subject, **command.model_dump(exclude={"occurred_at"}, exclude_none=True)
    )
    return decided(known_people("/person_id", (command.person_id,), case), then=answered)
