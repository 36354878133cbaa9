"""On what a message stood when it reached somebody: basis, categories and agreements (R79, R92, I9)."""

from dataclasses import dataclass
from datetime import datetime

from case_api.domain.case import Case
from case_api.domain.command import Situation
from case_api.domain.event import Event, Recorded
from case_api.domain.facts.requests import Request
from case_api.domain.questions.agreement_set import agreement_set
from case_api.domain.questions.consequences import agreed_categories, sendable
from case_api.domain.questions.matrix_roles import request_of
from case_api.domain.questions.recipients import recipients
from case_api.domain.questions.standing import standing
from case_api.domain.words import AgreementRef, LawfulBasis


@dataclass(frozen=True, slots=True)
class Footing:
    """What a disclosure relied on."""

    lawful_basis: LawfulBasis | None = None
    categories: tuple[str, ...] = ()
    agreement_refs: tuple[AgreementRef, ...] = ()


def footing_of(case: Case, event: Recorded, recipient: str, when: datetime, at: Situation) -> Footing:
    """The footing on which *recipient* heard of *event* at *when*; none for somebody who was not to hear of it."""
    hearers = recipients(case, event, at.policy, at.authority, at.today)
    duty = next((one.duty for one in hearers if one.recipient == recipient), None)
    if duty is None:
        return Footing()
    if duty == "A":
        return _agreed(case, event.fact, recipient, when, at)
    return Footing(at.policy.lawful_bases.get(duty))


def _agreed(case: Case, fact: Event, recipient: str, when: datetime, at: Situation) -> Footing:
    """Agreement is what it stood on only if it held then; one that an outsider asserts is none of ours (I15)."""
    request = request_of(case, fact)
    if request is None or agreed_categories(case, request, case.agreements, when, at) is None:
        return Footing()
    refs = relied_on(case, request, when, at)
    if not refs:
        return Footing(at.policy.lawful_bases.get("B"))
    opened = sendable(case, request, when, at) if recipient.startswith("service:") else ()
    return Footing(at.policy.lawful_bases.get("A"), tuple(sorted(opened)), refs)


def relied_on(case: Case, request: Request, when: datetime, at: Situation) -> tuple[AgreementRef, ...]:
    """The agreements on which sharing for this request stands at *when*; the asker's alone for a direct one (I14)."""
    asked = request.asked
    if asked.route == "external":
        return ()
    if asked.route == "school" or asked.requester.person is None:
        return agreement_set(case, asked.service, asked.purpose, when, at.policy).relied_on()
    own = standing(case.agreements, asked.requester.person, asked.service, asked.purpose, when, at.policy.tz)
    if not own.granted or own.agreement_id is None:
        return ()
    return (AgreementRef(id=own.agreement_id, granted_at_version=own.granted_at_version),)
