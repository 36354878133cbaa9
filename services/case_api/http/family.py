"""What a family sees of its case: for themselves, and for staff who want to know what they see."""

from datetime import datetime, timedelta, tzinfo
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from case_api.access.roles import FAMILY, READERS
from case_api.access.rules import Action
from case_api.domain.words import day_of, end_of, start_of
from case_api.http import problem_kinds as kinds
from case_api.http.conditional import IfNoneMatch
from case_api.http.mistakes import Mistake
from case_api.http.offices import InOffice, Roles
from case_api.http.one_case import Look, answers
from case_api.http.ordering import as_problems
from case_api.http.plain_reads import plain_read
from case_api.http.problems import Problem
from case_api.http.times import Asked, AsOf, QueryDay
from case_api.order import Caller
from case_api.streams import told_of
from case_api.views.answer import NothingKnown
from case_api.views.family_lookers import LookersView, family_lookers
from case_api.views.family_parts import FamilyView
from case_api.views.family_view import family_view

router = APIRouter(tags=["family"])
WHOSE = "Name the person of the family whose view it is."
Whose = Annotated[
    UUID | None, Query(description="Whose view; needed from staff. A carer or learner has no other than their own.")
]
MONTH: Final = timedelta(days=30)
LastDay = Annotated[QueryDay | None, Query(description="The last day of the month that is told of; today if absent.")]


@router.get(
    "/v1/cases/{case_id}/family-view",
    operation_id="family_view",
    summary="What the school holds and has shared, in plain words, for one person of the family",
    responses=answers(FamilyView),
    response_class=Response,
)
@plain_read
async def read_family_view(
    request: Request,
    case_id: UUID,
    acting: Annotated[Caller, Depends(Roles((*READERS, *FAMILY), "read"))],
    office: InOffice,
    times: Asked,
    if_none_match: IfNoneMatch,
    person: Whose = None,
) -> Response:
    """A carer who holds no rights, or whom the school may not contact, has none: 404."""
    whose = _whose(acting, case_id, person)
    action: Action = "read_own" if acting.role in FAMILY else "read"
    look = Look(request, acting.who, office, case_id, times, if_none_match, action)
    events, (policy, authority) = await look.events(), await look.ground()
    with as_problems():
        ledger = await office.journal.read(told_of(case_id))
    try:
        shown = family_view(events, ledger, look.at([*events, *ledger]), policy, authority, whose)
    except NothingKnown:
        raise Problem(kinds.NOT_FOUND) from None
    return look.answer(shown, case_id, events[-1].version)


@router.get(
    "/v1/cases/{case_id}/accesses",
    operation_id="family_lookers",
    summary="Who looked at the case, day by day, in plain words, for one person of the family",
    responses=answers(LookersView),
    response_class=Response,
)
async def read_lookers(
    request: Request,
    case_id: UUID,
    acting: Annotated[Caller, Depends(Roles((*READERS, *FAMILY), "read"))],
    office: InOffice,
    if_none_match: IfNoneMatch,
    person: Whose = None,
    until: LastDay = None,
) -> Response:
    """The month up to a day. Roles and days, no names; nobody who protects children, and nobody of the family."""
    now: datetime = request.app.state.clock.now()
    zone: tzinfo = request.app.state.zone
    whose, last = _whose(acting, case_id, person), until or day_of(now, zone)
    first = last - MONTH
    action: Action = "read_own" if acting.role in FAMILY else "read"
    look = Look(request, acting.who, office, case_id, AsOf(None, now, settled=False), if_none_match, action)
    events, (policy, authority) = await look.events(), await look.ground()
    with as_problems():
        ledger = await office.journal.read(told_of(case_id))
        glances = await office.journal.accesses.released(case_id, start_of(first, zone), end_of(last, zone))
    try:
        at = look.at([*events, *ledger])
        shown = family_lookers(events, ledger, at, policy, authority, whose, (first, last), glances)
    except NothingKnown:
        raise Problem(kinds.NOT_FOUND) from None
    return look.answer(shown, case_id, events[-1].version)


def _whose(acting: Caller, case_id: UUID, person: UUID | None) -> UUID:
    who = acting.who
    if acting.role not in FAMILY:
        if person is None:
            raise Problem(kinds.INVALID, errors=[Mistake("person", WHOSE, parameter=True)])
        return person
    if who.case != case_id or who.person is None or person not in {None, who.person}:
        raise Problem(kinds.NOT_FOUND)
    return who.person
