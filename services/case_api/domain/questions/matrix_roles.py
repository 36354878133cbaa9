"""The roles of the policy's matrix: for each, who that is around one event (R11, R40, R83, R92).

Each answer is a recipient, `service:<code>`, `staff:<subject>` or a person's id, and the role in which they hear.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from case_api.domain.case import Case
from case_api.domain.event import Event
from case_api.domain.facts.assessments import ViewsRecorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.concerns import Concern
from case_api.domain.facts.recommendations import RecommendationMade
from case_api.domain.facts.requests import Request
from case_api.domain.facts.transfers import RecordTransferred
from case_api.domain.policy import Policy
from case_api.domain.questions.coordination import coordinating_staff_on
from case_api.domain.questions.postcard_sides import other_side
from case_api.domain.questions.recommendations import audience_of
from case_api.domain.questions.taking_part import attending, doers, invited, services_invited
from case_api.domain.questions.teaching import teachers_of
from case_api.domain.questions.watching import leads, owner, slow_readers
from case_api.domain.words import PersonId, staff_recipient

Heard = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class About:
    """The fact that somebody is to hear of, and where and when."""

    case: Case
    fact: Event
    authority: Authority
    today: date
    policy: Policy

    @property
    def request(self) -> Request | None:
        return request_of(self.case, self.fact)


def request_of(case: Case, fact: Event) -> Request | None:
    """The request for assistance that a fact is about."""
    request_id = getattr(fact, "request_id", None)
    return case.requests.by_id.get(request_id) if request_id else None


def concern_of(case: Case, fact: Event) -> Concern | None:
    """The concern that a fact is about."""
    concern_id = getattr(fact, "concern_id", None)
    return case.concerns.by_id.get(concern_id) if concern_id else None


def nobody(_: About) -> Heard:
    yield from ()


def _carers(about: About) -> Heard:
    """Contactable carers; of a learner's own direct request only if the learner wants them told (I14)."""
    request = about.request
    for carer in about.case.people.carers.values():
        asked_themselves = request is not None and request.asked.requester.person == carer.person_id
        kept_private = request is not None and not request.asked.parents_told and not asked_themselves
        if carer.may_contact and not kept_private:
            yield str(carer.person_id), "carer"


def _learner(about: About) -> Heard:
    """A learner who said how they want to be reached; others hear from the adults beside them, not by a message."""
    people = about.case.people
    if people.learner and people.learner.person_id in people.preferences:
        yield str(people.learner.person_id), "learner"


def _home(about: About) -> Heard:
    """The family, where something is meant for home (R91)."""
    if getattr(about.fact, "for_home", None):
        yield from _carers(about)
        yield from _learner(about)


def _family(about: About) -> Heard:
    """The family, unless what they would hear of is labelled (I30)."""
    if getattr(about.fact, "sensitivity", "routine") == "routine":
        yield from _carers(about)
        yield from _learner(about)


def _teachers(about: About) -> Heard:
    """Who teaches or assists the learner today; of a request that is kept from the parents they hear no more (I14)."""
    if about.request is None or about.request.asked.parents_told:
        yield from _each(teachers_of(about.case, about.authority, about.today), "teacher")


def _party(about: About) -> Heard:
    yield from _person(about.case, getattr(about.fact, "party", None))


def _invited(about: About) -> Heard:
    """Everybody to whom a pack is addressed, whether or not they said how to reach them: then it is told by hand."""
    for person in invited(about.case, about.fact):
        yield from _person(about.case, person)


def _person(case: Case, person: PersonId | None) -> Heard:
    if person is None:
        return
    carer = case.people.carers.get(person)
    if carer is None:
        yield str(person), "learner"
    elif carer.may_contact:
        yield str(person), "carer"


def _service(about: About) -> Heard:
    if about.request:
        yield f"service:{about.request.asked.service}", "service"


def _named_person(about: About) -> Heard:
    yield from _staff(about.case.coordination.named_person_on(about.today), "coordinator")


def _coordinator(about: About) -> Heard:
    yield from _staff(coordinating_staff_on(about.case, about.today), "coordinator")


def _requester(about: About) -> Heard:
    if about.request is None:
        return
    requester = about.request.asked.requester
    yield from _staff(requester.name if requester.kind == "staff" else None, "requester")
    yield from _person(about.case, requester.person)


def _receiver(about: About) -> Heard:
    """Whom a record was sent to, or who took a concern down."""
    if isinstance(about.fact, RecordTransferred):
        yield from _staff(about.fact.to_staff, "receiver")
    concern = concern_of(about.case, about.fact)
    yield from _staff(concern.received_by if concern else None, "receiver")


def _views_heard_by(about: About) -> Heard:
    """Who is to acknowledge what somebody said: who took down the concern that it is about, and who coordinates."""
    if isinstance(about.fact, ViewsRecorded) and about.fact.acknowledged_by is None:
        concern = about.case.concerns.by_id.get(about.fact.about_ref) if about.fact.about_ref else None
        yield from _staff(concern.received_by if concern else None, "receiver")
        yield from _coordinator(about)


def _raiser(about: About) -> Heard:
    concern = concern_of(about.case, about.fact)
    if concern is None:
        return
    if concern.raised_by.staff:
        yield from _staff(concern.raised_by.staff, "raiser")
    else:
        yield from ((name, "raiser") for name, _ in _person(about.case, concern.raised_by.person))


def _audience(about: About) -> Heard:
    """The learner's teachers and assistants for whom a recommendation is meant (R95)."""
    if isinstance(about.fact, RecommendationMade):
        for staff in audience_of(about.case, about.fact, about.authority, about.today):
            yield from _staff(staff, "teacher")


def _shared_with(about: About) -> Heard:
    for staff in getattr(about.fact, "staff", ()):
        yield from _staff(staff, "reader")


def _each(staff: Iterable[str], role: str) -> Heard:
    for subject in staff:
        yield from _staff(subject, role)


def _staff(subject: str | None, role: str) -> Heard:
    if subject:
        yield staff_recipient(subject), role


BY_ROLE: Final[Mapping[str, Callable[[About], Heard]]] = {
    "carers": _carers,
    "learner": _learner,
    "home": _home,
    "party": _party,
    "invited": _invited,
    "service": _service,
    "named_person": _named_person,
    "coordinator": _coordinator,
    "requester": _requester,
    "receiver": _receiver,
    "raiser": _raiser,
    "audience": _audience,
    "shared_with": _shared_with,
    "other_side": lambda about: other_side(about.case, about.fact, about.authority, about.today),
    "owner": lambda about: _each(owner(about.case, about.fact), "owner"),
    "slow_readers": lambda about: _each(slow_readers(about.case, about.fact, about.policy, about.today), "reader"),
    "leads": lambda about: _each(leads(about.case, about.fact, about.authority, about.policy, about.today), "lead"),
    "doers": lambda about: doers(about.fact, about.authority),
    "attendees": lambda about: attending(about.fact, about.authority, about.today),
    "invited_services": lambda about: services_invited(about.fact),
    "teachers": _teachers,
    "family": _family,
    "views_heard_by": _views_heard_by,
}
"""By the role that a pack names; of a role that is not here nobody hears."""
