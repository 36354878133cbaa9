"""Reading one case: strong reads from its stream, at two times, with an ETag (D3, D6, D14, D23)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from inspect import Parameter, Signature
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.principal import FAMILY_ROLES, Principal
from case_api.access.reach import action_of
from case_api.access.roles import AGENCY, READERS
from case_api.access.rules import EVERY_FIELD, Action, Fields
from case_api.clock import Clock
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.erasure import erases
from case_api.domain.policy import Policy
from case_api.domain.words import day_of
from case_api.http import problem_kinds as kinds
from case_api.http.conditional import IfNoneMatch, content_etag, etag
from case_api.http.documents import ETAG, READ_ERRORS
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import as_problems
from case_api.http.plain_reads import plain_read
from case_api.http.problems import Problem
from case_api.http.receipts import viewer
from case_api.http.sight import case_in_sight
from case_api.http.times import Asked, AsOf
from case_api.office import Office
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
V = TypeVar("V", bound=Answer)
PASSING: Final = {"known_at", "valid_at", "next"}
"""Fields that differ each time: the moment that was asked for, and a sealed cursor."""
View = Callable[[Sequence[Recorded], AsOf, Policy, Authority], V]


@dataclass(slots=True)
class Look:
    """One read: who looks from where at what, at which times, and what they do by it (access/rules.py)."""

    request: Request
    who: Principal
    office: Office
    case_id: UUID
    times: AsOf
    if_none_match: IfNoneMatch
    action: Action = "read"
    shows: frozenset[Fields] = EVERY_FIELD
    """Classes of fields that the caller is shown beside the rest; known once the events were read."""

    @property
    def hides(self) -> frozenset[Fields]:
        """Classes of fields that the caller is not shown."""
        return EVERY_FIELD - self.shows

    async def events(self) -> Sequence[Recorded]:
        """The whole stream of the case. Raises a 404 Problem where there is none that the caller may read."""
        with as_problems():
            events = await self.office.histories.of(self.case_id)
        if not events or events[0].kind != "case":
            raise Problem(kinds.NOT_FOUND)
        _, ruling = await case_in_sight(self.request, self.office, self.who, self.action, self.case_id, events)
        self.shows = ruling.fields
        return events

    def at(self, events: Sequence[Recorded]) -> AsOf:
        """The times asked for; "now" is never before the last fact, whatever this machine's clock shows."""
        if self.request.query_params.keys() & {"known_at", "valid_at"}:
            return self.times
        return replace(self.times, valid_at=max(self.times.valid_at, self.now(events)))

    def now(self, events: Sequence[Recorded]) -> datetime:
        """The present, or the last fact's time where this machine's clock is behind."""
        clock: Clock = self.request.app.state.clock
        return max(clock.now(), *(event.recorded_at for event in events))

    async def ground(self) -> tuple[Policy, Authority]:
        """The rules and the directory as they were on record then, so that a settled answer never changes."""
        precedent, known_at = self.office.precedent, self.times.known_at
        with as_problems():
            if known_at is not None:
                authority, policy = await precedent.as_known(known_at)
            else:
                authority, policy = await precedent.latest(self.request.app.state.clock.now())
        return policy, authority

    def answer(self, view: Answer, stream: UUID, version: int) -> Response:
        """The view with its ETag; 304 where the caller has it already.

        What is shown is part of the tag: a change of the directory or an erasure leaves the version as it was.
        """
        view = view.without(self.hides)
        shown = f"{self.request.url.path}?{self.request.url.query}\n{view.model_dump_json(exclude=PASSING)}"
        tag = self._tag(shown, stream, version)
        if self.if_none_match and self.if_none_match.names(tag):
            return Response(status_code=304, headers={"ETag": tag})
        return Response(view.model_dump_json(exclude_none=True), media_type="application/json", headers={"ETag": tag})

    def _tag(self, shown: str, stream: UUID, version: int) -> str:
        keyring, whose = self.office.journal.keyring, viewer(self.who)
        if self.who.roles & FAMILY_ROLES:
            return content_etag(keyring, viewer=whose, view=shown)
        day = day_of(self.request.app.state.clock.now(), self.request.app.state.zone)
        return etag(keyring, stream, version, viewer=whose, view=shown, day=day)


async def look_at(look: Look, view: View[Answer]) -> Response:
    """Answer with a view of one case."""
    events = await look.events()
    policy, authority = await look.ground()
    try:
        shown = view(events, look.at(events), policy, authority)
    except NothingKnown:
        raise Problem(kinds.NOT_FOUND) from None
    return look.answer(shown, look.case_id, events[-1].version)


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


def answers(model: type[Answer]) -> dict[int | str, dict[str, Any]]:
    """What a read can answer."""
    return {
        200: {"model": model, "headers": ETAG},
        304: {"description": "It has not changed.", "headers": ETAG},
        **READ_ERRORS,
    }


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
