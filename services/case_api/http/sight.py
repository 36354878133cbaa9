"""Whether the caller may read the case that a request addresses, as case and directory are now (D3)."""

from uuid import UUID

from starlette.requests import Request

from case_api.access.principal import Principal
from case_api.access.reach import may_register, ruling_on
from case_api.access.rules import Action
from case_api.access.ruling import Ruling
from case_api.domain.case import Case
from case_api.domain.event import Recorded
from case_api.domain.words import day_of
from case_api.http import problem_kinds as kinds
from case_api.http.ordering import as_problems
from case_api.http.problems import Problem
from case_api.http.tracing import trace_of
from case_api.office import Office

Events = tuple[Recorded, ...]
OF_ANOTHER_SCHOOL = kinds.kind(
    "learner-of-another-school",
    403,
    "You register learners of your own school alone.",
    "Ask that school or the authority to register the learner; of one who moves, the record is passed on (transfers).",
)


async def case_in_sight(
    request: Request, office: Office, who: Principal, action: Action, case_id: UUID, events: Events = ()
) -> tuple[Case, Ruling]:
    """The case at its head, and the ruling that permits *action*. Raises a 404 Problem where nothing does.

    *events* are all that the histories just gave of the case: the log is not asked again while they hold them.
    """
    case, ruling = await ruled(request, office, who, action, case_id, events)
    if not ruling.permitted:
        raise Problem(kinds.NOT_FOUND)
    return case, ruling


async def who_registers(request: Request, office: Office, who: Principal, setting: str) -> None:
    """Raises a 403 Problem where the caller may bring no learner of *setting* onto the record."""
    now = request.app.state.clock.now()
    day = day_of(now, request.app.state.zone)
    with as_problems():
        authority, _ = await office.precedent.at(now)
        ruling = may_register(who, setting, authority, day)
        if ruling.by_directory or not ruling.permitted:
            authority, _ = await office.precedent.latest(now)
            ruling = may_register(who, setting, authority, day)
    trace_of(request.scope).access_rules = ruling.rules
    if not ruling.permitted:
        raise Problem(OF_ANOTHER_SCHOOL)


async def ruled(
    request: Request, office: Office, who: Principal, action: Action, case_id: UUID, events: Events = ()
) -> tuple[Case, Ruling]:
    """The case at its head, and the ruling on *action*.

    What would be denied, or stands on the directory alone, is asked again with the directory at its head: another
    process may have changed it within the last second.
    """
    now = request.app.state.clock.now()
    day = day_of(now, request.app.state.zone)
    with as_problems():
        known = events if office.histories.holds(case_id, events) else ()
        case = (await office.folds.confirmed(case_id, known)).state
        authority, _ = await office.precedent.at(now)
        ruling = ruling_on(who, action, case, authority, day)
        if ruling.by_directory or not ruling.permitted:
            authority, _ = await office.precedent.latest(now)
            ruling = ruling_on(who, action, case, authority, day)
    trace_of(request.scope).access_rules = ruling.rules
    return case, ruling
