"""The notifier's own small door: health, deliveries for the operator, and the clock of demo and test."""

import hmac
import json
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict

from notifier import __version__, problems
from notifier.clock import ClockRunsForward
from notifier.database import DatabaseUnavailable
from notifier.outbox import State
from notifier.problems import KINDS, Problem
from notifier.service import Service
from notifier.settings import Settings, is_loopback


class Time(BaseModel):
    """What time it is in the story."""

    model_config = ConfigDict(extra="forbid")

    now: AwareDatetime


class Health(BaseModel):
    """Whether the notifier can work, and what waits; `degraded` while the feed or a case is stuck."""

    status: str
    feed: str
    waiting: int
    unreported: int
    parked_cases: int


class Delivery(BaseModel):
    """A row of the outbox: ids, codes and times."""

    model_config = ConfigDict(from_attributes=True)

    message_id: UUID
    event_id: UUID
    event_type: str
    case_id: UUID
    recipient: str
    role: str
    template: str
    channel: str
    state: State
    reason: str | None
    attempts: int
    possible_duplicate: bool
    next_attempt_at: datetime | None


class Deliveries(BaseModel):
    """A list of deliveries, newest first."""

    items: list[Delivery]


def create_app(service: Service, settings: Settings) -> FastAPI:
    """The HTTP application over a running service."""
    app = FastAPI(title="Stagepost notifier", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    problems.install(app, settings.public_url)
    _health(app, service)
    _deliveries(app, service, settings)
    if settings.mode != "production":
        _clock(app, service)

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        return Response(document(app), media_type="application/json")

    return app


def document(app: FastAPI) -> str:
    """The API document, as committed and as served: invalid input is a 400 problem, never FastAPI's 422."""
    found = app.openapi()
    for operation in (each for path in found["paths"].values() for each in path.values()):
        operation["responses"].pop("422", None)
        operation["responses"]["default"] = {"description": "A problem document.", "content": {PROBLEM: {}}}
    for name in ("HTTPValidationError", "ValidationError"):
        found["components"]["schemas"].pop(name, None)
    return json.dumps(found, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


PROBLEM = "application/problem+json"


def _health(app: FastAPI, service: Service) -> None:
    @app.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/version")
    async def version() -> dict[str, str]:
        return {"name": "notifier", "version": __version__}

    @app.get("/readyz")
    async def readyz() -> Health:
        try:
            backlog = await service.backlog()
        except DatabaseUnavailable:
            raise Problem("not-ready", "The database does not answer.") from None
        trouble = service.follower.trouble
        return Health(
            status="degraded" if trouble or backlog.parked_cases else "ready",
            feed=trouble or "ok",
            waiting=backlog.messages,
            unreported=backlog.unreported,
            parked_cases=backlog.parked_cases,
        )

    @app.get("/problems/{slug}")
    async def problem(slug: str) -> dict[str, str | int]:
        kind = KINDS.get(slug)
        if kind is None:
            raise Problem("not-found", "There is no such problem.")
        return {"code": slug, "status": kind.status, "title": kind.title, "advice": kind.advice}


def _deliveries(app: FastAPI, service: Service, settings: Settings) -> None:
    async def operator(request: Request) -> None:
        if not _is_operator(request, settings):
            raise Problem("not-signed-in", "The operator token is missing or wrong.")

    @app.get("/v1/deliveries", dependencies=[Depends(operator)], response_model_exclude_none=True)
    async def deliveries(state: State | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> Deliveries:
        try:
            found = await service.deliveries(state, limit)
        except DatabaseUnavailable:
            raise Problem("not-ready", "The database does not answer.") from None
        return Deliveries(items=[Delivery.model_validate(entry) for entry in found])


def _is_operator(request: Request, settings: Settings) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if settings.operator_token is not None and scheme.lower() == "bearer":
        return hmac.compare_digest(given.encode(), settings.operator_token.get_secret_value().encode())
    here = request.client is not None and is_loopback(request.client.host)
    return settings.mode != "production" and not given and here


def _clock(app: FastAPI, service: Service) -> None:
    @app.get("/clock", include_in_schema=False)
    async def tell() -> Time:
        return Time(now=service.clock.now())

    @app.put("/clock", include_in_schema=False)
    async def move(to: Time) -> Time:
        try:
            service.clock.set(to.now)
        except ClockRunsForward:
            raise Problem("clock-runs-forward", "That time has passed.") from None
        service.deliverer.new_rows.ring()
        return Time(now=service.clock.now())
