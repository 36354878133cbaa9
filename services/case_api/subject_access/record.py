"""What is handed over: the facts with what is kept back blackened, as JSON and in words."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.policy import Policy
from case_api.domain.questions.retaining import Term
from case_api.seals.exporting import Way
from case_api.subject_access.decisions import BLACK, Answer
from case_api.subject_access.known import Known
from case_api.subject_access.places import told_of
from case_api.subject_access.sorting import Sorted
from case_api.views.summaries import summary_of

FORM: Final = "stagepost-subject-access-record-v1"
AN_ID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ABOUT_ANOTHER: Final = frozenset({"another_person", "names_another_person"})
UNDECIDED, ANOTHER, KEPT = "not decided yet", "it is about another person", "kept back by a decision"
IN_PART = "kept back in part by a decision"


@dataclass(frozen=True, slots=True)
class Told:
    """One fact as it is handed over."""

    of: Sorted
    way: Way
    """How far the file of proofs shows it."""
    told: Mapping[str, Any]
    kept: tuple[tuple[str, str], ...] = ()
    """Each place that is blackened, and why."""
    partly: tuple[str, ...] = ()
    """Each place in which some words are blackened."""


def as_decided(
    one: Sorted, decided: Mapping[str, Answer] | None, known: Known, words: Mapping[str, Any] | None = None
) -> Told:
    """A fact with what was decided on it; without decisions, everything that waits for one is kept back.

    *words*, by item, are what somebody left of a text that is released.
    """
    event, answers = one.event, decided or {}
    event_id = str(event.event_id)
    if one.unsaid or (one.why and answers.get(event_id) != "release"):
        return Told(one, "veiled", {})
    kept = [place for place in one.places if answers.get(event_id + place.pointer) != "release"]
    told: dict[str, Any] = deepcopy(told_of(event))
    for place in kept:
        _put(told, place.pointer, BLACK)
    partly = {}
    for place in one.places:
        left = (words or {}).get(event_id + place.pointer, place.says)
        if place not in kept and left != place.says:
            partly[place.pointer] = left
            _put(told, place.pointer, left)
    reasons = tuple((place.pointer, _because(place.why, decided)) for place in kept)
    whole = not (kept or partly) and (one.why is not None or not _envelope_names_another(event, known))
    return Told(one, "whole" if whole else "header", told, reasons, tuple(partly))


def _because(why: str, decided: Mapping[str, Answer] | None) -> str:
    if decided is None:
        return UNDECIDED
    return ANOTHER if why in ABOUT_ANOTHER else KEPT


def _envelope_names_another(event: Recorded, known: Known) -> bool:
    """Whether what only the file of proofs would show around the fact names another person."""
    envelope = event.envelope
    if envelope is None:
        return True
    around = (envelope.source.system, envelope.source.idempotency_key, envelope.actor.on_behalf_of)
    return any(one is not None and (known.is_another(one) or known.names_another(one)) for one in around)


def _put(told: Any, pointer: str, value: Any) -> None:
    *way, last = pointer.split("/")[1:]
    for step in way:
        told = told[int(step)] if isinstance(told, list) else told[step]
    told[int(last) if isinstance(told, list) else last] = value


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that is handed over about one person."""

    authority: str
    case_id: UUID
    known: Known
    made_on: date
    facts: Sequence[Told]
    policy: Policy
    directory: Authority
    terms: Sequence[Term] = ()
    """How long the record is kept (UK GDPR, article 15(1)(d))."""

    @property
    def role(self) -> str:
        return "learner" if self.known.is_learner else "carer"

    @property
    def shown(self) -> list[Told]:
        return [one for one in self.facts if one.way != "veiled"]

    def as_json(self) -> bytes:
        """The facts released."""
        corrected = self._corrected()
        document = {
            "format": FORM,
            "authority": self.authority,
            "case_id": str(self.case_id),
            "person_id": str(self.known.subject),
            "role": self.role,
            "made_on": self.made_on.isoformat(),
            "kept": [self._kept(term) for term in self.terms],
            "entries": [self._entry(number, one, corrected) for number, one in enumerate(self.shown, 1)],
            "not_shown": len(self.facts) - len(self.shown),
        }
        return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"

    def in_words(self) -> bytes:
        """The readable history."""
        return ("\n".join(self._lines()) + "\n").encode()

    def _kept(self, term: Term) -> str:
        since = f", {term.counts_from}" if term.counts_from else ""
        counts_from = term.rule.counts_from.replace("_", " ")
        return f"{term.rule.years} years from {counts_from}{since} ({self.policy.ref}: {term.rule.source})"

    def _without_ids(self, value: Any) -> Any:
        """Ids are for programs, and stand in the JSON; the person whose access it is reads `you`."""
        if isinstance(value, Mapping):
            told = {name: self._without_ids(inner) for name, inner in value.items()}
            return {name: inner for name, inner in told.items() if inner is not None}
        if isinstance(value, list):
            return [self._without_ids(inner) for inner in value]
        if value == str(self.known.subject):
            return "you"
        return None if isinstance(value, str) and AN_ID.fullmatch(value) else value

    def _summary(self, one: Told) -> str:
        """The fact in one line, without what is blackened in it."""
        line = summary_of(one.of.event.fact, self.policy, self.directory)
        kept = {*dict(one.kept), *one.partly}
        black = [place.says for place in one.of.places if place.pointer in kept and isinstance(place.says, str)]
        return f"{type(one.of.event.fact).__name__}." if any(says in line for says in black) else line

    def _corrected(self) -> frozenset[UUID]:
        """What a correction that is handed over too says was wrong."""
        facts = [one.of.event.fact for one in self.shown]
        return frozenset(fact.supersedes for fact in facts if isinstance(fact, RecordCorrected))

    def _entry(self, number: int, one: Told, corrected: frozenset[UUID]) -> dict[str, Any]:
        event = one.of.event
        return {
            "number": number,
            "type": event.true_name,
            "summary": self._summary(one),
            "occurred_at": event.occurred_at.isoformat(),
            "recorded_at": event.recorded_at.isoformat(),
            **one.told,
            "corrected_later": event.event_id in corrected,
            "kept_back": [
                {"where": where, "because": because}
                for where, because in (*one.kept, *((place, IN_PART) for place in one.partly))
            ],
            "proved": "every word" if one.way == "whole" else "that it stands there",
        }

    def _lines(self) -> Iterator[str]:
        yield f"What {self.authority} holds about the {self.role} {self.known.subject} in the case {self.case_id}"
        yield f"Made on {self.made_on}. Entries in the order of recording; {BLACK} stands for what is not shown."
        for term in self.terms:
            yield f"Kept for {self._kept(term)}."
        corrected = self._corrected()
        for number, one in enumerate(self.shown, 1):
            event, by, reasons = one.of.event, one.told["by"], dict(one.kept)
            yield ""
            yield f"{number}. {event.occurred_at:%Y-%m-%d}: {self._summary(one)}"
            yield f"   recorded on {event.recorded_at:%Y-%m-%d} by {by['role']} {by['subject']} of {by['organisation']}"
            if event.event_id in corrected:
                yield "   it was corrected later"
            yield from _details(self._without_ids(one.told["data"]), "/data", "   ", reasons)
        yield ""
        unsaid = len(self.facts) - len(self.shown)
        yield f"Not shown: {unsaid} entries, which are about other people, or are kept back, or were erased."


def _details(value: Mapping[str, Any], at: str, margin: str, reasons: Mapping[str, str]) -> Iterator[str]:
    for name, inner in value.items():
        yield from _detail(f"{margin}{name.replace('_', ' ')}", inner, f"{at}/{name}", margin, reasons)


def _detail(label: str, value: Any, at: str, margin: str, reasons: Mapping[str, str]) -> Iterator[str]:
    if at in reasons:
        yield f"{label}: {BLACK} ({reasons[at]})"
    elif isinstance(value, Mapping):
        yield f"{label}:"
        yield from _details(value, at, margin + "  ", reasons)
    elif isinstance(value, list):
        for number, inner in ((number, inner) for number, inner in enumerate(value) if inner is not None):
            yield from _detail(label, inner, f"{at}/{number}", margin, reasons)
    else:
        yield f"{label}: {value if isinstance(value, str) else json.dumps(value)}"
