"""Evaluations."""

from fastapi import APIRouter

from case_api.access.roles import SCHOOL
from case_api.domain.decisions import evaluations
from case_api.http.commands import command

router = APIRouter(tags=["evaluations"])

command(
    router,
    "/v1/cases/{case_id}/evaluations",
    evaluations.Evaluate,
    evaluations.evaluate,
    SCHOOL,
    summary="Record what a period of support came to",
)
