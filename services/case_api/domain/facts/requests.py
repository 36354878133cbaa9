"""Requests for assistance: who asked which service for what, relying on which agreements, and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.event import Event, Recorded
from case_api.domain.words import (
    AgreementId,
    Code,
    Line,
    MeasureId,
    PersonId,
    RequestId,
    ServiceCode,
    Text,
    Value,
)

InputKind = Literal["consultation", "assessment", "advice", "ongoing"]
Route = Literal["school", "external", "direct"]


class Contributor(Value):
    """Somebody whose information the request brings together (R77)."""

    staff: Line
    role: Code


class MeasureTried(Value):
    measure_id: MeasureId
    need_ref: Code


class AgreementRef(Value):
    """The agreement relied on, and the version of the case at which it was granted."""

    id: AgreementId
    granted_at_version: Annotated[int, Field(ge=1)]


class Requester(Value):
    """Who asked: a member of staff, an outside professional, or the carer or learner themselves."""

    kind: Literal["staff", "professional", "carer", "learner"]
    role: Code
    name: Line | None = None
    person: PersonId | None = None


class AssertedAgreement(Value):
    """An agreement that an outside requester says they obtained (I15)."""

    party: PersonId
    how: Line


class AssistanceRequested(
    Event, grounds="6.3 Requesting assistance", covers=("R75", "R76", "R77", "R78", "R79", "R81", "R82")
):
    """A partner service was asked for help: by the school, by an outside professional, or directly by the family."""

    correctable = False
    refs = ("request_id", "service", "route")
    request_id: RequestId
    route: Route
    requester: Requester
    service: ServiceCode
    purpose: Code
    input_sought: tuple[InputKind, ...]
    categories: tuple[Code, ...] = ()
    need_refs: tuple[Code, ...] = ()
    measures_tried: tuple[MeasureTried, ...] = ()
    contributors: tuple[Contributor, ...] = ()
    agreement_refs: tuple[AgreementRef, ...] = ()
    asserted_agreements: tuple[AssertedAgreement, ...] = ()
    parents_told: bool = True
    statutory_basis: Code | None = None
    exception_reason: Text | None = None
    urgency: Literal["routine", "soon", "urgent"] = "routine"


class AssistanceWithdrawn(Event, grounds="6.3 Requesting assistance", covers=("R79", "R83")):
    """A request that had not been accepted was taken back. The service is told no more than that."""

    correctable = False
    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    cause: Literal["agreement_withdrawn", "agreement_expired", "no_longer_needed"]
    reason: Text | None = None


class AssistanceAcknowledged(Event, grounds="6.3 Communication", covers=("R83",)):
    """The service received the request."""

    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    received_by: Line
    reference: Line | None = None


class FurtherInformationRequested(Event, grounds="6.3 Communication", covers=("R83",)):
    """The service needs to know more before it can answer."""

    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    items: Annotated[tuple[Text, ...], Field(min_length=1)]


class FurtherInformationSupplied(Event, grounds="6.3 Communication", covers=("R83",)):
    """The school answered what the service had asked."""

    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    items: Annotated[tuple[Text, ...], Field(min_length=1)]


class AssistanceAccepted(Event, grounds="6.3 Kinds of input", covers=("R70", "R93")):
    """The service takes the request on, for one kind of input; another acceptance adds another kind."""

    refs = ("request_id", "service", "input_kind")
    request_id: RequestId
    service: ServiceCode
    input_kind: InputKind
    practitioner: Line
    expected_start: date | None = None
    expected_wait_weeks: Annotated[int, Field(ge=0, le=260)] | None = None


class AssistanceDeclined(Event, grounds="6.3 Communication", covers=("R83",)):
    """The service does not take the request on, says why, and what might help instead."""

    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    reason_code: Code
    explanation: Text
    advice: Text
    signposted_to: Line | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One request as far as its answer goes; what follows acceptance is involvement."""

    asked: AssistanceRequested
    asked_at: date | datetime
    at_version: int
    state: Literal["requested", "acknowledged", "accepted", "declined", "withdrawn"] = "requested"
    accepted: tuple[InputKind, ...] = ()
    accepted_on: date | datetime | None = None
    information_wanted: bool = False


@dataclass(frozen=True, slots=True)
class Requests:
    by_id: Mapping[RequestId, Request] = field(default_factory=dict)


def _answered(request: Request, fact: Event, at: Recorded) -> Request:
    match fact:
        case AssistanceWithdrawn():
            return replace(request, state="withdrawn")
        case AssistanceAcknowledged() if request.state == "requested":
            return replace(request, state="acknowledged")
        case FurtherInformationRequested():
            return replace(request, information_wanted=True)
        case FurtherInformationSupplied():
            return replace(request, information_wanted=False)
        case AssistanceAccepted():
            since = request.accepted_on or at.occurred_at
            return replace(
                request, state="accepted", accepted=(*request.accepted, fact.input_kind), accepted_on=since
            )
        case AssistanceDeclined():
            return replace(request, state="declined")
        case _:
            return request


def evolve(requests: Requests, fact: Event, at: Recorded) -> Requests:
    if isinstance(fact, AssistanceRequested):
        return Requests({**requests.by_id, fact.request_id: Request(fact, at.occurred_at, at.version)})
    request = requests.by_id.get(getattr(fact, "request_id", at.stream))
    if request is None:
        return requests
    return Requests({**requests.by_id, request.asked.request_id: _answered(request, fact, at)})
