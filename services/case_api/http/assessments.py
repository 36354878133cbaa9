"""Assessments of need, and views."""

from fastapi import APIRouter

from case_api.access.roles import FAMILY, SCHOOL
from case_api.domain.decisions import assessments
from case_api.http.commands import command

router = APIRouter(tags=["assessments"])

command(
    router,
    "/v1/cases/{case_id}/assessments",
    assessments.RecordAssessment,
    assessments.record_assessment,
    SCHOOL,
    summary="Record an assessment of need",
)
command(
    router,
    "/v1/cases/{case_id}/views",
    assessments.RecordViews,
    assessments.record_views,
    (*SCHOOL, *FAMILY),
    summary="Record what the learner or a carer thinks",
)
