"""Child-protection matters: begin, decide, ask, meet; each sealed beside its case (R80, I30)."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.roles import PROTECTION
from case_api.domain.case import Case
from case_api.domain.decisions import (
    coordination,
    meetings,
    packs,
    protection,
    protection_sharing,
    transfers,
    withholdings,
)
from case_api.domain.questions.sealed import in_matter, on_ledger_in_matter
from case_api.http.bodies import documented, json_body
from case_api.http.commands import RECORDED
from case_api.http.documents import ERRORS
from case_api.http.idempotency import IdempotencyKey
from case_api.http.matter_commands import MatterCommand
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import place
from case_api.http.sight import ruled
from case_api.order import Caller

router = APIRouter(tags=["matters"])


@router.post(
    "/v1/matters",
    operation_id="record_protection_concern",
    openapi_extra=documented(protection.RecordProtectionConcern),
    status_code=201,
    response_class=Response,
    summary="Record a child-protection concern; a sealed matter begins",
    responses={**RECORDED, **ERRORS},
)
async def begin(
    request: Request,
    body: Annotated[protection.RecordProtectionConcern, json_body(protection.RecordProtectionConcern)],
    acting: Annotated[Caller, Depends(Roles(PROTECTION, "protect"))],
    office: InOffice,
    key: IdempotencyKey,
) -> Response:
    """The receipt's id is the matter; only its named group can read it. Nothing on the case tells of it."""
    matter_id: UUID = uuid4()
    case, ruling = await ruled(request, office, acting.who, "raise", body.case_id)
    if not ruling.permitted:
        case = Case(body.case_id)  # to them it is not there, and the rules say so
    return await place(
        request,
        office,
        office.matters,
        acting,
        body,
        lambda matter, asked, at: protection.record_protection_concern(matter, case, asked, at),
        stream=matter_id,
        key=key,
        case_id=matter_id,
        opens=True,
        sealed=True,
        location=lambda made: f"/v1/matters/{made}",
    )


COMMANDS = (
    MatterCommand(
        "/v1/matters/{matter_id}/group",
        protection.ChangeGroup,
        protection.change_group,
        "Let somebody join the named group, or leave it",
    ),
    MatterCommand(
        "/v1/matters/{matter_id}/overrides",
        protection.OverrideConsent,
        protection.override_consent,
        "Decide that one request or disclosure does not wait for agreement",
    ),
    MatterCommand(
        "/v1/matters/{matter_id}/overrides/{override_id}/reasons",
        protection.RecordOverrideReasons,
        protection.record_override_reasons,
        "Record the reasons of an override that was made in an emergency",
    ),
    MatterCommand(
        "/v1/matters/{matter_id}/decisions",
        protection.RecordProtectionDecision,
        protection.record_protection_decision,
        "Record what the agencies that protect the child decided",
    ),
    MatterCommand(
        "/v1/matters/{matter_id}/assistance-requests",
        protection_sharing.RequestUnderOverride,
        protection_sharing.request_under_override,
        "Ask a service for help under an override, and record what it was told",
    ),
    MatterCommand(
        "/v1/matters/{matter_id}/disclosures",
        protection_sharing.TellInMatter,
        protection_sharing.tell_in_matter,
        "Record that somebody was told by hand, and on what that stands",
    ),
    MatterCommand(
        "/v1/matters/{matter_id}/withholdings",
        withholdings.WithholdDisclosure,
        on_ledger_in_matter(withholdings.withhold_disclosure),
        "Keep the matter, or a part of it, from a carer or the learner until a day of review",
    ),
    MatterCommand(
        "/v1/matters/{matter_id}/withholdings/{withholding_id}/renewal",
        withholdings.RenewWithholding,
        on_ledger_in_matter(withholdings.renew_withholding),
        "Record that a withholding in a matter was looked at again and goes on",
    ),
    MatterCommand(
        "/v1/matters/{matter_id}/withholdings/{withholding_id}/lifting",
        withholdings.LiftWithholding,
        on_ledger_in_matter(withholdings.lift_withholding),
        "Lift a withholding in a matter",
    ),
    MatterCommand(
        "/v1/matters/{matter_id}/lead-professional",
        coordination.AssignLeadProfessional,
        in_matter(coordination.assign_lead_professional),
        "Record who leads the professionals around the child",
    ),
    MatterCommand(
        "/v1/matters/{matter_id}/transfers",
        protection_sharing.TransferMatter,
        protection_sharing.transfer_matter,
        "Pass the matter on to the coordinator where the learner goes, who joins the group",
    ),
    MatterCommand(
        "/v1/matters/{matter_id}/transfers/{transfer_id}/receipt",
        transfers.ReceiveRecord,
        in_matter(transfers.receive_record),
        "Confirm that the matter arrived whole",
    ),
    MatterCommand(
        "/v1/matters/{matter_id}/meetings",
        meetings.CallMeeting,
        in_matter(meetings.call_meeting),
        "Call a child-protection meeting",
    ),
    MatterCommand(
        "/v1/matters/{matter_id}/meetings/{meeting_id}/pack",
        packs.IssuePack,
        in_matter(packs.issue_pack),
        "Record that invited people were handed the agenda and who will be there",
    ),
    MatterCommand(
        "/v1/matters/{matter_id}/meetings/{meeting_id}/record",
        meetings.HoldMeeting,
        in_matter(meetings.hold_meeting),
        "Record a child-protection meeting that took place",
    ),
)
for one in COMMANDS:
    one.mount(router)
