"""Requests for assistance: who asked which service for what, relying on which agreements, and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from functools import reduce
from typing import Annotated, Literal

from pydantic import Field

from case_api.domain.entries import with_entry
from case_api.domain.event import Event, Recorded
from case_api.domain.words import (
    AgreementRef,
    AssertedAgreement,
    Code,
    Contributor,
    Line,
    MeasureTried,
    OverrideId,
    PersonId,
    RequestId,
    ServiceCode,
    Text,
    Value,
    has_come,
)

InputKind = Literal["consultation", "assessment", "advice", "ongoing"]
Route = Literal["school", "external", "direct"]


_FOR_SLT = {"request_id": "019a8052-4c00-7173-a6a7-b3e092547199", "service": "slt"}


class Requester(Value):
    """Who asked: a member of staff, an outside professional, or the carer or learner themselves."""

    kind: Literal["staff", "professional", "carer", "learner"]
    role: Code
    name: Line | None = None
    person: PersonId | None = None


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
    override_ref: OverrideId | None = Field(default=None, description="In a child-protection matter only.")
    asserted_agreements: tuple[AssertedAgreement, ...] = ()
    parents_told: bool = True
    statutory_basis: Code | None = None
    due_on: date | None = Field(default=None, description="The last day of that duty, by the policy in force then.")
    exception_reason: Text | None = None
    urgency: Literal["routine", "soon", "urgent"] = "routine"

    examples = ({
        **_FOR_SLT, "route": "school", "purpose": "speech_and_language",
        "requester": {"kind": "staff", "role": "pupil_support", "name": "hay"},
        "input_sought": ["assessment", "advice"], "categories": ["identity_contact", "learning_profile"],
        "need_refs": ["receptive_language"],
        "measures_tried": [{"measure_id": "01995220-1000-7e40-a374-80bd6f214e66", "need_ref": "receptive_language"}],
        "contributors": [{"staff": "okafor", "role": "teacher"}, {"staff": "hay", "role": "pupil_support"}],
        "agreement_refs": [{"id": "019a70e5-b000-7062-9596-a2df81436088", "granted_at_version": 21}],
        "statutory_basis": "asl_s23", "due_on": "2026-01-23",
    },)  # fmt: skip


class AssistanceWithdrawn(Event, grounds="6.3 Requesting assistance", covers=("R79", "R83")):
    """A request that had not been accepted was taken back. The service is told no more than that."""

    correctable = False
    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    cause: Literal["agreement_withdrawn", "agreement_expired", "no_longer_needed"]
    reason: Text | None = None

    examples = ({**_FOR_SLT, "cause": "agreement_withdrawn"},)


class AssistanceAcknowledged(Event, grounds="6.3 Communication", covers=("R83",)):
    """The service received the request."""

    correctable = False
    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    received_by: Line
    reference: Line | None = None

    examples = ({**_FOR_SLT, "received_by": "Duty therapist", "reference": "SLT-2025-311"},)


class FurtherInformationRequested(Event, grounds="6.3 Communication", covers=("R83",)):
    """The service needs to know more before it can answer."""

    correctable = False
    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    items: Annotated[tuple[Text, ...], Field(min_length=1)]

    examples = ({**_FOR_SLT, "items": ["Which languages are spoken at home?"]},)


class FurtherInformationSupplied(Event, grounds="6.3 Communication", covers=("R83",)):
    """The school answered what the service had asked."""

    correctable = False
    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    items: Annotated[tuple[Text, ...], Field(min_length=1)]

    examples = ({**_FOR_SLT, "items": ["Polish and English; both parents read to her."]},)


class AssistanceAccepted(Event, grounds="6.3 Kinds of input", covers=("R70", "R93")):
    """The service takes the request on, for one kind of input; another acceptance adds another kind."""

    correctable = False
    refs = ("request_id", "service", "input_kind")
    request_id: RequestId
    service: ServiceCode
    input_kind: InputKind
    practitioner: Line
    expected_start: date | None = None
    expected_wait_weeks: Annotated[int, Field(ge=0, le=260)] | None = None

    examples = ({**_FOR_SLT, "input_kind": "assessment", "practitioner": "Ms Rao", "expected_wait_weeks": 6},)


class AssistanceDeclined(Event, grounds="6.3 Communication", covers=("R83",)):
    """The service does not take the request on, says why, and what might help instead."""

    correctable = False
    refs = ("request_id", "service")
    request_id: RequestId
    service: ServiceCode
    reason_code: Code
    explanation: Text
    advice: Text
    signposted_to: Line | None = None

    examples = ({
        **_FOR_SLT, "reason_code": "below_threshold", "signposted_to": "Harbour Counselling",
        "explanation": "Short-term support nearby fits better.", "advice": "Ask about counselling in school.",
    },)  # fmt: skip


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
    since: date | datetime | None = None
    answers: tuple[tuple[date | datetime, Event], ...] = ()

    def as_at(self, at: datetime, zone: tzinfo) -> "Request":
        """The request as far as its answers had come by *at*."""
        asked = Request(self.asked, self.asked_at, self.at_version)
        come = (answer for answer in self.answers if has_come(answer[0], at, zone))
        return reduce(lambda request, answer: answered(request, answer[1], answer[0]), come, asked)


@dataclass(frozen=True, slots=True)
class Requests:
    by_id: Mapping[RequestId, Request] = field(default_factory=dict)


def answered(request: Request, fact: Event, occurred_at: date | datetime) -> Request:
    """The request after one answer, which it keeps with its date."""
    moved = _moved(request, fact, occurred_at)
    since = occurred_at if moved.state != request.state else request.since
    return replace(moved, since=since, answers=(*request.answers, (occurred_at, fact)))


def _moved(request: Request, fact: Event, occurred_at: date | datetime) -> Request:
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
            since = request.accepted_on or occurred_at
            return replace(request, state="accepted", accepted=(*request.accepted, fact.input_kind), accepted_on=since)
        case AssistanceDeclined():
            return replace(request, state="declined")
        case _:
            return request


ANSWERS = (
    AssistanceWithdrawn
    | AssistanceAcknowledged
    | FurtherInformationRequested
    | FurtherInformationSupplied
    | AssistanceAccepted
    | AssistanceDeclined
)


def evolve(requests: Requests, fact: Event, at: Recorded) -> Requests:
    if isinstance(fact, AssistanceRequested):
        return Requests(with_entry(requests.by_id, fact.request_id, Request(fact, at.occurred_at, at.version)))
    request = requests.by_id.get(fact.request_id) if isinstance(fact, ANSWERS) else None
    if request is None:
        return requests
    return Requests(with_entry(requests.by_id, request.asked.request_id, answered(request, fact, at.occurred_at)))
