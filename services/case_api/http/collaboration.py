"""The collaboration report: how home, school and services work together, over many learners (R88-R99, R101)."""

from calendar import monthrange
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request

from case_api.access.roles import ADMINISTRATION, READERS
from case_api.boards.collaboration import COLLABORATION, OccasionRow, within
from case_api.boards.collaboration_report import Report, report
from case_api.domain.facts.authority import Authority
from case_api.domain.questions.teaching import assigned_on
from case_api.domain.words import Day
from case_api.http import problem_kinds as kinds
from case_api.http.documents import READ_ERRORS
from case_api.http.lists import CodeOf
from case_api.http.mistakes import Mistake
from case_api.http.offices import InOffice, Roles
from case_api.http.ordering import as_problems
from case_api.http.problems import Problem
from case_api.office import Office
from case_api.order import Caller

router = APIRouter(tags=["boards"])
MANAGEMENT: Final = frozenset({"school_leader"})
CHUNK: Final = 5_000
BACKWARDS: Final = "The last day lies before the first."

First = Annotated[Day, Query(alias="from", description="A day; the report begins with its month.")]
Last = Annotated[Day, Query(description="A day; the report ends with its month.")]


@router.get(
    "/v1/collaboration-report",
    operation_id="collaboration_report",
    summary="How home, school and services work together, in figures over at least ten learners",
    responses=READ_ERRORS,
    response_model_exclude_none=True,
)
async def collaboration_report(
    request: Request,
    _: Annotated[Caller, Depends(Roles((*READERS, *ADMINISTRATION)))],
    office: InOffice,
    first: First,
    until: Last,
    setting: CodeOf = None,
) -> Report:
    """Whole months, never per person: a figure that stands on fewer than ten learners is left out."""
    if until < first:
        raise Problem(kinds.INVALID, errors=[Mistake("until", BACKWARDS, parameter=True)])
    begin, end = first.replace(day=1), until.replace(day=monthrange(until.year, until.month)[1])
    with as_problems():
        rows = await _rows(office, begin, end, setting)
        authority, policy = await office.precedent.latest(request.app.state.clock.now())
    staff = _beyond_management(authority, end, setting)
    return report(rows, staff, policy.calendar, setting, begin, end)


async def _rows(office: Office, begin: date, end: date, setting: str | None) -> list[OccasionRow]:
    rows: list[OccasionRow] = []
    place = None
    while True:
        some = await office.boards.rows(COLLABORATION, within(begin, end, setting), after=place, limit=CHUNK)
        rows += some
        if len(some) < CHUNK:
            return rows
        place = (some[-1].case_id, some[-1].number)


def _beyond_management(authority: Authority, day: date, setting: str | None) -> frozenset[str]:
    """The staff of the setting, or of all, on *day*, none of whose roles is to lead it (R95)."""
    there = [one for one in assigned_on(authority, day) if setting is None or one.setting == setting]
    leading = {one.staff for one in there if one.role in MANAGEMENT}
    return frozenset(one.staff for one in there) - leading
