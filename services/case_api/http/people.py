"""The learner, carers, contact preferences, capacity."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.roles import SCHOOL, TEAM
from case_api.domain.decisions import people
from case_api.http.bodies import documented, json_body
from case_api.http.commands import RECORDED, command
from case_api.http.documents import ERRORS
from case_api.http.holders import holders_of, may_ask, taken
from case_api.http.idempotency import IdempotencyKey
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import place
from case_api.http.sight import who_registers
from case_api.order import Caller
from case_api.store.journal import IdentifierTaken

router = APIRouter(tags=["people"])


@router.post(
    "/v1/cases",
    operation_id="register_learner",
    openapi_extra=documented(people.RegisterLearner),
    status_code=201,
    response_class=Response,
    summary="Register a learner; their case begins",
    responses={**RECORDED, **ERRORS},
)
async def register(
    request: Request,
    body: Annotated[people.RegisterLearner, json_body(people.RegisterLearner)],
    acting: Annotated[Caller, Depends(Roles((*TEAM, "mis"), "register"))],
    office: InOffice,
    key: IdempotencyKey,
) -> Response:
    """The receipt's id is the case; Location leads to it. A learner whose identifier is on record is refused.

    A school registers its own learners; who acts for the authority, those of any.
    """
    await who_registers(request, office, acting.who, body.setting)
    await may_ask(office, acting, body.identifiers)
    case_id: UUID = uuid4()
    try:
        answer = await place(
            request,
            office,
            office.cases,
            acting,
            body,
            people.register_learner,
            stream=case_id,
            key=key,
            case_id=case_id,
            opens=True,
            location=lambda _: f"/v1/cases/{case_id}",
        )
    except IdentifierTaken:
        raise await taken(request, office, acting, body) from None
    if key is None and await holders_of(office, body.identifiers):
        raise await taken(request, office, acting, body, dry=True)
    return answer


command(
    router,
    "/v1/cases/{case_id}/carers",
    people.LinkCarer,
    people.link_carer,
    (*TEAM, "mis"),
    summary="Link a parent or carer to the learner",
)
command(
    router,
    "/v1/cases/{case_id}/contact-preferences",
    people.SetContactPreference,
    people.set_contact_preference,
    SCHOOL,
    edits=True,
    changes=frozenset({"contact"}),
    summary="Record how the learner or a carer wants to be reached",
)
command(
    router,
    "/v1/cases/{case_id}/capacity-assessments",
    people.AssessCapacity,
    people.assess_capacity,
    TEAM,
    summary="Record whether the learner can decide a matter themselves",
)
