"""Situations as the field names them: a registered learner with two carers, everybody asked, an open involvement."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from case_api.domain.decisions.agreements import GrantAgreement, RefuseAgreement, SeekAgreement
from case_api.domain.decisions.agreements_ended import WithdrawAgreement
from case_api.domain.decisions.requests import DirectRequest, SchoolRequest
from case_api.domain.event import Event
from case_api.domain.facts.agreements import (
    ConsentGranted,
    ConsentRefused,
    ConsentSought,
    ConsentWithdrawn,
    Explained,
    Scope,
)
from case_api.domain.facts.assessments import Need, NeedsAssessed, ViewsRecorded
from case_api.domain.facts.authority import Authority, Purpose, ServiceListed
from case_api.domain.facts.involvement import InvolvementPaused
from case_api.domain.facts.people import CarerLinked, LearnerRegistered, Rights
from case_api.domain.facts.requests import AssistanceAccepted, AssistanceRequested, Requester
from case_api.domain.facts.supports import SupportEffectObserved, UniversalSupportApplied
from case_api.domain.words import AgreementRef, Contributor, MeasureTried
from tests.canaries import named, said


def the(name: str) -> UUID:
    """The id of whatever bears this name in the tests."""
    return uuid5(UUID(int=0), name)


MAJA, ANNA, TOM, DEAN, NEIGHBOUR = (the(name) for name in ("maja", "anna", "tom", "dean", "neighbour"))
TIMETABLE, REQUEST, CONCERN = the("timetable"), the("request"), the("concern")
CATEGORIES = ("identity_contact", "learning_profile", "strategies_and_effect")


def _listed(service: str, purpose: str, *needs: tuple[str, ...], **more: Any) -> ServiceListed:
    return ServiceListed(
        service=service,
        title=service.title(),
        agency="Strathlorne",
        sector="health",
        role="Helps",
        purposes=(Purpose(code=purpose, needs=needs),),
        **more,
    )


DIRECTORY = Authority(
    services={
        "slt": _listed("slt", "speech"),
        "eps": _listed("eps", "consultation", ("learning_profile",)),
        "harbour": _listed("harbour", "counselling", ("identity_contact",), ("attendance", "wellbeing_summary")),
        "young_carers": _listed("young_carers", "respite", ("identity_contact",), direct_requests=True),
        "helpline": _listed("helpline", "talking", school_requests=False, direct_requests=True),
    }
)

# Who is there
REGISTERED = LearnerRegistered(
    person_id=MAJA,
    name=named("Maja Nowak-Reid"),
    date_of_birth=date(2016, 5, 11),
    setting="burnside-primary",
    languages=("en", "pl"),
)
AT_TWELVE = REGISTERED.model_copy(update={"date_of_birth": date(2012, 9, 30)})


def carer(person: UUID, name: str, **more: Any) -> CarerLinked:
    return CarerLinked(
        person_id=person,
        name=name,
        relationship="parent",
        parental_responsibilities_and_rights=Rights(held=more.pop("holds_rights", True)),
        **more,
    )


MOTHER, FATHER = carer(ANNA, named("Anna Nowak")), carer(TOM, named("Tom Reid"))
BARRED = carer(DEAN, named("Dean Boyd"), may_contact=False, restriction_reason=said("court order"))
FRIEND_NEXT_DOOR = carer(NEIGHBOUR, named("Ina Gow"), holds_rights=False)
FAMILY = (REGISTERED, MOTHER, FATHER)
FAMILY_OF_A_TWELVE_YEAR_OLD = (AT_TWELVE, MOTHER, FATHER)

# What the school did
NEED_ASSESSED = NeedsAssessed(assessment_id=the("assessment"), tool="cps", needs=(Need(code="language"),))
APPLIED = UniversalSupportApplied(
    measure_id=TIMETABLE,
    strategy_code="visual_timetable",
    catalogue_version="scotland-generic@1",
    area="physical",
    need_refs=("language",),
    started_on=date(2025, 9, 16),
    by="okafor",
)
OBSERVED = SupportEffectObserved(
    measure_id=TIMETABLE, score=1, place="school", evidence=said("Starts alone."), by="okafor"
)
TRIED_AND_OBSERVED = (NEED_ASSESSED, APPLIED, OBSERVED)


def views_of(person: UUID, name: str = "") -> ViewsRecorded:
    return ViewsRecorded(
        views_id=the(f"views {name or person}"), party=person, how_gathered="talk", views=said("Pictures, please.")
    )


# What the family was asked, and what they said
def scope(*categories: str, service: str = "slt", purpose: str = "speech") -> Scope:
    return Scope(service=service, purpose=purpose, categories=categories or CATEGORIES)


def asked(person: UUID, about: Scope | None = None, again: str = "", **more: Any) -> ConsentSought:
    return ConsentSought(
        agreement_id=agreement(person, again),
        party=person,
        scope=about or scope(),
        explained=Explained(how="talk", language="en"),
        alternatives_explained=True,
        **more,
    )


def agreement(person: UUID, again: str = "") -> UUID:
    """The agreement that a person was asked for; another one where they were asked again."""
    return the(f"agreement {person} {again}")


def agreed(person: UUID, about: Scope | None = None, again: str = "", **more: Any) -> ConsentGranted:
    young = person == MAJA
    said = {
        "given_as": "assent_under_age" if young else "carer",
        "helped_by": named("Mr Dar") if young else None,
        "kinds": ("agreement_to_request", "consent_to_share"),
        "holds_from": date(2025, 9, 15),
        "until": date(2026, 9, 15),
        "route": "in_person",
    } | more
    return ConsentGranted(agreement_id=agreement(person, again), party=person, scope=about or scope(), **said)


def refused(person: UUID, about: Scope | None = None, again: str = "", *, willing: bool = False) -> ConsentRefused:
    return ConsentRefused(
        agreement_id=agreement(person, again), party=person, scope=about or scope(), willing_to_discuss=willing
    )


def withdrew(person: UUID, effective_at: datetime, about: Scope | None = None, again: str = "") -> ConsentWithdrawn:
    return ConsentWithdrawn(
        agreement_id=agreement(person, again),
        party=person,
        scope_withdrawn=about or scope(),
        effective_at=effective_at,
        route="in_person",
        told_consequences=True,
    )


EVERYBODY_ASKED = (asked(ANNA), asked(TOM), asked(MAJA))
EVERYBODY_AGREED = (*EVERYBODY_ASKED, agreed(ANNA), agreed(TOM), agreed(MAJA))
READY_TO_ASK: tuple[Event, ...] = (*FAMILY, *TRIED_AND_OBSERVED, *EVERYBODY_AGREED)

# What a service was asked, and how far it came
REQUESTED = AssistanceRequested(
    request_id=REQUEST,
    route="school",
    requester=Requester(kind="staff", role="pupil_support", name="hay"),
    service="slt",
    purpose="speech",
    input_sought=("assessment", "advice"),
    categories=CATEGORIES,
    need_refs=("language",),
    agreement_refs=(AgreementRef(id=agreement(ANNA), granted_at_version=10),),
)
ACCEPTED = AssistanceAccepted(request_id=REQUEST, service="slt", input_kind="assessment", practitioner="Ms Rao")
PAUSED = InvolvementPaused(request_id=REQUEST, service="slt", cause="withdrawn", acknowledge_by=date(2025, 11, 21))
OPEN_REQUEST: tuple[Event, ...] = (*READY_TO_ASK, REQUESTED)
OPEN_INVOLVEMENT: tuple[Event, ...] = (*OPEN_REQUEST, ACCEPTED)


# What is asked for
def seek(person: UUID, about: Scope | None = None, language: str = "en", **more: Any) -> SeekAgreement:
    return SeekAgreement(
        party=person,
        scope=about or scope(),
        explained=Explained(how="talk", language=language),
        alternatives_explained=True,
        **more,
    )


def agree(**more: Any) -> GrantAgreement:
    return GrantAgreement(answer="granted", route="in_person", **more)


def refuse(*, willing: bool = False, **more: Any) -> RefuseAgreement:
    return RefuseAgreement(answer="refused", willing_to_discuss=willing, **more)


def withdraw(*categories: str, **more: Any) -> WithdrawAgreement:
    return WithdrawAgreement(categories=categories or None, route="in_person", told_consequences=True, **more)


def request_slt(**more: Any) -> SchoolRequest:
    """The school's request to speech and language therapy, with everything in order on the school's side."""
    said = {
        "service": "slt",
        "purpose": "speech",
        "input_sought": ("assessment", "advice"),
        "categories": CATEGORIES,
        "need_refs": ("language",),
        "measures_tried": (MeasureTried(measure_id=TIMETABLE, need_ref="language"),),
        "contributors": (Contributor(staff="okafor", role="teacher"), Contributor(staff="hay", role="pupil_support")),
    } | more
    return SchoolRequest(route="school", **said)


def ask_directly(person: UUID, **more: Any) -> DirectRequest:
    said = {"service": "young_carers", "purpose": "respite", "categories": ("identity_contact",)} | more
    return DirectRequest(route="direct", asked_by=person, **said)
