"""Requests for assistance, and what partner services post on them."""

from fastapi import APIRouter

from case_api.access.roles import AGENCY, FAMILY, OUTSIDE, TEAM
from case_api.domain.decisions import involvement, requests, requests_made, sharing
from case_api.http.commands import command

router = APIRouter(tags=["requests"])
REQUEST = "/v1/cases/{case_id}/assistance-requests/{request_id}"

command(
    router,
    "/v1/cases/{case_id}/assistance-requests",
    requests.RequestAssistance,
    requests.request_assistance,
    (*TEAM, "teacher", "support_assistant", "mis", *OUTSIDE, *FAMILY),
    creates="/v1/cases/{case_id}/assistance-requests/{id}",
    summary="Ask a partner service for help",
)
command(
    router,
    f"{REQUEST}/withdrawal",
    requests_made.WithdrawRequest,
    requests_made.withdraw_request,
    (*TEAM, "mis"),
    summary="Take back a request that was not accepted, or end work that is paused",
)
command(
    router,
    f"{REQUEST}/information",
    requests_made.SupplyInformation,
    requests_made.supply_information,
    (*TEAM, "mis"),
    summary="Answer what a service wanted to know",
)
command(
    router,
    f"{REQUEST}/shared-information",
    sharing.ShareInformation,
    sharing.share_information,
    (*TEAM, "mis"),
    summary="Record that information went to the service",
)
command(
    router,
    f"{REQUEST}/updates",
    involvement.PartnerUpdate,
    involvement.update_from_partner,
    AGENCY,
    summary="Record what a partner service does with a request addressed to it",
)
