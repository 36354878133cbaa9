"""A small API put together from the parts of `case_api.http`, and a client for it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
from fastapi import FastAPI, Header, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from case_api.clock import MovableClock
from case_api.domain.refusal import REFUSALS, Missing, Refusal
from case_api.domain.words import Occurred
from case_api.http import problem_pages
from case_api.http.clock_route import clock_routes
from case_api.http.gate import Gated, gate
from case_api.http.health import Check, health_routes
from case_api.http.idempotency import IdempotencyKey
from case_api.http.identity import PUBLIC, Asking
from case_api.http.partner_keys import PartnerKeys
from case_api.http.plain_requests import ShortWays
from case_api.http.problems import Problems, Refused
from case_api.http.times import Asked
from case_api.http.tokens import Tokens
from case_api.http.tracing import trace_of

BASE = "https://stagepost.example"
NOW = datetime(2026, 2, 3, 10, tzinfo=UTC)
PERSON = UUID("7f3b3c52-6f0c-4d7e-9a56-0c4a43c2d1aa")


@dataclass
class Watch:
    """Seconds that a test moves."""

    seconds: float = field(default_factory=NOW.timestamp)

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def wait(self, seconds: float) -> None:
        self.seconds += seconds


class NotAsked(Refusal):
    slug: ClassVar[str] = "test-not-asked"
    rule_id: ClassVar[str] = "I1"
    guidance_ref: ClassVar[str] = "6.3 Requesting assistance"
    title: ClassVar[str] = "Not everyone was asked."
    advice: ClassVar[str] = "Ask each person named under 'missing'."

    service: str


class NothingTried(Refusal):
    slug: ClassVar[str] = "test-nothing-tried"
    rule_id: ClassVar[str] = "I3"
    guidance_ref: ClassVar[str] = "5.2"
    title: ClassVar[str] = "Nothing was tried first."
    advice: ClassVar[str] = "Try a strategy."


REFUSALS.remove(NotAsked)  # they are this test's own, and no part of the published list
REFUSALS.remove(NothingTried)


class Seen(BaseModel):
    model_config = ConfigDict(extra="forbid")

    place: Literal["classroom", "playground"]
    on: Occurred


class Raise(BaseModel):
    """A command with one field of each sort."""

    model_config = ConfigDict(extra="forbid")

    note: Annotated[str, Field(min_length=1, max_length=40)]
    category: Literal["reading", "attendance"] = "reading"
    count: int = 0
    share: float | None = None
    on: date | None = None
    at: datetime | None = None
    ref: UUID | None = None
    yes: bool = False
    seen: list[Seen] = []
    about: dict[str, int] = {}
    code: Annotated[str, Field(pattern="^[a-z]+$")] = "a"


class Unrecorded:
    """The office of an authority of which no record is kept: here nobody looks at anybody."""

    @property
    def journal(self) -> "Unrecorded":
        return self

    accesses = brakes = journal

    async def of(self, _: str) -> "Unrecorded":
        return self

    async def add(self, _: object) -> None:
        return

    async def wait_for(self, *_: object) -> None:
        return


def small_api(
    tokens: Tokens,
    *,
    quota: int = 6000,
    checks: Mapping[str, Check] | None = None,
    clock: MovableClock | None = None,
    patience: float = 10,
    keys: PartnerKeys | None = None,
) -> FastAPI:
    problems = Problems(BASE)
    app = Gated(
        middleware=gate(
            tokens, problems, ShortWays(), public=PUBLIC | {"/clock"}, keys=keys, quota=quota, patience=patience
        ),
        redirect_slashes=False,
    )
    problems.install(app)
    app.state.clock, app.state.zone = clock or MovableClock(), ZoneInfo("Europe/London")
    app.state.offices = Unrecorded()
    app.include_router(health_routes(checks or {}, "1.2.3"))
    app.include_router(problem_pages.router)
    app.include_router(clock_routes(app.state.clock, "test"))
    _routes(app)
    return app


def _routes(app: FastAPI) -> None:
    @app.get("/v1/me")
    async def me(who: Asking, request: Request) -> dict[str, Any]:
        trace = trace_of(request.scope)
        return {
            "subject": who.subject,
            "authority": who.authority,
            "client": who.client,
            "roles": sorted(who.roles),
            "services": sorted(who.services),
            "case": who.case,
            "correlation_id": trace.correlation_id,
            "traceparent": trace.traceparent,
        }

    @app.post("/v1/cases/{case_id}/concerns", status_code=201)
    async def raise_concern(case_id: UUID, command: Raise, key: IdempotencyKey, who: Asking) -> dict[str, Any]:
        return {"key": key, "note": command.note}

    @app.put("/v1/anything")
    async def anything(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.post("/v1/refused")
    async def refuse() -> None:
        missing = Missing(rule_id="I1", what="not_asked", person=PERSON)
        raise Refused([NotAsked(service="slt", missing=(missing,), pointer="/service"), NothingTried()], "pack@1")

    @app.get("/v1/broken")
    async def broken(text: str) -> None:
        raise KeyError(text)

    @app.get("/v1/list")
    async def listed(limit: Annotated[int, Query(ge=1)] = 1, x_count: Annotated[int, Header()] = 0) -> int:
        return limit + x_count

    @app.get("/v1/as-of")
    async def as_of(times: Asked) -> dict[str, Any]:
        return {"known_at": times.known_at, "valid_at": times.valid_at, "settled": times.settled}


@asynccontextmanager
async def calling(app: FastAPI, token: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers) as client:
        yield client
