"""Whose each fact of a case is, and what of it waits for a person to decide before it is released."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.event import Event, Recorded, Unreadable
from case_api.domain.facts.meetings import MeetingCalled, MeetingPackIssued
from case_api.domain.facts.records import RecordCorrected
from case_api.domain.facts.retention import RetentionHoldLifted, RetentionHoldPlaced
from case_api.domain.facts.told import DisclosureMade, DisclosureWithheld, Told, WithholdingLifted, WithholdingRenewed
from case_api.domain.questions.family_sight import is_their_own_act
from case_api.domain.questions.withheld import withheld_from
from case_api.domain.words import EventId
from case_api.subject_access.known import Known
from case_api.subject_access.places import Place, places_in

Why = Literal["another_person", "withheld", "restricted", "legal_matter"]
"""Why a whole fact is kept back until somebody decides."""
WHOSE: Final = ("person_id", "party", "to", "carer")
"""Fields that name the person whose words or data a fact is."""
SPEAKERS: Final = ("raised_by", "to", "fed_back_to")
"""Fields that hold who spoke or is answered, with their `person`."""

UNTOLD: Final = ("restricted", "withheld")
"""Why a message was not sent that its addressee is not to hear of."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """One fact, and what is proposed for it."""

    event: Recorded
    unsaid: bool = False
    """Nothing of it is released, and nobody is asked: it was erased, or is labelled protection (I30)."""
    why: Why | None = None
    """It is kept back as a whole."""
    places: tuple[Place, ...] = ()
    """It is released but for these."""


@dataclass(slots=True)
class Sorter:
    """Sorts the facts of one case and its ledger for one person."""

    case: Case
    told: Told
    known: Known
    by_id: Mapping[EventId, Recorded] = field(default_factory=dict)

    def sort(self, events: Sequence[Recorded]) -> Iterator[Sorted]:
        """Each fact with what is proposed for it, in order."""
        self.by_id = {event.event_id: event for event in events}
        for event in events:
            yield self.sorted(event)

    def sorted(self, event: Recorded) -> Sorted:
        labels = _labels(event)
        if isinstance(event.fact, Unreadable) or "protection" in labels:
            return Sorted(event, unsaid=True)
        about = self.by_id.get(event.fact.about) if isinstance(event.fact, DisclosureMade) else None
        inherited = self.sorted(about) if about else None
        if inherited and (inherited.unsaid or inherited.why in ("withheld", "restricted")):
            return Sorted(event, inherited.unsaid, inherited.why)
        why = "restricted" if "restricted" in labels else self._why(event)
        return Sorted(event, why=why, places=() if why else self._places(event))

    def _why(self, event: Recorded) -> Why | None:
        if not self._is_theirs(event.fact):
            return "another_person"
        if self._is_withheld(event):
            return "withheld"
        return "legal_matter" if isinstance(event.fact, RetentionHoldPlaced | RetentionHoldLifted) else None

    def _is_theirs(self, fact: Event) -> bool:
        """Whether the fact is the subject's, or was addressed to them, or they are the learner whom it is about."""
        subject, whose = self.known.subject, self._whose(fact)
        if whose:
            return subject in whose
        return self.known.is_learner or subject in _addressed(fact) or is_their_own_act(fact, subject)

    def _is_withheld(self, event: Recorded) -> bool:
        """Whether it is kept from them now, or tells them that something is or was."""
        match event.fact:
            case DisclosureWithheld() | WithholdingRenewed() | WithholdingLifted():
                return True
            case DisclosureMade(withholding_id=decision, reason=reason) if decision or reason in UNTOLD:
                return True
        subject = self.known.subject
        kept = withheld_from(self.told.in_force(), self.case, str(subject), event)
        return kept is not None and not is_their_own_act(event.fact, subject)

    def _whose(self, fact: Event) -> frozenset[UUID]:
        """The persons whose words or data it is; none where it is about the learner as such."""
        match fact:
            case DisclosureMade(to=to):
                return frozenset(one for one in (*self.known.others, self.known.subject) if str(one) == to)
            case WithholdingRenewed(withholding_id=decision) | WithholdingLifted(withholding_id=decision):
                held = self.told.withholdings.get(decision)
                return frozenset({held.decided.person_id}) if held else frozenset()
            case RecordCorrected(supersedes=wrong) if wrong in self.by_id:
                return self._whose(self.by_id[wrong].fact)
        named = (getattr(fact, name, None) for name in WHOSE)
        speaking = (getattr(getattr(fact, name, None), "person", None) for name in SPEAKERS)
        return frozenset(one for one in (*named, *speaking) if isinstance(one, UUID))

    def _places(self, event: Recorded) -> tuple[Place, ...]:
        fact, subject = event.fact, self.known.subject
        wrong = self.by_id.get(fact.supersedes) if isinstance(fact, RecordCorrected) else None
        theirs = self.known.is_learner or subject in self._whose(fact) or is_their_own_act(fact, subject)
        return tuple(places_in(event, self.known, "release" if theirs else "keep", wrong.fact if wrong else None))


def _labels(event: Recorded) -> set[Any]:
    envelope = event.envelope.sensitivity if event.envelope else "protection"
    return {envelope, getattr(event.fact, "sensitivity", "routine")}


def _addressed(fact: Event) -> frozenset[UUID]:
    """Who was invited to a meeting, or sent what is good to know before it."""
    match fact:
        case MeetingCalled(invited=invited):
            return frozenset(invited)
        case MeetingPackIssued(to=to):
            return frozenset(one.person for one in to)
        case _:
            return frozenset()
