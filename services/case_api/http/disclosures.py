"""What came of a message, what was told by hand, and what is kept from somebody: commands on the ledger (R11, R92)."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.roles import SCHOOL
from case_api.access.rules import Fields
from case_api.domain.decisions import told, withholdings
from case_api.http import problem_kinds as kinds
from case_api.http.bodies import documented, json_body
from case_api.http.commands import RECORDED
from case_api.http.documents import ERRORS
from case_api.http.idempotency import IdempotencyKey
from case_api.http.ledger import ledger_command, place_on_ledger
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import as_problems
from case_api.http.problems import Problem
from case_api.order import Caller

router = APIRouter(tags=["messages"])
WITHHOLDING = "/v1/cases/{case_id}/withholdings/{withholding_id}"
WITHHOLDINGS: Final[frozenset[Fields]] = frozenset({"withholdings"})


@router.post(
    "/v1/disclosures",
    operation_id="record_disclosure",
    openapi_extra=documented(told.RecordDisclosure),
    status_code=201,
    response_class=Response,
    responses={**RECORDED, **ERRORS},
    summary="Report what came of a message",
)
async def record_disclosure(
    request: Request,
    body: Annotated[told.RecordDisclosure, json_body(told.RecordDisclosure)],
    acting: Annotated[Caller, Depends(Roles(("notifier",), "deliver"))],
    office: InOffice,
    key: IdempotencyKey,
) -> Response:
    """For the notifier alone. The same outcome of the same message is recorded once."""
    with as_problems():
        event = await office.journal.event(body.event_id)
        case = (await office.folds.latest(event.stream)).state if event and event.kind == "case" else None
    if event is None or case is None or case.people.learner is None:
        raise Problem(kinds.NOT_FOUND)
    return await place_on_ledger(
        request,
        office,
        acting,
        body,
        told.record_disclosure,
        case=case,
        named={event.event_id: event},
        key=key,
    )


ledger_command(
    router,
    "/v1/cases/{case_id}/disclosures",
    told.TellByHand,
    told.tell_by_hand,
    SCHOOL,
    names=lambda body: (body.event_id,),
    summary="Record that somebody was told in person, by telephone or by letter",
)
ledger_command(
    router,
    "/v1/cases/{case_id}/withholdings",
    withholdings.WithholdDisclosure,
    withholdings.withhold_disclosure,
    SCHOOL,
    changes=WITHHOLDINGS,
    names=lambda body: body.about.events if body.about else (),
    summary="Keep something from a carer or the learner, until a day of review",
)
ledger_command(
    router,
    f"{WITHHOLDING}/renewal",
    withholdings.RenewWithholding,
    withholdings.renew_withholding,
    SCHOOL,
    changes=WITHHOLDINGS,
    summary="Record that a withholding was looked at again and goes on",
)
ledger_command(
    router,
    f"{WITHHOLDING}/lifting",
    withholdings.LiftWithholding,
    withholdings.lift_withholding,
    SCHOOL,
    changes=WITHHOLDINGS,
    summary="Lift a withholding",
)
