"""Which services were asked, what they do, and under which agreement (R6, R70, R79)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from case_api.domain.case import Case
from case_api.domain.event import Recorded
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.requests import InputKind, Request, Route
from case_api.domain.policy import Policy
from case_api.domain.questions.request_state import State, progress_at
from case_api.views.agreement_status import AgreementStatus, Ground, status_of_request
from case_api.views.answer import Answer, AsOf, Part, times
from case_api.views.known import case_as_known


class Agency(Part):
    """One request to one service, and the work that came of it."""

    request_id: UUID
    service: str
    title: str
    agency: str | None = None
    role: str | None = None
    route: Route
    purpose: str
    input_sought: tuple[InputKind, ...]
    input_accepted: tuple[InputKind, ...] = ()
    urgency: Literal["routine", "soon", "urgent"]
    state: State
    since: datetime | date = Field(description="When that state began.")
    asked_at: datetime | date
    last_input: date | None = None
    information_wanted: bool
    acknowledge_by: date | None = Field(default=None, description="Until when the service confirms a pause.")
    agreement: AgreementStatus
    parents_told: bool


class AgenciesView(Answer):
    """Every request that had been made by then, the newest last."""

    case_id: UUID
    items: tuple[Agency, ...] = ()


def agencies_view(events: Sequence[Recorded], as_of: AsOf, policy: Policy, authority: Authority) -> AgenciesView:
    """The services around the learner as true at `as_of.valid_at`. Raises NothingKnown."""
    case = case_as_known(events, as_of)
    ground = Ground(policy, authority)
    found = (_agency(case, request, as_of.valid_at, ground) for request in case.requests.by_id.values())
    return AgenciesView(case_id=case.id, items=tuple(one for one in found if one), **times(as_of))


def _agency(case: Case, request: Request, at: datetime, ground: Ground) -> Agency | None:
    progress = progress_at(case, request, at, ground.policy.tz)
    if progress is None:
        return None
    asked = request.asked
    listed = ground.authority.services.get(asked.service)
    return Agency(
        request_id=asked.request_id,
        service=asked.service,
        title=listed.title if listed else asked.service,
        agency=listed.agency if listed else None,
        role=listed.role if listed else None,
        route=asked.route,
        purpose=asked.purpose,
        input_sought=asked.input_sought,
        input_accepted=progress.request.accepted,
        urgency=asked.urgency,
        state=progress.state,
        since=progress.since,
        asked_at=request.asked_at,
        last_input=progress.work.last_input,
        information_wanted=progress.request.information_wanted,
        acknowledge_by=progress.work.acknowledge_by,
        agreement=status_of_request(case, request, at, ground),
        parents_told=asked.parents_told,
    )
