"""Reviews."""

from fastapi import APIRouter

from case_api.access.roles import SCHOOL
from case_api.domain.decisions import reviews
from case_api.http.commands import command

router = APIRouter(tags=["reviews"])

command(
    router,
    "/v1/cases/{case_id}/reviews",
    reviews.HoldReview,
    reviews.hold_review,
    SCHOOL,
    summary="Record a review",
)
