"""One log line for each request: what kind, how it went, how long it took. No path, no query, no address.

Lines on child-protection matters are all of one kind, so that nobody counts matters or overrides in a log (I30).
"""

import time
from typing import Final

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from case_api.access.principal import Principal
from case_api.http.tracing import trace_of

GONE: Final = 499
"""In the place of a status where the client left before there was one."""
MATTERS: Final = "/v1/matters"
EMERGENCY: Final = "/emergency-access"


class AccessLog:
    """ASGI middleware, just inside Tracing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.log = app, structlog.get_logger().bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        try:
            await self.app(scope, receive, send)
        finally:
            self._write(scope, time.perf_counter() - began)

    def _write(self, scope: Scope, seconds: float) -> None:
        status = trace_of(scope).status or GONE
        self.log.info("request", **_fields(scope), status=status, duration_ms=round(seconds * 1000, 2))


def _fields(scope: Scope) -> dict[str, object]:
    trace, principal = trace_of(scope), scope.get("principal")
    route: str = getattr(scope.get("route"), "path", "unmatched")
    sealed = route.startswith(MATTERS) or route.endswith(EMERGENCY)
    fields: dict[str, object] = {
        "request_id": trace.request_id,
        "method": scope["method"],
        "route": MATTERS if sealed else route,
    }
    if isinstance(principal, Principal):
        fields["authority"] = principal.authority
    if trace.problem and not sealed:
        fields["problem"] = trace.problem
    if trace.rule_ids and not sealed:
        fields["rule_ids"] = trace.rule_ids
    return fields
