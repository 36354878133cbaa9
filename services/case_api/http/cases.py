"""Reading one case: strong reads from its stream, at two times, with an ETag (D3, D6, D14, D23)."""

from inspect import Parameter, Signature
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.reach import action_of
from case_api.access.roles import AGENCY, READERS
from case_api.domain.facts.erasure import erases
from case_api.http import problem_kinds as kinds
from case_api.http.conditional import IfNoneMatch
from case_api.http.offices import InOffice, Roles
from case_api.http.one_case import Look, View, answers, look_at
from case_api.http.ordering import as_problems
from case_api.http.plain_reads import plain_read
from case_api.http.problems import Problem
from case_api.http.times import Asked
from case_api.order import Caller
from case_api.streams import told_of
from case_api.views.agencies_view import AgenciesView, agencies_view
from case_api.views.agreements_view import AgreementsView, agreements_view
from case_api.views.answer import Answer, NothingKnown
from case_api.views.case_view import CaseView, case_view
from case_api.views.chronology import Chronology, chronology
from case_api.views.entitlements_view import EntitlementsView, entitlements_view
from case_api.views.evaluations_view import EvaluationsView, evaluations_view
from case_api.views.meetings_view import MeetingsView, meetings_view
from case_api.views.plan_view import PlanView, plan_view
from case_api.views.recommendations_view import RecommendationsView, recommendations_view
from case_api.views.request_view import Asking as AskingAbout
from case_api.views.request_view import RequestView, request_view
from case_api.views.stage_view import StageView, stage_view
from case_api.views.supports_view import SupportsView, supports_view
from case_api.views.told_view import ToldView, told_view

router = APIRouter(tags=["cases"])
Reader = Annotated[Caller, Depends(Roles(READERS, "read"))]
ReaderOrAgency = Annotated[Caller, Depends(Roles((*READERS, *AGENCY), "read"))]


def reading(path: str, model: type[Answer], view: View[Any], summary: str) -> None:
    """Declare `GET path` for a view of one case, for everybody who reads whole cases."""

    async def endpoint(**given: Any) -> Response:
        acting: Caller = given.pop("acting")
        return await look_at(Look(who=acting.who, **given), view)

    endpoint.__signature__ = _signature({"case_id": UUID})  # type: ignore[attr-defined]
    declared = router.get(
        path, operation_id=view.__name__, summary=summary, responses=answers(model), response_class=Response
    )
    declared(plain_read(endpoint))


def _signature(ids: dict[str, Any]) -> Signature:
    wanted = {
        "request": Request,
        **ids,
        "acting": Reader,
        "office": InOffice,
        "times": Asked,
        "if_none_match": IfNoneMatch,
    }
    parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in wanted.items()]
    return Signature(parameters, return_annotation=Response)


reading("/v1/cases/{case_id}", CaseView, case_view, "The case: who is who, what runs, what is open")
reading("/v1/cases/{case_id}/stage", StageView, stage_view, "Where the learner stands on the ladder")
reading("/v1/cases/{case_id}/agencies", AgenciesView, agencies_view, "Which services work with the learner, as what")
reading("/v1/cases/{case_id}/agreements", AgreementsView, agreements_view, "Who agreed to what, and what is missing")
reading("/v1/cases/{case_id}/evaluations", EvaluationsView, evaluations_view, "What periods of support came to")
reading(
    "/v1/cases/{case_id}/entitlement-information",
    EntitlementsView,
    entitlements_view,
    "Who was informed of the help that is theirs to have",
)
reading("/v1/cases/{case_id}/chronology", Chronology, chronology, "Key events in order, strengths beside concerns")
reading("/v1/cases/{case_id}/meetings", MeetingsView, meetings_view, "Meetings: called, prepared, held")
reading(
    "/v1/cases/{case_id}/recommendations",
    RecommendationsView,
    recommendations_view,
    "What services recommend, and which of the staff have it",
)
reading("/v1/cases/{case_id}/supports", SupportsView, supports_view, "Supports: what was tried, and what came of it")
reading("/v1/cases/{case_id}/plan", PlanView, plan_view, "The plan: what was agreed for each need")


@router.get(
    "/v1/cases/{case_id}/told",
    operation_id="told_view",
    summary="Who was told what, when and how",
    responses=answers(ToldView),
    response_class=Response,
)
@plain_read
async def told(
    request: Request, case_id: UUID, acting: Reader, office: InOffice, times: Asked, if_none_match: IfNoneMatch
) -> Response:
    """The ledger has a stream of its own, so being told never disturbs an edit of the case (D14)."""
    look = Look(request, acting.who, office, case_id, times, if_none_match)
    events, (policy, authority) = await look.events(), await look.ground()
    if erases(events):
        office.histories.forget(told_of(case_id))
    with as_problems():
        ledger = await office.histories.of(told_of(case_id))
    try:
        shown = told_view(events, ledger, look.at([*events, *ledger]), policy, authority)
    except NothingKnown:
        raise Problem(kinds.NOT_FOUND) from None
    return look.answer(shown, told_of(case_id), ledger[-1].version if ledger else 0)


@router.get(
    "/v1/cases/{case_id}/assistance-requests/{request_id}",
    operation_id="request_view",
    summary="A request for assistance, as its service may see it",
    responses=answers(RequestView),
    response_class=Response,
)
@plain_read
async def assistance_request(
    request: Request,
    case_id: UUID,
    request_id: UUID,
    acting: ReaderOrAgency,
    office: InOffice,
    times: Asked,
    if_none_match: IfNoneMatch,
) -> Response:
    """A service sees the requests addressed to it, within what everybody agrees to now; nothing while on hold."""
    who = acting.who
    look = Look(request, who, office, case_id, times, if_none_match, action_of(acting.role, "read"))
    events, (policy, authority) = await look.events(), await look.ground()
    services = None if acting.role in READERS else who.services
    try:
        asking = AskingAbout(request_id, services, look.now(events))
        shown = request_view(events, look.at(events), policy, authority, asking)
    except NothingKnown:
        raise Problem(kinds.NOT_FOUND) from None
    return look.answer(shown, case_id, events[-1].version)
