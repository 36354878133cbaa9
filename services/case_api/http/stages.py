"""Stage changes."""

from fastapi import APIRouter

from case_api.access.roles import TEAM
from case_api.domain.decisions import stages
from case_api.http.commands import command

router = APIRouter(tags=["stages"])

command(
    router,
    "/v1/cases/{case_id}/stage-changes",
    stages.ChangeStage,
    stages.change_stage,
    (*TEAM, "mis"),
    edits=True,
    summary="Move the learner to another stage",
)
