"""The people of a case: whose access it is, who else there is, and by which words another one would be known."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.event import Event, Recorded
from case_api.domain.facts.people import CarerLinked, ContactPreferenceSet, LearnerRegistered
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.words import PersonId

KIN: Final = frozenset({
    "mother", "mum", "mummy", "mam", "father", "dad", "daddy", "parent", "parents", "stepmother", "stepfather",
    "stepmum", "stepdad", "brother", "sister", "sibling", "siblings", "twin", "cousin", "gran", "granny", "grandmother",
    "grandma", "grandfather", "grandad", "grandpa", "aunt", "auntie", "uncle", "carer", "partner", "boyfriend",
    "girlfriend", "friend", "neighbour", "classmate",
})  # fmt: skip
"""Words for people who may be on no record, by which a text says that it speaks of somebody else."""
SHORTEST_WORD: Final = 3
SHORTEST_NUMBER: Final = 7


@dataclass(frozen=True, slots=True)
class Known:
    """Whose access it is, and how others are told by name, address or number."""

    subject: PersonId
    learner: PersonId
    others: frozenset[PersonId]
    words: frozenset[str]
    """Words of other people's names, in small letters, without those of the subject's own."""
    marks: frozenset[str]
    """Addresses and numbers of others, in small letters; of telephone numbers the digits."""

    @property
    def is_learner(self) -> bool:
        return self.subject == self.learner

    def names_another(self, text: str) -> bool:
        """Whether the text has a name, an address or a number of another person of the case in it."""
        plain = text.casefold()
        digits = re.sub(r"\D", "", plain)
        return not self.words.isdisjoint(_words(plain)) or any(mark in plain or mark in digits for mark in self.marks)

    def speaks_of_another(self, text: str) -> bool:
        """The same, or a word by which somebody else of the family or around it is called."""
        return self.names_another(text) or not KIN.isdisjoint(_words(text.casefold()))

    def is_another(self, value: Any) -> bool:
        """Whether a value is the id of another person of the case."""
        return isinstance(value, str) and value in {str(one) for one in self.others}

    def holds_another(self, value: Any) -> bool:
        """Whether such an id stands anywhere in a value."""
        return any(self.is_another(one) for one in flat(value))


def known(case: Case, events: Sequence[Recorded], subject: PersonId) -> Known:
    """The people of a case as all *events* of it name them, corrected or not."""
    said: dict[PersonId, set[str]] = {}
    marks: dict[PersonId, set[str]] = {}
    for fact in _facts(events):
        person: PersonId | None = getattr(fact, "person_id", None)
        if person is not None:
            said.setdefault(person, set()).update(_words(getattr(fact, "name", "").casefold()))
            marks.setdefault(person, set()).update(_marks(fact))
    own, learner = said.get(subject, set()), case.people.learner
    others = {one for one in (*said, *case.people.carers) if one != subject}
    words = {word for one in others for word in said.get(one, ()) if len(word) >= SHORTEST_WORD} - own
    shared = marks.get(subject, set())
    return Known(
        subject,
        learner.person_id if learner else UUID(int=0),
        frozenset(others),
        frozenset(words),
        frozenset({mark for one in others for mark in marks.get(one, ())} - shared),
    )


def flat(value: Any) -> Iterator[Any]:
    """Every single value within lists and tables."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from flat(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from flat(inner)
    else:
        yield value


def _facts(events: Iterable[Recorded]) -> Iterator[Event]:
    """What names people: the facts, and what once was put in their place."""
    by_id = {event.event_id: type(event.fact) for event in events}
    for event in events:
        match event.fact:
            case LearnerRegistered() | CarerLinked() | ContactPreferenceSet():
                yield event.fact
            case RecordCorrected(supersedes=wrong, replacement=content) if content and wrong in by_id:
                if by_id[wrong] in (LearnerRegistered, CarerLinked):
                    yield by_id[wrong].model_validate(content)


def _marks(fact: Event) -> Iterator[str]:
    channels = getattr(fact, "channels", ())
    identifiers = getattr(fact, "identifiers", ())
    for text in (*(one.address for one in channels if one.address), *(one.value for one in identifiers)):
        yield text.casefold()
        digits = re.sub(r"\D", "", text)
        if len(digits) >= SHORTEST_NUMBER:
            yield digits.removeprefix("44").removeprefix("0")


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+", text))
