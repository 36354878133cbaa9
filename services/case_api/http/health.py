"""`/livez`, `/readyz`, `/version`: for operators and their machines; public, and without content."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import anyio
import structlog
from fastapi import APIRouter

from case_api.http import problem_kinds
from case_api.http.documents import ERRORS
from case_api.http.problems import Problem

Check = Callable[[], Awaitable[None]]
"""Returns when all is well, raises when not."""

PATIENCE: Final = 2.0

log = structlog.get_logger()


def health_routes(checks: Mapping[str, Check], version: str) -> APIRouter:
    """The three routes; *checks* are asked, all at once, each time that `/readyz` is."""
    router = APIRouter(tags=["health"])

    @router.get("/livez", summary="Whether the process answers")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz", summary="Whether requests can be served", responses={503: ERRORS[503]})
    async def readyz() -> dict[str, str]:
        if failing := await _failing(checks):
            raise Problem(problem_kinds.NOT_READY, headers={"Retry-After": "5"}, members={"failing": failing})
        return {"status": "ready"}

    @router.get("/version", summary="Which version is running")
    async def running() -> dict[str, str]:
        return {"version": version}

    return router


async def _failing(checks: Mapping[str, Check]) -> list[str]:
    failing: list[str] = []

    async def ask(name: str, check: Check) -> None:
        try:
            with anyio.fail_after(PATIENCE):
                await check()
        except Exception as error:  # noqa: BLE001 - whatever it raises, the answer is: not ready
            log.warning("not ready", checks=[name], error=type(error).__name__)
            failing.append(name)

    async with anyio.create_task_group() as asking:
        for name, check in checks.items():
            asking.start_soon(ask, name, check)
    return sorted(failing)
