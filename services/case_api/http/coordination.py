"""Who coordinates: the named person, the lead professional."""

from fastapi import APIRouter

from case_api.access.roles import TEAM
from case_api.domain.decisions import coordination
from case_api.http.commands import command

router = APIRouter(tags=["people"])

command(
    router,
    "/v1/cases/{case_id}/named-person",
    coordination.AssignNamedPerson,
    coordination.assign_named_person,
    (*TEAM, "mis"),
    summary="Assign the learner's named person",
)
command(
    router,
    "/v1/cases/{case_id}/lead-professional",
    coordination.AssignLeadProfessional,
    coordination.assign_lead_professional,
    (*TEAM, "mis"),
    summary="Assign a lead professional",
)
command(
    router,
    "/v1/cases/{case_id}/lead-professional/ending",
    coordination.EndLeadProfessional,
    coordination.end_lead_professional,
    (*TEAM, "mis"),
    summary="End the lead; the named person coordinates again",
)
