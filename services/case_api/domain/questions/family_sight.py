"""What of a case one person of the family may see: what is shared with families, and what is their own (R11, R92).

Only what is named here is seen, so that a new kind of fact is seen by nobody until somebody decides. What is labelled
protection is never seen (I30), nor what another person said, agreed to or wrote; what is withheld from this person is
seen in outline or not at all (I25), and a learner's own request stays theirs (I14). Nobody's own words, answers and
requests are withheld from them.
"""

from collections.abc import Mapping
from typing import Final, Literal
from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.event import Event, Recorded
from case_api.domain.facts.told import Told
from case_api.domain.questions.matrix_roles import concern_of, request_of
from case_api.domain.questions.withheld import extent_of, withheld_from
from case_api.domain.words import PersonId

Sight = Literal["whole", "outline", "none"]
"""`outline`: that something happened, and no more."""

SHARED: Final = frozenset({
    "LearnerRegistered", "LearnerPlaced", "LearnerLeft", "NamedPersonAssigned", "LeadProfessionalAssigned",
    "LeadProfessionalEnded", "RecordTransferred", "RecordReceived", "InformationShared",
    "UniversalSupportApplied", "TargetedSupportStarted", "SupportAdjusted", "SupportEnded",
    "StageChanged", "ReviewHeld", "PlanAgreed", "PlanClosed",
    "AssistanceRequested", "AssistanceWithdrawn", "AssistanceAcknowledged", "FurtherInformationRequested",
    "FurtherInformationSupplied", "AssistanceAccepted", "AssistanceDeclined", "AssistanceInputRecorded",
    "RecommendationMade", "InvolvementPaused", "InvolvementResumed", "InvolvementEnded",
})  # fmt: skip
"""Facts that are for the learner and every carer who takes part."""

OWN: Final[Mapping[str, str]] = {
    "ConsentSought": "party",
    "ConsentGranted": "party",
    "ConsentRefused": "party",
    "ConsentWithdrawn": "party",
    "ConsentExpired": "party",
    "ContactPreferenceSet": "person_id",
    "EntitlementInformationProvided": "to",
}
"""Facts that are for one person alone, and the field that names them."""


FRAME: Final = frozenset({"LearnerRegistered", "LearnerPlaced", "NamedPersonAssigned"})
"""Whose case it is, where they learn and whom to turn to is known to the family; nothing is told by saying it."""


def takes_part(case: Case, person: PersonId) -> bool:
    """Whether a person of the family sees anything: the learner, and a holder of rights whom the school may contact."""
    carer = case.people.carers.get(person)
    return case.people.is_learner(person) or (carer is not None and carer.holds_rights and carer.may_contact)


def sight_of(case: Case, told: Told, person: PersonId, event: Recorded) -> Sight:
    """How much of *event* the person sees, as case and ledger stand now."""
    if not is_routine(event) or not _is_theirs(case, person, event.fact):
        return "none"
    kept = withheld_from(told.in_force(), case, str(person), event)
    if kept is None or type(event.fact).__name__ in FRAME or is_their_own_act(event.fact, person):
        return "whole"
    return "outline" if extent_of(kept, event) == "detail" else "none"


def is_their_own_act(fact: Event, person: PersonId) -> bool:
    """Whether *fact* is what the person said, wrote or asked for, or was asked to agree to; what follows is not."""
    asker = getattr(fact, "requester", None) or getattr(fact, "raised_by", None)
    written = getattr(fact, "carer", None) if getattr(fact, "staff", None) is None else None
    return person in {
        getattr(fact, "party", None),
        getattr(fact, "person_id", None),
        written,
        getattr(asker, "person", None),
    }


def is_routine(event: Recorded) -> bool:
    """Whether nothing about it is labelled, by its envelope or by itself (I30)."""
    labels = {event.envelope.sensitivity if event.envelope else "protection"}
    return labels | {getattr(event.fact, "sensitivity", "routine")} == {"routine"}


def _is_theirs(case: Case, person: PersonId, fact: Event) -> bool:
    name = type(fact).__name__
    if name in SHARED:
        return not _is_kept_private(case, person, fact)
    if name in OWN:
        return bool(getattr(fact, OWN[name]) == person)
    return person in _around(case, fact)


def _is_kept_private(case: Case, person: PersonId, fact: Event) -> bool:
    """I14: of a request that the learner made themselves carers see nothing, unless the learner wants it."""
    request = request_of(case, fact)
    if request is None or request.asked.parents_told or case.people.is_learner(person):
        return False
    return request.asked.requester.person != person


def _around(case: Case, fact: Event) -> frozenset[UUID]:
    """For whom a concern, a postcard or a meeting is: who raised it, wrote it, was invited."""
    concern = concern_of(case, fact)
    if concern is not None:
        return frozenset(one for one in (concern.raised_by.person,) if one)
    thread = case.postcards.threads.get(getattr(fact, "thread", None) or UUID(int=0))
    if thread is not None:
        return frozenset({thread.sent.carer})
    meeting = case.meetings.by_id.get(getattr(fact, "meeting_id", None) or UUID(int=0))
    if meeting is None or type(fact).__name__ == "AccessNeedsStated":
        return frozenset()
    return frozenset({*meeting.called.invited, *(one.person for pack in meeting.packs for one in pack.to)})
