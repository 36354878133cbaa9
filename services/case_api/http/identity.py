"""Who is asking is settled before a byte of the body is read (D25)."""

import time
from collections.abc import Callable, Collection
from functools import partial
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPBearer
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from case_api.access.principal import Principal
from case_api.http import problem_kinds as kinds
from case_api.http.fields import sent
from case_api.http.jwks import KeysUnavailable
from case_api.http.partner_keys import PREFIX, PartnerKeys, TooManyWrongKeys, neighbourhood
from case_api.http.problems import Problem, Problems
from case_api.http.rates import Buckets
from case_api.http.tokens import NotAccepted, Tokens
from case_api.store.journal import StoreUnavailable

PUBLIC = frozenset({"/livez", "/readyz", "/version", "/openapi.json", "/docs", "/problems/", "/schemas/"})
"""Paths that need no token; one that ends in a slash stands for all below it."""
WRONG_A_MINUTE = 600
"""Tokens from one address, or of IPv6 a /64, that are not accepted, in a minute; the next wrong ones get 429."""


class Authentication:
    """ASGI middleware: puts the Principal in `scope["principal"]`, or answers 401 with one wording.

    `scope["still_accepted"]` asks, during a long answer, whether the token or key holds still. A right token is let in
    whatever wrong ones came before from its address: nobody can lock others out by guessing.
    """

    def __init__(
        self,
        app: ASGIApp,
        tokens: Tokens,
        problems: Problems,
        public: Collection[str] = PUBLIC,
        keys: PartnerKeys | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app, self.tokens, self.problems, self.keys = app, tokens, problems, keys
        self.wrong = Buckets(WRONG_A_MINUTE, 60.0, now)
        self.exact = frozenset(path for path in public if not path.endswith("/"))
        self.below = tuple(path for path in public if path.endswith("/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._is_public(scope):
            await self.app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._known(scope, receive, send)

    async def _known(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            shown, address = _bearer(scope), _address(scope)
            scope["principal"] = await self._principal(shown, address)
            scope["still_accepted"] = partial(self._still_accepted, shown, address)
        except NotAccepted:
            problem = self._not_accepted(scope)
        except TooManyWrongKeys as guessing:
            problem = Problem(kinds.TOO_MANY_REQUESTS, headers={"Retry-After": str(guessing.wait)})
        except KeysUnavailable:
            problem = Problem(kinds.UNAVAILABLE, headers={"Retry-After": "30"})
        except StoreUnavailable:
            problem = Problem(kinds.UNAVAILABLE, headers={"Retry-After": "1"})
        else:
            await self.app(scope, receive, send)
            return
        await self.problems.response(Request(scope), problem)(scope, receive, send)

    def _not_accepted(self, scope: Scope) -> Problem:
        """Where nothing was shown nothing was tried: only what was wrong is counted."""
        shown = sent(scope, b"authorization")
        left = self.wrong.take(neighbourhood(_address(scope))) if shown else 0.0
        if left < 0:
            return Problem(kinds.TOO_MANY_REQUESTS, headers={"Retry-After": str(self.wrong.wait(left))})
        return Problem(kinds.UNAUTHENTICATED, headers={"WWW-Authenticate": "Bearer"})

    async def _principal(self, shown: str, address: str) -> Principal:
        if self.keys is not None and shown.startswith(PREFIX):
            return await self.keys.principal(shown, address)
        return await self.tokens.principal(shown)

    async def _still_accepted(self, shown: str, address: str) -> bool:
        """Asks by what was shown, not by the request, which would hold itself and be freed by the collector alone."""
        try:
            await self._principal(shown, address)
        except (NotAccepted, TooManyWrongKeys, KeysUnavailable, StoreUnavailable):
            return False
        return True

    def _is_public(self, scope: Scope) -> bool:
        return scope["type"] == "http" and (scope["path"] in self.exact or scope["path"].startswith(self.below))


def _bearer(scope: Scope) -> str:
    """The token of the one Authorization field; raises NotAccepted where there is none, or more than one."""
    shown = sent(scope, b"authorization")
    if len(shown) != 1 or shown[0][:7].lower() != b"bearer ":
        raise NotAccepted
    return str(shown[0][7:].strip(), "latin-1")


def _address(scope: Scope) -> str:
    """Where the request comes from; empty where nobody knows."""
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else ""


async def principal(
    request: Request,
    _documented: Annotated[object, Depends(HTTPBearer(bearerFormat="JWT", auto_error=False))],
) -> Principal:
    """The principal that the middleware found; a route on a public path has none and must not ask."""
    found: Principal = request.scope["principal"]
    return found


Asking = Annotated[Principal, Depends(principal)]
"""Who is asking, for a route: `async def read(who: Asking)`."""
