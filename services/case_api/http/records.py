"""Corrections."""

from fastapi import APIRouter

from case_api.access.roles import TEAM
from case_api.access.rules import EVERY_FIELD
from case_api.domain.decisions import records
from case_api.http.commands import command

router = APIRouter(tags=["records"])

command(
    router,
    "/v1/cases/{case_id}/corrections",
    records.CorrectRecord,
    records.correct_record,
    (*TEAM, "mis"),
    changes=EVERY_FIELD,
    summary="Correct a fact that was recorded wrongly; both stay on the record",
)
