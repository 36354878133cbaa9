"""One log line for each request: what kind, how it went, how long it took. No path, no query, no address.

Lines on child-protection matters are all of one kind, so that nobody counts matters or overrides in a log (I30).
"""

import time
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from case_api.access.principal import Principal
from case_api.http.tracing import trace_of

log = structlog.get_logger()
MATTERS: Final = "/v1/matters"


class AccessLog:
    """ASGI middleware, just inside Tracing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 499

        async def watching(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watching)
        finally:
            _write(scope, status, time.perf_counter() - began)


def _write(scope: Scope, status: int, seconds: float) -> None:
    trace, principal = trace_of(scope), scope.get("principal")
    route: str = getattr(scope.get("route"), "path", "unmatched")
    sealed = route.startswith(MATTERS)
    more: dict[str, object] = {}
    if isinstance(principal, Principal):
        more["authority"] = principal.authority
    if trace.problem and not sealed:
        more["problem"] = trace.problem
    if trace.rule_ids and not sealed:
        more["rule_ids"] = trace.rule_ids
    log.info(
        "request",
        request_id=str(trace.request_id),
        method=scope["method"],
        route=MATTERS if sealed else route,
        status=status,
        duration_ms=round(seconds * 1000, 2),
        **more,
    )
