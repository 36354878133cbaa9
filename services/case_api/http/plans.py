"""Plans: settle which support is required, agree a plan, close it."""

from fastapi import APIRouter

from case_api.access.roles import SCHOOL, TEAM
from case_api.domain.decisions import plans
from case_api.http.commands import command

router = APIRouter(tags=["plans"])

command(
    router,
    "/v1/cases/{case_id}/planned-supports",
    plans.PlanSupport,
    plans.plan_support,
    SCHOOL,
    summary="Settle which support is required, to what end, and when to look again",
)
command(
    router,
    "/v1/cases/{case_id}/plans",
    plans.AgreePlan,
    plans.agree_plan,
    (*TEAM, "mis"),
    edits=True,
    summary="Agree a plan, or a new version of the one that is open",
)
command(
    router,
    "/v1/cases/{case_id}/plans/{plan_id}/closure",
    plans.ClosePlan,
    plans.close_plan,
    (*TEAM, "mis"),
    edits=True,
    summary="Close a plan",
)
