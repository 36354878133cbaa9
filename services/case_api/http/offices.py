"""The office of the caller's authority, for a route. The authority comes from the token, never from the path."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from case_api.access.principal import Principal
from case_api.access.rules import Action, Beyond
from case_api.domain.words import ROLES
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


async def office_of(request: Request, who: Asking) -> Office:
    """The office of the caller's authority."""
    offices: Offices = request.app.state.offices
    return await offices.of(who.authority)


InOffice = Annotated[Office, Depends(office_of)]
"""The office of the caller's authority."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Who may call an operation, as a dependency: checked for each request, and said in the API document."""

    allowed: tuple[str, ...]
    """In the order of preference for the role under which the caller acts."""
    action: Action | Beyond
    """What the rules of access call it; those on learners are asked for each learner, where they are known."""

    async def __call__(self, request: Request, who: Asking) -> Caller:
        """Who acts, in which role, within which trace; a 403 Problem for anybody else."""
        trace = trace_of(request.scope)
        trace.role = self.role_of(who)
        if len(who.roles) > 1:
            who = replace(who, asked_in=who.roles.intersection(self.allowed))
        return Caller(who, trace.role, trace.correlation_id, trace.traceparent)

    def role_of(self, who: Principal) -> str:
        """The first of the roles that the caller holds; a 403 Problem without one."""
        role = next((role for role in self.allowed if role in who.roles), None)
        if role is None:
            raise Problem(NOT_PERMITTED)
        return role

    def __str__(self) -> str:
        return "any" if set(self.allowed) == ROLES else ", ".join(self.allowed)
