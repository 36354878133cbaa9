"""Information about entitlements."""

from fastapi import APIRouter

from case_api.access.roles import SCHOOL
from case_api.domain.decisions import entitlements
from case_api.http.commands import command

router = APIRouter(tags=["entitlements"])

command(
    router,
    "/v1/cases/{case_id}/entitlement-information",
    entitlements.ProvideEntitlementInformation,
    entitlements.provide_entitlement_information,
    SCHOOL,
    summary="Record that somebody was informed of the help that is theirs to have",
)
