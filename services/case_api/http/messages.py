"""For the notifier: who hears of an event, and leave to send one message now (D19)."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request

from case_api.announcing import CloudEvent, cloud_event
from case_api.domain.event import Recorded
from case_api.domain.facts.requests import Route
from case_api.domain.facts.told import Recipient
from case_api.domain.words import Code
from case_api.http import problem_kinds as kinds
from case_api.http.bodies import documented, json_body
from case_api.http.documents import ERRORS, READ_ERRORS
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import as_problems
from case_api.http.problems import Problem
from case_api.http.tracing import looked
from case_api.office import Office
from case_api.order import Caller
from case_api.permits import NoSuchEvent, PermitRefused, Wanted

router = APIRouter(tags=["messages"])
Notifier = Annotated[Caller, Depends(Roles(("notifier",), "deliver"))]

PERMIT_REFUSED = kinds.kind(
    "permit-refused",
    409,
    "This message must not be sent now.",
    "Do not send it. 'reason' says why: withdrawn, restricted, erased, superseded, no_address or withheld.",
)


class HearerBody(BaseModel):
    """One who is to hear: ids and codes, no address."""

    recipient: str
    role: str
    channels: list[str]
    duty: Literal["A", "B", "F", "N"]


class RecipientsBody(BaseModel):
    """Everybody who is to hear of an event, as things stand now."""

    event_id: UUID
    type: str
    recipients: list[HearerBody]


class PermitWanted(BaseModel):
    """The one message for which leave is asked."""

    model_config = ConfigDict(extra="forbid")

    event_id: UUID
    recipient: Recipient
    template: Code
    channel: Code
    message_id: UUID

    examples: ClassVar[tuple[dict[str, str], ...]] = (
        {
            "event_id": "01991f3a-6c00-7b2e-9d41-3f8a5c7e1b33",
            "recipient": "6a3c8f0e-5d52-4a0b-9a35-0c6f1d7e2b11",
            "template": "support_given",
            "channel": "email",
            "message_id": "5d0f3a52-6c3e-4f0e-9a35-0c6f1d7e2b44",
        },
    )


class MessageFacts(BaseModel):
    """The few plain words that a message may use."""

    setting: str | None = None
    service_name: str | None = None
    contact: str | None = None
    route: Route | None = Field(default=None, description="How the service was asked, where it is about a request.")
    detail: Literal["withheld"] | None = Field(
        default=None, description="Say that it happened and no more: its detail is kept from this person."
    )
    event: CloudEvent | None = Field(default=None, description="For a webhook: the body to post.")


class PermitBody(BaseModel):
    """Leave to send one message until `expires_at`, at most five seconds away."""

    permit: str
    expires_at: AwareDatetime
    to: str
    language: str
    format: str
    facts: MessageFacts


@router.get(
    "/v1/events/{event_id}/recipients",
    summary="Who is to hear of an event",
    responses=READ_ERRORS,
    response_model_exclude_none=True,
)
async def recipients(request: Request, event_id: UUID, _: Notifier, office: InOffice) -> RecipientsBody:
    """For the notifier alone."""
    try:
        with as_problems():
            event, hearers = await office.permits.recipients(event_id)
    except NoSuchEvent:
        raise Problem(kinds.NOT_FOUND) from None
    looked(request.scope, [event.stream])
    told_to = [
        HearerBody.model_validate(
            {"recipient": one.recipient, "role": one.role, "channels": one.channels, "duty": one.duty}
        )
        for one in hearers
    ]
    return RecipientsBody(event_id=event_id, type=event.name, recipients=told_to)


@router.post(
    "/v1/send-permits",
    openapi_extra=documented(PermitWanted),
    summary="Ask for leave to send one message now",
    responses=ERRORS,
    response_model_exclude_none=True,
)
async def send_permit(
    request: Request, body: Annotated[PermitWanted, json_body(PermitWanted)], _: Notifier, office: InOffice
) -> PermitBody:
    """Records nothing. Stands on the case as it is at its head, so a withdrawal always wins."""
    wanted = Wanted(body.event_id, body.recipient, body.channel, body.message_id)
    try:
        with as_problems():
            permit = await office.permits.permit(wanted)
    except NoSuchEvent:
        raise Problem(kinds.NOT_FOUND) from None
    except PermitRefused as refused:
        looked(request.scope, [refused.case_id])
        raise Problem(PERMIT_REFUSED, members={"reason": refused.reason}) from None
    looked(request.scope, [permit.event.stream])
    facts = MessageFacts.model_validate(dict(permit.facts))
    if body.channel == "webhook":
        facts = facts.model_copy(update={"event": _event(request, office, permit.event)})
    return PermitBody(
        permit=permit.permit,
        expires_at=permit.expires_at,
        to=permit.to,
        language=permit.language,
        format=permit.format,
        facts=facts,
    )


def _event(request: Request, office: Office, event: Recorded) -> CloudEvent:
    state = request.app.state
    return cloud_event(event, office.authority, state.public_url, state.zone, for_service=True)
