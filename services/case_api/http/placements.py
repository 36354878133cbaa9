"""In which class of which setting the learner is, and when they left."""

from fastapi import APIRouter

from case_api.access.roles import SCHOOL
from case_api.domain.decisions import placements
from case_api.http.commands import command

router = APIRouter(tags=["placements"])

command(
    router,
    "/v1/cases/{case_id}/placements",
    placements.PlaceLearner,
    placements.place_learner,
    SCHOOL,
    summary="Place the learner in a class or setting, from a day on",
)
command(
    router,
    "/v1/cases/{case_id}/leaving",
    placements.RecordLeaving,
    placements.record_leaving,
    SCHOOL,
    summary="Note that the learner leaves the authority's schools",
)
