"""Who looked, written down before a byte of the answer leaves; where it cannot be, nothing leaves."""

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from case_api.access.principal import Principal
from case_api.clock import Clock
from case_api.http import problem_kinds as kinds
from case_api.http.looks import looks_of, purpose_of, stopped
from case_api.http.problems import Problem, Problems
from case_api.office import Offices
from case_api.store.access import Shown
from case_api.store.accesses import NUMBER

PATIENCE: Final = 4.0
"""Seconds for a look to be on the disk."""
RETRY: Final = {"Retry-After": "2"}

log = structlog.get_logger()


class HeldBack(Exception):
    """Raised in the place of sending, so that what would have been sent stops."""


class Looking:
    """ASGI middleware just outside the routes: holds back each answer until the record says who got it.

    What a route shows beside the case in its path it says by `tracing.looked`.
    """

    def __init__(self, app: ASGIApp, problems: Problems) -> None:
        self.app, self.problems = app, problems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        who = scope.get("principal")
        if scope["type"] != "http" or not isinstance(who, Principal):
            await self.app(scope, receive, send)
            return
        problem: Problem | None = None

        async def sending(message: Message) -> None:
            nonlocal problem
            if message["type"] == "http.response.start":
                problem = await self._in_the_way(scope, who, purpose, message["status"])
            if problem is not None:
                raise HeldBack
            await send(message)

        try:
            purpose = purpose_of(scope)
            await self.app(scope, receive, sending)
        except Problem as unreadable:
            problem = unreadable
        except Exception:
            if problem is None:
                raise
        if problem is not None:
            await self.problems.response(Request(scope), problem)(scope, receive, send)

    async def _in_the_way(self, scope: Scope, who: Principal, purpose: str, status: int) -> Problem | None:
        """What to answer instead; None once it stands on the disk who looked, or where nobody did."""
        clock: Clock = scope["app"].state.clock
        looks = looks_of(scope, who, status, purpose, clock.now())
        if not looks:
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                return await _recorded(scope, who, looks)
        except Exception as error:  # noqa: BLE001 (whatever stands in the way: nothing leaves)
            log.error("nothing is shown: who looked cannot be written", error=type(error).__name__)  # noqa: TRY400 (no text of an error is logged)
            return Problem(kinds.UNAVAILABLE, headers=RETRY)


async def _recorded(scope: Scope, who: Principal, looks: Sequence[Shown]) -> Problem | None:
    """Write who looked; a 429 Problem for who has read of too many learners."""
    offices: Offices = scope["app"].state.offices
    office, longest = await offices.of(who.authority), None
    for shown in looks:
        learners = () if shown.look.restricted else shown.about
        is_read = shown.look.decision == "released"
        tells = is_read or shown.look.seen == NUMBER
        wait = await office.brakes.wait_for(who, learners) if tells else None
        await office.journal.accesses.add(shown if wait is None else stopped(shown))
        if learners and not is_read:
            await office.brakes.refused(who)
        longest = longest if wait is None else max(wait, longest or 0)
    return None if longest is None else Problem(kinds.TOO_MANY_LEARNERS, headers={"Retry-After": str(longest)})
