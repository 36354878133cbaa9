"""The unforeseen: answered with a number to quote, logged without a single value."""

from uuid import uuid4

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from case_api.http import problem_kinds
from case_api.http.problems import Problem, Problems
from case_api.http.tracing import trace_of
from case_api.logs import about

log = structlog.get_logger()


class AnswerBroken(Exception):
    """An answer broke off after it had begun, so the server closes the connection. Holds no values."""


class Incidents:
    """ASGI middleware: an exception that nothing below it expected becomes a 500 problem.

    Neither its text nor any value goes anywhere: the log gets its type and the places in the code.
    """

    def __init__(self, app: ASGIApp, problems: Problems) -> None:
        self.app, self.problems = app, problems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:  # the last place to catch it; logged and answered below
            if scope["type"] != "http":
                raise
            incident = report(error, scope)
        else:
            return
        if trace_of(scope).status is not None:
            raise AnswerBroken(incident)
        problem = Problem(problem_kinds.INTERNAL, members={"incident": incident})
        await self.problems.response(Request(scope), problem)(scope, receive, send)


def report(error: Exception, scope: Scope) -> str:
    """Log where *error* came from, without its text; returns the incident's number."""
    incident = str(uuid4())
    log.error(
        "incident",
        incident=incident,
        request_id=trace_of(scope).request_id,
        method=scope["method"],
        **about(error),
    )
    return incident
