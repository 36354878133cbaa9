"""How many requests a principal may make: a token bucket each, in memory.

Fields: draft-ietf-httpapi-ratelimit-headers-10.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from case_api.access.principal import Principal
from case_api.http import problem_kinds
from case_api.http.problems import Problem, Problems
from case_api.http.tracing import trace_of

MOST_BUCKETS = 10_000
Name = tuple[str, str, str]


@dataclass(slots=True)
class Bucket:
    """Tokens that are left, and when they were counted."""

    left: float
    at: float


class Rates:
    """ASGI middleware behind authentication: so many requests per window, then 429 until tokens are back."""

    def __init__(
        self,
        app: ASGIApp,
        problems: Problems,
        *,
        quota: int = 6000,
        window: float = 60.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app, self.problems, self.now = app, problems, now
        self.quota, self.per_second = quota, quota / window
        self.policy = f'"principal";q={quota};w={window:.0f}'.encode()
        self.buckets: OrderedDict[Name, Bucket] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = scope.get("principal")
        if scope["type"] != "http" or not isinstance(principal, Principal):
            await self.app(scope, receive, send)
            return
        left = self._take((principal.authority, principal.client, principal.subject))
        trace_of(scope).fields += [(b"ratelimit-policy", self.policy), (b"ratelimit", self._state(left))]
        if left < 0:
            wait = {"Retry-After": str(math.ceil(-left / self.per_second))}
            problem = Problem(problem_kinds.TOO_MANY_REQUESTS, headers=wait)
            await self.problems.response(Request(scope), problem)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _take(self, name: Name) -> float:
        """Take one token; what is left, or how much was lacking as a negative number."""
        now = self.now()
        bucket = self.buckets.pop(name, None) or Bucket(self.quota, now)
        self.buckets[name] = bucket
        if len(self.buckets) > MOST_BUCKETS:
            self.buckets.popitem(last=False)
        bucket.left = min(self.quota, bucket.left + (now - bucket.at) * self.per_second)
        bucket.at = now
        if bucket.left < 1:
            return bucket.left - 1
        bucket.left -= 1
        return bucket.left

    def _state(self, left: float) -> bytes:
        until_one_more = max(1, math.ceil((1 - left % 1) / self.per_second))
        return f'"principal";r={max(0, math.floor(left))};t={until_one_more}'.encode()
