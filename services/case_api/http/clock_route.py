"""`GET` and `PUT /clock`: time as a story needs it, in demo and test mode alone (D16)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict

from case_api.clock import ClockMovesForward, MovableClock
from case_api.http import problem_kinds
from case_api.http.bodies import json_body
from case_api.http.problems import Problem
from case_api.settings import Mode, UnsafeSettings


class Reading(BaseModel):
    """What the clock shows."""

    model_config = ConfigDict(extra="forbid")

    now: AwareDatetime


Newest = Callable[[], Awaitable[datetime | None]]
"""When the newest fact was recorded."""


async def nothing_recorded() -> None:
    """For a service that keeps no facts."""


def clock_routes(clock: MovableClock, mode: Mode, newest: Newest = nothing_recorded) -> APIRouter:
    """The two routes; raises UnsafeSettings in production."""
    if mode == "production":
        raise UnsafeSettings("In production the clock cannot be set.")
    router = APIRouter(tags=["clock"], include_in_schema=False)

    @router.get("/clock")
    async def shows() -> Reading:
        return Reading(now=clock.now())

    @router.put("/clock")
    async def move(to: Annotated[Reading, json_body(Reading)]) -> Reading:
        recorded = await newest()
        if recorded is not None:
            clock.not_before(recorded)
        try:
            clock.move_to(to.now.astimezone(UTC))
        except (ClockMovesForward, OverflowError):
            raise Problem(problem_kinds.CLOCK_MOVES_FORWARD) from None
        return Reading(now=datetime.astimezone(clock.now(), UTC))

    return router
