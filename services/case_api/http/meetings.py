"""Meetings: call, send the pack, say what one needs, record."""

from fastapi import APIRouter

from case_api.access.roles import FAMILY, SCHOOL, TEAM
from case_api.domain.decisions import meetings, packs
from case_api.http.commands import command

router = APIRouter(tags=["meetings"])

command(
    router,
    "/v1/cases/{case_id}/meetings",
    meetings.CallMeeting,
    meetings.call_meeting,
    SCHOOL,
    summary="Call a meeting about the learner's support",
)
command(
    router,
    "/v1/cases/{case_id}/meetings/{meeting_id}/pack",
    packs.IssuePack,
    packs.issue_pack,
    SCHOOL,
    summary="Record that invited people were sent the agenda, who will be there, and what they may ask",
)
command(
    router,
    "/v1/cases/{case_id}/meetings/{meeting_id}/access-needs",
    meetings.StateAccessNeeds,
    meetings.state_access_needs,
    (*SCHOOL, *FAMILY),
    summary="Say whom one brings to a meeting and what one needs there",
)
command(
    router,
    "/v1/cases/{case_id}/meetings/{meeting_id}/record",
    meetings.HoldMeeting,
    meetings.hold_meeting,
    (*TEAM, "mis"),
    summary="Record a meeting that took place",
)
