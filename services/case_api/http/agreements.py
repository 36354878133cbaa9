"""Agreements: seek, answer, withdraw."""

from fastapi import APIRouter

from case_api.access.roles import FAMILY, TEAM
from case_api.domain.decisions import agreements, agreements_ended
from case_api.http.commands import command

router = APIRouter(tags=["agreements"])

command(
    router,
    "/v1/cases/{case_id}/agreements",
    agreements.SeekAgreement,
    agreements.seek_agreement,
    (*TEAM, "mis"),
    summary="Ask a carer or the learner for their agreement",
)
command(
    router,
    "/v1/cases/{case_id}/agreements/{agreement_id}/answer",
    agreements.AnswerAgreement,
    agreements.answer_agreement,
    (*TEAM, "mis", *FAMILY),
    summary="Record what they answered",
)
command(
    router,
    "/v1/cases/{case_id}/agreements/{agreement_id}/withdrawal",
    agreements_ended.WithdrawAgreement,
    agreements_ended.withdraw_agreement,
    (*TEAM, "mis", *FAMILY),
    summary="Record that they took it back",
)
