"""How many requests a principal may make: a token bucket each, in memory.

Fields: draft-ietf-httpapi-ratelimit-headers-10.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from case_api.access.principal import Principal
from case_api.http import problem_kinds
from case_api.http.problems import Problem, Problems
from case_api.http.tracing import trace_of

MOST_BUCKETS = 10_000


@dataclass(slots=True)
class Bucket:
    """Tokens that are left, and when they were counted."""

    left: float
    at: float


class Buckets:
    """A bucket of *quota* tokens for each name, full again after *window* seconds; the longest unused are let go."""

    def __init__(self, quota: int, window: float, now: Callable[[], float]) -> None:
        self.quota, self.per_second, self._now = quota, quota / window, now
        self._buckets: OrderedDict[Hashable, Bucket] = OrderedDict()

    def take(self, name: Hashable) -> float:
        """Take one token; what is left, or how much was lacking as a negative number."""
        now = self._now()
        bucket = self._buckets.pop(name, None) or Bucket(self.quota, now)
        self._buckets[name] = bucket
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        bucket.left = min(self.quota, bucket.left + (now - bucket.at) * self.per_second)
        bucket.at = now
        if bucket.left < 1:
            return bucket.left - 1
        bucket.left -= 1
        return bucket.left

    def wait(self, lacking: float) -> int:
        """Whole seconds until what was lacking is there."""
        return math.ceil(-lacking / self.per_second)


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
        self.app, self.problems = app, problems
        self.policy = f'"principal";q={quota};w={window:.0f}'.encode()
        self.buckets = Buckets(quota, window, now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = scope.get("principal")
        if scope["type"] != "http" or not isinstance(principal, Principal):
            await self.app(scope, receive, send)
            return
        left = self.buckets.take((principal.authority, principal.client, principal.subject))
        trace_of(scope).fields += [(b"ratelimit-policy", self.policy), (b"ratelimit", self._state(left))]
        if left < 0:
            wait = {"Retry-After": str(self.buckets.wait(left))}
            problem = Problem(problem_kinds.TOO_MANY_REQUESTS, headers=wait)
            await self.problems.response(Request(scope), problem)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _state(self, left: float) -> bytes:
        until_one_more = max(1, math.ceil((1 - left % 1) / self.buckets.per_second))
        return f'"principal";r={max(0, math.floor(left))};t={until_one_more}'.encode()
