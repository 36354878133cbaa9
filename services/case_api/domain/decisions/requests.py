"""Asking a partner service for help: by the school, by an outside professional, or directly by the family."""

from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.facts.agreements import ConsentGranted, Scope
from case_api.domain.facts.requests import (
    AssistanceRequested,
    InputKind,
    Requester,
)
from case_api.domain.questions import asking
from case_api.domain.questions.agreement_set import agreement_set
from case_api.domain.questions.answering import with_consequences
from case_api.domain.questions.asking_agreed import by_then, everybody_agreed
from case_api.domain.questions.drafting import MOST_CONTRIBUTORS, MOST_MEASURES, MOST_NEEDS
from case_api.domain.questions.overriding import an_override_serves_no_ordinary_request
from case_api.domain.questions.parties import an_assent_names_who_helped
from case_api.domain.questions.references import known, known_people
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import (
    AssertedAgreement,
    Code,
    Contributor,
    Language,
    Line,
    MeasureTried,
    OverrideId,
    PersonId,
    ServiceCode,
    Text,
)

Inputs = Annotated[tuple[InputKind, ...], Field(min_length=1, max_length=4)]
Categories = Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]


class _Request(Command):
    service: ServiceCode
    """The partner service that is asked, as the directory names it."""
    purpose: Code
    """One of the purposes that the directory lists for the service."""
    input_sought: Inputs = ("consultation",)
    """The kinds of help that are asked for."""
    urgency: Literal["routine", "soon", "urgent"] = "routine"


class SchoolRequest(_Request):
    """The Pupil Support Team asks, with what was tried, who contributed, and everybody's agreement."""

    route: Literal["school"]
    """`school`: the school asks."""
    categories: Categories
    """The categories of information that go to the service; everybody must have agreed to each."""
    need_refs: Annotated[tuple[Code, ...], Field(max_length=MOST_NEEDS)] = ()
    """The assessed needs that the request is about."""
    measures_tried: Annotated[tuple[MeasureTried, ...], Field(max_length=MOST_MEASURES)] = ()
    """Which support was tried for which need."""
    contributors: Annotated[tuple[Contributor, ...], Field(max_length=MOST_CONTRIBUTORS)] = ()
    """Staff whose information the request brings together."""
    statutory_basis: Code | None = None
    """The duty in law on which the school asks, if there is one, as a code."""
    exception_reason: Text | None = None
    """Why it cannot wait until supports were tried for each need."""
    override_ref: OverrideId | None = None
    """Never: an override of consent serves nothing outside its own child-protection matter (I8)."""

    examples = ({
        "route": "school",
        "service": "slt",
        "purpose": "speech",
        "categories": ["identity_contact", "learning_profile"],
        "need_refs": ["receptive_language"],
        "measures_tried": [
            {"measure_id": "0b8f2f5e-3a47-4f4e-8d1c-7a5e9c6b1d20", "need_ref": "receptive_language"}
        ],
        "contributors": [{"staff": "okafor", "role": "teacher"}, {"staff": "roy", "role": "pupil_support"}],
    },)  # fmt: skip


