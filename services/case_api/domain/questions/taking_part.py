"""Who takes part in a meeting or a plan: whom a pack went to, who will come, and who said they would do something."""

from collections.abc import Iterator
from datetime import date

from case_api.domain.case import Case
from case_api.domain.event import Event
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.meetings import MeetingHeld, MeetingPackIssued
from case_api.domain.facts.plans import PlanAgreed
from case_api.domain.questions.teaching import assigned_on
from case_api.domain.words import PersonId, staff_recipient


def invited(case: Case, fact: Event) -> Iterator[PersonId]:
    """The people to whom a pack went and who may still be contacted; nobody for any other fact."""
    if isinstance(fact, MeetingPackIssued):
        for one in fact.to:
            carer = case.people.carers.get(one.person)
            if carer is None or carer.may_contact:
                yield one.person


def services_invited(fact: Event) -> Iterator[tuple[str, str]]:
    """The services to which a pack went as well: they hear that there is a meeting, and read nothing of the pack."""
    if isinstance(fact, MeetingPackIssued):
        for service in dict.fromkeys(fact.services):
            yield f"service:{service}", "service"


def attending(fact: Event, authority: Authority, today: date) -> Iterator[tuple[str, str]]:
    """The staff among those who will be there, as the directory names them on that day; who shares a name, is none."""
    if isinstance(fact, MeetingPackIssued):
        for attendee in fact.attendees:
            named = {one.staff for one in assigned_on(authority, today) if attendee.name in (one.staff, one.name)}
            if len(named) == 1 and authority.email_of(staff := named.pop()):
                yield staff_recipient(staff), "attendee"


def doers(fact: Event, authority: Authority) -> Iterator[tuple[str, str]]:
    """The staff who took something on (R86), as far as the directory knows how to reach them."""
    names: tuple[str, ...] = ()
    if isinstance(fact, MeetingHeld):
        names = tuple(action.who for action in fact.actions)
    elif isinstance(fact, PlanAgreed):
        names = tuple(need.responsible for need in fact.needs)
    for name in dict.fromkeys(names):
        if authority.email_of(name):
            yield staff_recipient(name), "doer"
