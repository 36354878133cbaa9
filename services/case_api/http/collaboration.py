"""The collaboration report: how home, school and services work together, over many learners (R88-R99, R101)."""

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
NO_PERIOD: Final = "From this day to the last there is no one term or school year; /v1/policy lists the sessions."
UNLISTED: Final = "The directory lists no setting of this code."

First = Annotated[Day, Query(alias="from", description="A day; the report begins with its term or school year.")]
Last = Annotated[Day, Query(description="A day; of the same term, or else of the same school year.")]


@router.get(
    "/v1/collaboration-report",
    operation_id="collaboration_report",
    summary="How home, school and services work together, in figures over at least ten learners",
    responses=READ_ERRORS,
    response_model_exclude_none=True,
)
async def collaboration_report(
    request: Request,
    _: Annotated[Caller, Depends(Roles((*READERS, *ADMINISTRATION), "report"))],
    office: InOffice,
    first: First,
    until: Last,
    setting: CodeOf = None,
) -> Report:
    """On the whole term that holds both days, else on the whole school year: no two reports differ by a few days.

    Never per person: a figure that stands on fewer than ten learners is left out, and a setting's, too, where it
    would tell of the few who are elsewhere. Figures are bands.
    """
    if until < first:
        raise _wrong("until", BACKWARDS)
    with as_problems():
        authority, policy = await office.precedent.latest(request.app.state.clock.now())
    period = policy.calendar.period(first, until)
    if period is None:
        raise _wrong("from", NO_PERIOD)
    if setting is not None and setting not in (authority.settings or (setting,)):
        raise _wrong("setting", UNLISTED)
    begin, end = period
    with as_problems():
        rows = await _rows(office, begin, end)
    staff = _beyond_management(authority, end, setting)
    return report(rows, staff, policy.calendar, setting, begin, end)


def _wrong(parameter: str, why: str) -> Problem:
    return Problem(kinds.INVALID, errors=[Mistake(parameter, why, parameter=True)])


async def _rows(office: Office, begin: date, end: date) -> list[OccasionRow]:
    rows: list[OccasionRow] = []
    place = None
    while True:
        some = await office.boards.rows(COLLABORATION, within(begin, end), after=place, limit=CHUNK)
        rows += some
        if len(some) < CHUNK:
            return rows
        place = (some[-1].case_id, some[-1].number)


def _beyond_management(authority: Authority, day: date, setting: str | None) -> frozenset[str]:
    """The staff of the setting, or of all, on *day*, none of whose roles is to lead it (R95)."""
    there = [one for one in assigned_on(authority, day) if setting is None or one.setting == setting]
    leading = {one.staff for one in there if one.role in MANAGEMENT}
    return frozenset(one.staff for one in there) - leading
