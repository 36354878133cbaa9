"""Concerns: raise, acknowledge, close."""

from fastapi import APIRouter

from case_api.access.roles import OUTSIDE, SCHOOL
from case_api.domain.decisions import concerns
from case_api.http.commands import command

router = APIRouter(tags=["concerns"])

command(
    router,
    "/v1/cases/{case_id}/concerns",
    concerns.RaiseConcern,
    concerns.raise_concern,
    (*SCHOOL, *OUTSIDE),
    action="raise",
    summary="Raise a concern about a learner",
)
command(
    router,
    "/v1/cases/{case_id}/concerns/{concern_id}/acknowledgement",
    concerns.AcknowledgeConcern,
    concerns.acknowledge_concern,
    SCHOOL,
    summary="Tell whoever raised a concern that it was heard",
)
command(
    router,
    "/v1/cases/{case_id}/concerns/{concern_id}/closure",
    concerns.CloseConcern,
    concerns.close_concern,
    SCHOOL,
    summary="Close a concern",
)
