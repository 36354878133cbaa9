"""What services recommend: shared with staff, and acknowledged."""

from fastapi import APIRouter

from case_api.access.roles import PRACTITIONERS, TEAM
from case_api.domain.decisions import recommendations
from case_api.http.commands import command

router = APIRouter(tags=["requests"])
RECOMMENDATION = "/v1/cases/{case_id}/recommendations/{recommendation_id}"

command(
    router,
    f"{RECOMMENDATION}/sharing",
    recommendations.ShareRecommendation,
    recommendations.share_recommendation,
    (*TEAM, "mis"),
    summary="Share a recommendation with the staff who work with the learner",
)
command(
    router,
    f"{RECOMMENDATION}/acknowledgement",
    recommendations.AcknowledgeRecommendation,
    recommendations.acknowledge_recommendation,
    PRACTITIONERS,
    action="acknowledge",
    summary="Say that one has a recommendation",
)
