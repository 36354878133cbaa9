"""Who hears of an event: the policy's matrix, resolved to people and services (R11, R40, R83, R92)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from case_api.domain.case import Case
from case_api.domain.event import Event, Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.concerns import Concern
from case_api.domain.facts.requests import Request
from case_api.domain.policy import Policy, Recipient
from case_api.domain.questions.coordination import coordinating_staff_on
from case_api.domain.questions.postcard_sides import other_side
from case_api.domain.questions.taking_part import doers, invited
from case_api.domain.words import PersonId


@dataclass(frozen=True, slots=True)
class Hearer:
    """One who is to hear: a person's id, `service:<code>` or `staff:<subject>`; in which role; on what footing."""

    recipient: str
    role: str
    duty: str
    channels: tuple[str, ...] = ()


def recipients(case: Case, event: Recorded, policy: Policy, authority: Authority, today: date) -> tuple[Hearer, ...]:
    """Everybody who is to hear of *event* as things stand now, each once, in the matrix's order."""
    found: dict[str, Hearer] = {}
    for entry in policy.recipients.get(type(event.fact).__name__, ()):
        for name, role in _resolved(case, event.fact, entry, authority, today):
            channels = channels_of(case, name, authority)
            found.setdefault(name, Hearer(name, role, entry.duty, channels))
    return tuple(found.values())


def channels_of(case: Case, recipient: str, authority: Authority) -> tuple[str, ...]:
    """The ranked channels by which a recipient can be reached; empty when none is known."""
    kind, _, name = recipient.partition(":")
    if kind == "service":
        listed = authority.services.get(name)
        return ("webhook",) if listed and listed.webhook_url else ()
    if kind == "staff":
        return ("email",) if authority.email_of(name) else ()
    preference = next((one for person, one in case.people.preferences.items() if str(person) == recipient), None)
    return tuple(ranked.channel for ranked in preference.channels) if preference else ()


def _resolved(
    case: Case, fact: Event, entry: Recipient, authority: Authority, today: date
) -> Iterator[tuple[str, str]]:
    request = request_of(case, fact)
    match entry.role:
        case "carers":
            yield from ((str(person), "carer") for person in _carers(case, request))
        case "learner":
            yield from _learner(case)
        case "party":
            party = getattr(fact, "party", None)
            yield from _person(case, party)
        case "service" if request:
            yield f"service:{request.asked.service}", "service"
        case "named_person" | "coordinator":
            named = case.coordination.named_person_on(today)
            staff = named if entry.role == "named_person" else coordinating_staff_on(case, today)
            yield from ((f"staff:{one}", "coordinator") for one in (staff,) if one)
        case "requester" if request:
            yield from _requester(case, request)
        case "other_side":
            yield from other_side(case, fact, authority, today)
        case "invited" | "doers":
            yield from doers(fact, authority) if entry.role == "doers" else _invited(case, fact)
        case "receiver" | "raiser":
            yield from _around(case, concern_of(case, fact), entry.role)


def request_of(case: Case, fact: Event) -> Request | None:
    """The request for assistance that a fact is about."""
    request_id = getattr(fact, "request_id", None)
    return case.requests.by_id.get(request_id) if request_id else None


def concern_of(case: Case, fact: Event) -> Concern | None:
    """The concern that a fact is about."""
    concern_id = getattr(fact, "concern_id", None)
    return case.concerns.by_id.get(concern_id) if concern_id else None


def _carers(case: Case, request: Request | None) -> Iterator[PersonId]:
    """Contactable carers; of a learner's own direct request only if the learner wants them told (I14)."""
    for carer in case.people.carers.values():
        asked_themselves = request is not None and request.asked.requester.person == carer.person_id
        kept_private = request is not None and not request.asked.parents_told and not asked_themselves
        if carer.may_contact and not kept_private:
            yield carer.person_id


def _learner(case: Case) -> Iterator[tuple[str, str]]:
    """A learner who said how they want to be reached; others hear from the adults beside them, not by a message."""
    learner = case.people.learner
    if learner and learner.person_id in case.people.preferences:
        yield str(learner.person_id), "learner"


def _invited(case: Case, fact: Event) -> Iterator[tuple[str, str]]:
    for person in invited(case, fact):
        yield from _learner(case) if case.people.is_learner(person) else _person(case, person)


def _person(case: Case, person: PersonId | None) -> Iterator[tuple[str, str]]:
    if person is None:
        return
    carer = case.people.carers.get(person)
    if carer is None:
        yield str(person), "learner"
    elif carer.may_contact:
        yield str(person), "carer"


def _requester(case: Case, request: Request) -> Iterator[tuple[str, str]]:
    requester = request.asked.requester
    if requester.kind == "staff" and requester.name:
        yield f"staff:{requester.name}", "requester"
    yield from _person(case, requester.person)


def _around(case: Case, concern: Concern | None, role: str) -> Iterator[tuple[str, str]]:
    if concern is None:
        return
    if role == "receiver":
        yield f"staff:{concern.received_by}", "receiver"
    elif concern.raised_by.staff:
        yield f"staff:{concern.raised_by.staff}", "raiser"
    else:
        yield from ((name, "raiser") for name, _ in _person(case, concern.raised_by.person))