class ExternalRequest(_Request):
    """An outside professional asked, and says whose agreement they obtained."""

    route: Literal["external"]
    """`external`: a professional outside the school asks."""
    requester: Requester
    """Who asks."""
    asserted_agreements: Annotated[tuple[AssertedAgreement, ...], Field(min_length=1, max_length=10)]
    """Whose agreement the requester says they obtained, and how."""

    examples = ({
        "route": "external",
        "service": "slt",
        "purpose": "speech",
        "requester": {"kind": "professional", "role": "health_visitor", "name": "Isla Munro"},
        "asserted_agreements": [{"party": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11", "how": "on paper, at home"}],
    },)  # fmt: skip


class DirectRequest(_Request):
    """A carer or the learner asks a service that accepts direct requests."""

    route: Literal["direct"]
    """`direct`: a carer or the learner asks the service themselves."""
    asked_by: PersonId
    """The carer or learner who asks."""
    categories: Categories
    """The categories of information that they let the service have."""
    language: Language = "en"
    """In which they want to be answered."""
    tell_parents: bool = True
    """For a learner who asks: whether the carers may hear of it."""
    helped_by: Line | None = None
    """Who helped a child who cannot decide alone to ask."""

    examples = ({
        "route": "direct",
        "service": "counselling",
        "purpose": "talking",
        "asked_by": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b10",
        "categories": ["identity_contact"],
        "helped_by": "Ms Okafor",
    },)  # fmt: skip


RequestAssistance = Annotated[SchoolRequest | ExternalRequest | DirectRequest, Field(discriminator="route")]


def request_assistance(case: Case, command: SchoolRequest | ExternalRequest | DirectRequest, at: Situation) -> Decision:
    outsider = asking.an_outside_professional_asks_in_their_own_name(at)
    if outsider and not isinstance(command, ExternalRequest):
        return decided(outsider)
    match command:
        case SchoolRequest():
            return request_by_school(case, command, at)
        case ExternalRequest():
            return request_from_outside(case, command, at)
        case DirectRequest():
            return request_directly(case, command, at)


def request_by_school(case: Case, command: SchoolRequest, at: Situation) -> Decision:
    parties = agreement_set(case, command.service, command.purpose, at.now, at.policy)
    then = agreement_set(case, command.service, command.purpose, by_then(command, at), at.policy)
    request_id = at.new_id()
    return decided(
        an_override_serves_no_ordinary_request(command.override_ref),
        asking.the_service_offers_it(command.service, command.purpose, at),
        known("/categories", command.categories, at.policy.agreements.categories),
        known("/measures_tried", (one.measure_id for one in command.measures_tried), case.supports.by_id),
        *everybody_agreed(parties, then, command.categories, at),
        asking.what_is_sent_serves_the_purpose(command.categories, command.service, command.purpose, at),
        asking.strategies_come_before_agencies(
            case, command.need_refs, command.measures_tried, command.exception_reason
        ),
        asking.the_pupil_support_team_asks(at),
        asking.several_roles_contributed(case, command.contributors, at),
        asking.the_service_takes_school_requests(command.service, at),
        then=AssistanceRequested(
            request_id=request_id,
            requester=Requester(kind="staff", role=at.actor.role, name=at.actor.subject),
            agreement_refs=parties.relied_on(),
            due_on=at.policy.due(command.statutory_basis, at.day_of(command)) if command.statutory_basis else None,
            **command.said(without={"occurred_at"}),
        ),
        created=request_id,
    )


def request_from_outside(case: Case, command: ExternalRequest, at: Situation) -> Decision:
    request_id = at.new_id()
    asserted = [one.party for one in command.asserted_agreements]
    return decided(
        asking.the_service_offers_it(command.service, command.purpose, at),
        known_people("/asserted_agreements", asserted, case),
        asking.an_outside_requester_is_a_professional(command.requester),
        then=AssistanceRequested(request_id=request_id, **command.said(without={"occurred_at"})),
        created=request_id,
    )


def request_directly(case: Case, command: DirectRequest, at: Situation) -> Decision:
    """I14: the asker's own agreement suffices; asking is agreeing, so both stand in the one append."""
    scope = Scope(service=command.service, purpose=command.purpose, categories=command.categories)
    sought, granted = asking.own_agreement(
        case, command.asked_by, scope, command.language, command.helped_by, at.day_of(command), at
    )
    requested = _requested_directly(case, command, granted, at)
    return decided(
        asking.the_service_offers_it(command.service, command.purpose, at),
        known_people("/asked_by", (command.asked_by,), case),
        known("/categories", command.categories, at.policy.agreements.categories),
        asking.a_direct_request_is_the_familys_own(at),
        asking.the_service_takes_direct_requests(command.service, at),
        asking.an_asker_holds_the_right_to_ask(case, command.asked_by),
        asking.parents_are_told_of_a_young_childs_request(granted, command.tell_parents),
        an_assent_names_who_helped(granted),
        asking.what_is_sent_serves_the_purpose(command.categories, command.service, command.purpose, at),
        then=(sought, *with_consequences(case, granted, command, at, "withdrawn"), requested),
        created=requested.request_id,
    )


def _requested_directly(
    case: Case, command: DirectRequest, granted: ConsentGranted, at: Situation
) -> AssistanceRequested:
    asker = "learner" if case.people.is_learner(command.asked_by) else "carer"
    return AssistanceRequested(
        request_id=at.new_id(),
        route="direct",
        requester=Requester(kind=asker, role=granted.given_as, person=command.asked_by),
        agreement_refs=(asking.ref_of(granted, case.version + 2),),
        parents_told=command.tell_parents,
        **command.model_dump(include={"service", "purpose", "input_sought", "categories", "urgency"}),
    )
