"""References of a command to things on the case: the ones that lead nowhere are named."""

from collections.abc import Container, Iterable
from typing import ClassVar
from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.refusal import UNKNOWN, Missing, Refusal
from case_api.domain.words import PersonId


class NotOnThisCase(Refusal):
    """The path names something that this case does not hold."""

    slug = "not-found"
    rule_id = "reference"
    guidance_ref = "api"
    title = "There is no such thing on this case."
    advice = "Read the case again and use an id that it holds."
    status: ClassVar = 404


class ReferenceUnknown(Refusal):
    slug = "reference-unknown"
    rule_id = "reference"
    guidance_ref = "api"
    title = "The command refers to something that this case, the policy or the directory does not hold."
    advice = "Read the case, /v1/policy or /v1/directory and use what is listed there; 'missing' names each reference."


class NotYetHappened(Refusal):
    slug = "not-yet-happened"
    rule_id = "I31"
    guidance_ref = "R111"
    title = "A fact cannot be recorded before it has happened."
    advice = "Leave out occurred_at, or give the day or time at which it happened."


def it_has_happened(command: Command, at: Situation) -> Refusal | None:
    """I31: occurred_at is not later than now; a date by the local day."""
    if command.occurred_at is None:
        return None
    later = at.day_of(command) > at.today or at.instant_of(command) > at.now
    return NotYetHappened(pointer="/occurred_at") if later else None


def known(pointer: str, refs: Iterable[UUID | str], held: Container[UUID | str]) -> Refusal | None:
    """Every reference is among what is held; *pointer* is the JSON Pointer of the field that holds them."""
    lost = tuple(Missing(rule_id="reference", what=UNKNOWN, ref=ref) for ref in refs if ref not in held)
    return ReferenceUnknown(missing=lost, pointer=pointer) if lost else None


def known_people(pointer: str, people: Iterable[PersonId], case: Case) -> Refusal | None:
    """Every person is the learner or a carer of this case."""
    lost = tuple(
        Missing(rule_id="reference", what=UNKNOWN, person=person) for person in people if not case.people.knows(person)
    )
    return ReferenceUnknown(missing=lost, pointer=pointer) if lost else None
