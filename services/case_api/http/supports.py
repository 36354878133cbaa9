"""Supports: apply or start, observe, adjust, end."""

from fastapi import APIRouter

from case_api.access.roles import SCHOOL, TEAM
from case_api.domain.decisions import supports, targeted_supports
from case_api.http.commands import command

router = APIRouter(tags=["supports"])

command(
    router,
    "/v1/cases/{case_id}/supports",
    supports.ApplySupport,
    supports.apply_support,
    SCHOOL,
    summary="Record that a support was put in place",
)
command(
    router,
    "/v1/cases/{case_id}/supports/{measure_id}/effects",
    supports.ObserveEffect,
    supports.observe_effect,
    SCHOOL,
    summary="Record what a support did",
)
command(
    router,
    "/v1/cases/{case_id}/targeted-supports",
    targeted_supports.StartTargetedSupport,
    targeted_supports.start_targeted_support,
    (*TEAM, "mis"),
    summary="Record that targeted support began",
)
command(
    router,
    "/v1/cases/{case_id}/supports/{measure_id}/adjustments",
    supports.AdjustSupport,
    supports.adjust_support,
    SCHOOL,
    summary="Record that a support goes on in another way",
)
command(
    router,
    "/v1/cases/{case_id}/supports/{measure_id}/end",
    supports.EndSupport,
    supports.end_support,
    SCHOOL,
    summary="Record that a support ended",
)
