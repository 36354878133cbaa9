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
    """The learner or carer whose access it is."""
    released: int
    """How many items that waited for a decision were released."""
    kept: int
    """How many were kept back."""
    decisions_hash: Sha256
    """Of the file with every decision."""
    answer_hash: Sha256
    """Of the file of proofs that is handed over."""

    examples = ({
        "person_id": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11", "released": 31, "kept": 4,
        "decisions_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "answer_hash": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    },)  # fmt: skip


def answer_subject_access(case: Case, command: AnswerSubjectAccess, at: Situation) -> Decision:
    """Who decided stays on the record with what they decided; nothing is handed over before that is stored."""
    answered = SubjectAccessAnswered(
        decided_by=at.actor.subject, **command.model_dump(exclude={"occurred_at"}, exclude_none=True)
    )
    return decided(known_people("/person_id", (command.person_id,), case), then=answered)
