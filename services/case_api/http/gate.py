"""The order in which a request passes what stands before the routes."""

from collections.abc import Collection

from fastapi import FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp

from case_api.http.access_log import AccessLog
from case_api.http.identity import PUBLIC, Authentication
from case_api.http.incidents import Incidents
from case_api.http.limits import PATIENCE, BodyLimits
from case_api.http.looking import Looking
from case_api.http.partner_keys import PartnerKeys
from case_api.http.plain_requests import ShortWay, ShortWays
from case_api.http.problems import Problems
from case_api.http.rates import Rates
from case_api.http.tokens import Tokens
from case_api.http.tracing import Tracing
from case_api.settings import Settings


def public_paths(settings: Settings, more: Collection[str] = ()) -> frozenset[str]:
    """The paths that need no token; the clock is one where it can be set at all."""
    clock = () if settings.mode == "production" else ("/clock",)
    return PUBLIC.union(clock, more)


def gate(
    tokens: Tokens,
    problems: Problems,
    ways: ShortWays,
    *,
    public: Collection[str] = PUBLIC,
    keys: PartnerKeys | None = None,
    quota: int = 6000,
    patience: float = PATIENCE,
) -> list[Middleware]:
    """Middleware for `Gated(middleware=…)`, outermost first; who asks is settled before a body is read.

    Args:
        tokens: verifies the bearer token.
        problems: writes what the middleware answers.
        ways: of requests in their plain form.
        public: paths that need no token.
        keys: of partners, which serve as well; none are taken without.
        quota: requests a minute of one principal.
        patience: seconds for a body to arrive.
    """
    return [
        Middleware(Tracing),
        Middleware(AccessLog),
        Middleware(Incidents, problems),
        Middleware(Authentication, tokens, problems, public, keys),
        Middleware(Rates, problems, quota=quota),
        Middleware(BodyLimits, problems, patience=patience),
        Middleware(Looking, problems),
        Middleware(ShortWay, ways, problems),
    ]


class Gated(FastAPI):
    """The framework's application, with the gate and nothing else before its handlers and routes.

    The framework would stand around the gate with three layers of its own, through which every message goes. Of these
    two are switched off, and Incidents has answered before the third, for the unforeseen, hears of it.
    """

    def build_middleware_stack(self) -> ASGIApp:
        """The gate around what handles the foreseen, and the routes."""
        within: ASGIApp = AsyncExitStackMiddleware(self.router)
        within = ExceptionMiddleware(within, handlers=self.exception_handlers)
        for layer in reversed(self.user_middleware):
            within = layer.cls(within, *layer.args, **layer.kwargs)
        return within
