"""Supports: apply, observe, end."""

from fastapi import APIRouter

from case_api.access.roles import SCHOOL
from case_api.domain.decisions import supports
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
    "/v1/cases/{case_id}/supports/{measure_id}/end",
    supports.EndSupport,
    supports.end_support,
    SCHOOL,
    summary="Record that a support ended",
)
