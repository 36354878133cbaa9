"""Asking a partner service for help: by the school, by an outside professional, or directly by the family."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.command import Command, Situation
from case_api.domain.event import Event
from case_api.domain.facts.agreements import ConsentGranted, Scope
from case_api.domain.facts.involvement import InvolvementEnded
from case_api.domain.facts.requests import (
    AssistanceRequested,
    AssistanceWithdrawn,
    FurtherInformationSupplied,
    InputKind,
    Requester,
)
from case_api.domain.questions import asking
from case_api.domain.questions.agreement_set import agreement_set
from case_api.domain.questions.answering import with_consequences
from case_api.domain.questions.asking_refused import RequestNoLongerOpen
from case_api.domain.questions.parties import an_assent_names_who_helped
from case_api.domain.questions.references import NotOnThisCase, known, known_people
from case_api.domain.questions.request_state import TERMINAL, state_of
from case_api.domain.questions.sharing import the_school_shares_on_a_ground_of_its_own, what_is_sent_is_still_agreed
from case_api.domain.refusal import Decision, decided
from case_api.domain.words import (
    AssertedAgreement,
    Code,
    Contributor,
    Language,
    Line,
    MeasureTried,
    PersonId,
    RequestId,
    ServiceCode,
    Text,
    end_of,
)

Inputs = Annotated[tuple[InputKind, ...], Field(min_length=1, max_length=4)]
Categories = Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]


class _Request(Command):
    service: ServiceCode
    purpose: Code
    input_sought: Inputs = ("consultation",)
    urgency: Literal["routine", "soon", "urgent"] = "routine"


class SchoolRequest(_Request):
    """The Pupil Support Team asks, with what was tried, who contributed, and everybody's agreement."""

    route: Literal["school"]
    categories: Categories
    need_refs: Annotated[tuple[Code, ...], Field(max_length=30)] = ()
    measures_tried: Annotated[tuple[MeasureTried, ...], Field(max_length=60)] = ()
    contributors: Annotated[tuple[Contributor, ...], Field(max_length=30)] = ()
    statutory_basis: Code | None = None
    exception_reason: Text | None = None


class ExternalRequest(_Request):
    """An outside professional asked, and says whose agreement they obtained."""

    route: Literal["external"]
    requester: Requester
    asserted_agreements: Annotated[tuple[AssertedAgreement, ...], Field(min_length=1, max_length=10)]


class DirectRequest(_Request):
    """A carer or the learner asks a service that accepts direct requests."""

    route: Literal["direct"]
    asked_by: PersonId
    categories: Categories
    language: Language = "en"
    tell_parents: bool = True
    helped_by: Line | None = None


RequestAssistance = Annotated[SchoolRequest | ExternalRequest | DirectRequest, Field(discriminator="route")]


class WithdrawRequest(Command):
    """The school takes back a request that was not accepted yet, or ends work that is paused."""

    reason: Text


class SupplyInformation(Command):
    """The school answers what the service wanted to know."""

    items: Annotated[tuple[Text, ...], Field(min_length=1, max_length=30)]


def request_assistance(case: Case, command: SchoolRequest | ExternalRequest | DirectRequest, at: Situation) -> Decision:
    match command:
        case SchoolRequest():
            return request_by_school(case, command, at)
        case ExternalRequest():
            return request_from_outside(case, command, at)
        case DirectRequest():
            return request_directly(case, command, at)


def request_by_school(case: Case, command: SchoolRequest, at: Situation) -> Decision:
    parties = agreement_set(case, command.service, command.purpose, at.now, at.policy)
    then = agreement_set(case, command.service, command.purpose, _asked_by_then(command, at), at.policy)
    request_id = at.new_id()
    return decided(
        asking.the_service_offers_it(command.service, command.purpose, at),
        known("/categories", command.categories, at.policy.agreements.categories),
        known("/measures_tried", (one.measure_id for one in command.measures_tried), case.supports.by_id),
        asking.no_grant_stands_against_a_refusal(parties),
        asking.everyone_agrees_unless_a_child_needs_protection(parties, command.categories)
        or asking.everyone_agrees_unless_a_child_needs_protection(then, command.categories),
        asking.every_parent_who_can_be_asked_was_asked(parties, at.policy),
        asking.the_learner_agrees_as_their_age_allows(parties, at.policy),
        asking.what_is_sent_serves_the_purpose(command.categories, command.service, command.purpose, at),
        asking.strategies_come_before_agencies(
            case, command.need_refs, command.measures_tried, command.exception_reason
        ),
        asking.the_pupil_support_team_asks(at),
        asking.several_roles_contributed(command.contributors, at.policy),
        asking.the_service_takes_school_requests(command.service, at),
        then=AssistanceRequested(
            request_id=request_id,
            requester=Requester(kind="staff", role=at.actor.role, name=at.actor.subject),
            agreement_refs=parties.relied_on(),
            **command.model_dump(exclude={"occurred_at"}),
        ),
        created=request_id,
    )


def _asked_by_then(command: SchoolRequest, at: Situation) -> datetime:
    """Agreement comes before the request (R79): also before one that is recorded late; a day counts to its end."""
    return min(at.now, end_of(at.occurred(command), at.policy.tz))


def request_from_outside(case: Case, command: ExternalRequest, at: Situation) -> Decision:
    request_id = at.new_id()
    asserted = [one.party for one in command.asserted_agreements]
    return decided(
        asking.the_service_offers_it(command.service, command.purpose, at),
        known_people("/asserted_agreements", asserted, case),
        asking.an_outside_requester_is_a_professional(command.requester),
        then=AssistanceRequested(request_id=request_id, **command.model_dump(exclude={"occurred_at"})),
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
        asking.an_outside_professional_asks_in_their_own_name(at),
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


def withdraw_request(case: Case, request_id: RequestId, command: WithdrawRequest, _: Situation) -> Decision:
    request = case.requests.by_id.get(request_id)
    if request is None:
        return decided(NotOnThisCase())
    state = state_of(case, request)
    if state in ("withdrawn", "ended"):
        return decided()
    return decided(
        None if state in ("requested", "acknowledged", "on_hold") else RequestNoLongerOpen(),
        then=_taken_back(request.asked, command.reason, is_paused=state == "on_hold"),
    )


def _taken_back(asked: AssistanceRequested, reason: str, *, is_paused: bool) -> Event:
    """Before the service accepted, the request is withdrawn; paused work, which the service cannot end, is ended."""
    if is_paused:
        return InvolvementEnded(request_id=asked.request_id, service=asked.service, outcome="withdrawn", summary=reason)
    return AssistanceWithdrawn(
        request_id=asked.request_id, service=asked.service, cause="no_longer_needed", reason=reason
    )


def supply_information(case: Case, request_id: RequestId, command: SupplyInformation, at: Situation) -> Decision:
    request = case.requests.by_id.get(request_id)
    if request is None:
        return decided(NotOnThisCase())
    return decided(
        RequestNoLongerOpen() if state_of(case, request) in TERMINAL else None,
        what_is_sent_is_still_agreed(case, request, at),
        the_school_shares_on_a_ground_of_its_own(case, request, at),
        then=FurtherInformationSupplied(request_id=request_id, service=request.asked.service, items=command.items),
    )
