"""The office of the caller's authority, for a route. The authority comes from the token, never from the path."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from case_api.access.principal import Principal
from case_api.http import problem_kinds as kinds
from case_api.http.identity import Asking
from case_api.http.problems import Problem
from case_api.http.tracing import trace_of
from case_api.office import Office, Offices
from case_api.order import Caller

NOT_PERMITTED = kinds.kind(
    "not-permitted",
    403,
    "Your role does not include this.",
    "Ask somebody whose role does; the API document lists the roles of each operation.",
)


async def _office(request: Request, who: Asking) -> Office:
    offices: Offices = request.app.state.offices
    return await offices.of(who.authority)


InOffice = Annotated[Office, Depends(_office)]
"""The office of the caller's authority."""


def role_of(who: Principal, allowed: tuple[str, ...]) -> str:
    """The role under which the caller acts, the first of *allowed* that they hold; a 403 Problem without one."""
    role = next((role for role in allowed if role in who.roles), None)
    if role is None:
        raise Problem(NOT_PERMITTED)
    return role


def caller(request: Request, who: Principal, allowed: tuple[str, ...]) -> Caller:
    """Who acts, in which role, within which trace."""
    trace = trace_of(request.scope)
    return Caller(who, role_of(who, allowed), trace.correlation_id, trace.traceparent)
