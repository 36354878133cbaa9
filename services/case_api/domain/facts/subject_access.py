"""That somebody was given what is held about them, and who decided what was kept back (UK GDPR, article 15)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from case_api.domain.event import Event, Recorded
from case_api.domain.words import PersonId, Sha256, Subject


class SubjectAccessAnswered(Event, grounds="Data protection", covers=("R111",)):
    """The learner or a carer was given what the case holds about them, as a member of staff decided it."""

    correctable = False
    person_id: PersonId
    decided_by: Subject
    released: Annotated[int, Field(ge=0, description="Items that waited for a decision and were released.")]
    kept: Annotated[int, Field(ge=0, description="Items that were kept back.")]
    decisions_hash: Sha256 = Field(description="Of the file with every decision.")
    answer_hash: Sha256 = Field(description="Of the file of proofs that was handed over.")

    examples = ({
        "person_id": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11", "decided_by": "reid", "released": 31, "kept": 4,
        "decisions_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "answer_hash": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    },)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SubjectAccess:
    """Every answer that was given, in order."""

    answered: tuple[tuple[date | datetime, SubjectAccessAnswered], ...] = ()


def evolve(access: SubjectAccess, fact: Event, at: Recorded) -> SubjectAccess:
    match fact:
        case SubjectAccessAnswered():
            return SubjectAccess((*access.answered, (at.occurred_at, fact)))
        case _:
            return access
