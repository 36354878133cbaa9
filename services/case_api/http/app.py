"""Builds the application from its parts; there is no global app and no global state."""

import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import cache
from typing import Final

import httpx
from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute

from case_api import __version__
from case_api.background import at_work, left_to_another
from case_api.clock import Clock, MovableClock, SystemClock
from case_api.http import (
    accesses,
    agreements,
    assessments,
    audit,
    authority,
    boards,
    cases,
    class_supports,
    collaboration,
    concerns,
    coordination,
    disclosures,
    emergency_access,
    entitlements,
    evaluations,
    family,
    fetching,
    matter_reads,
    matters,
    meetings,
    messages,
    my_learners,
    people,
    placements,
    plans,
    postcards,
    problem_pages,
    readiness,
    recommendations,
    records,
    requests,
    retention,
    reviews,
    seals,
    stages,
    stories,
    supports,
    transfers,
    watches,
)
from case_api.http.clock_route import clock_routes
from case_api.http.declared import known_parameters
from case_api.http.description import describe
from case_api.http.gate import Gated, gate, public_paths
from case_api.http.health import health_routes
from case_api.http.issuer import LocalIssuer
from case_api.http.partner_keys import PartnerKeys
from case_api.http.plain_requests import ShortWays
from case_api.http.policy_rows import policy_rows
from case_api.http.problems import Problems, routes_of
from case_api.http.sign_ins import SignIns
from case_api.http.streaming import Streams
from case_api.http.tokens import Tokens, trusted
from case_api.key_files import authority_keys
from case_api.office import Offices
from case_api.packs import Packs
from case_api.settings import Issuer, Settings
from case_api.store.archive import StoreSettings

CAPABILITIES = (
    people,
    placements,
    coordination,
    concerns,
    assessments,
    supports,
    class_supports,
    stages,
    reviews,
    meetings,
    plans,
    evaluations,
    postcards,
    entitlements,
    agreements,
    requests,
    readiness,
    recommendations,
    records,
    transfers,
    retention,
    authority,
    cases,
    family,
    boards,
    collaboration,
    matter_reads,
    matters,
    emergency_access,
    watches,
    my_learners,
    stories,
    messages,
    disclosures,
    audit,
    accesses,
    seals,
)
ANYWHERE: Final = {"type": "http", "method": "GET", "path": "/", "root_path": ""}


def create_app(settings: Settings, issuers: Sequence[Issuer] = ()) -> FastAPI:
    """The case API as the settings say; *issuers* are trusted beside those of the settings (demo and tests).

    Raises NoPolicyRow where an operation does not say whom it is for.
    """
    clock: Clock = SystemClock() if settings.mode == "production" else MovableClock(starts_at=settings.clock_starts_at)
    problems, ways, client = Problems(settings.public_url), ShortWays(), fetching.client()
    trust = trusted([*settings.issuers, *issuers], settings.authorities, client, time.time)
    packs = Packs(settings.policies)
    store = StoreSettings(settings.database, settings.var, authority_keys(settings).keys, settings.tombstones_dir)
    attend = at_work(clock) if settings.background == "inside" else left_to_another()
    offices = Offices(store, clock, packs, settings, attend)
    keys = PartnerKeys(offices, settings.authorities, clock, time.time)
    tokens = Tokens(trust, settings.longest_token_life, time.time, SignIns(offices, clock).have_ended)

    app = Gated(
        lifespan=_lifespan(settings, clock, offices, client),
        middleware=gate(tokens, problems, ways, public=public_paths(settings), keys=keys),
        redirect_slashes=False,
        dependencies=[Depends(known_parameters)],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        title="Stagepost case API",
        version=__version__,
    )
    problems.install(app)
    app.state.clock, app.state.zone, app.state.packs = clock, settings.zone, packs
    app.state.closing, app.state.streams = threading.Event(), Streams()
    app.state.offices, app.state.public_url = offices, settings.public_url
    _mount(app, settings, clock, offices)
    ways.learn(routes_of(app.routes))
    describe(app)
    tuple(policy_rows(app))
    return app


def _lifespan(
    settings: Settings, clock: Clock, offices: Offices, client: httpx.AsyncClient
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Every office is open before the first request, and everything is closed after the last."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(client.aclose)
            stack.push_async_callback(offices.close)
            for name in settings.authorities:
                await offices.of(name)
            newest = await offices.newest_fact()
            if newest is not None and isinstance(clock, MovableClock):
                clock.not_before(newest)
            yield

    return lifespan


def _mount(app: FastAPI, settings: Settings, clock: Clock, offices: Offices) -> None:
    app.router.routes.extend(doors())
    app.include_router(health_routes(_checks(settings, offices), __version__))
    if isinstance(clock, MovableClock):
        app.include_router(clock_routes(clock, settings.mode, offices.newest_fact))


@cache
def doors() -> tuple[BaseRoute, ...]:
    """The routes of every capability, ready to be asked; made once, for it takes as long as hundreds of requests."""
    router = APIRouter(dependencies=[Depends(known_parameters)])
    for capability in (*CAPABILITIES, problem_pages):
        router.include_router(capability.router)
    for route in router.routes:
        route.matches(dict(ANYWHERE))  # or the first request would wait for it
    return tuple(router.routes)


def _checks(settings: Settings, offices: Offices) -> dict[str, Callable[[], Awaitable[None]]]:
    async def store() -> None:
        for name in settings.authorities:
            await (await offices.of(name)).journal.last_position()

    async def boards() -> None:
        for name in settings.authorities:
            await (await offices.of(name)).require_boards()

    return {"store": store, "boards": boards}


def local_issuers(settings: Settings) -> list[Issuer]:
    """The demo's own issuer, in demo and test mode; none in production."""
    return [] if settings.mode == "production" else [LocalIssuer(settings).settings()]
