"""`stagepost background`."""

import asyncio
import os
import signal
from typing import Final, NoReturn

import structlog
import typer
import uvloop

from case_api import logs
from case_api.background import at_work
from case_api.cli.offices import opened_offices
from case_api.cli.seals import EXIT_UNAVAILABLE
from case_api.cli.settings import EXIT_UNSAFE, settings_or_exit
from case_api.cli.stores import store_and_seals
from case_api.clock import SystemClock
from case_api.http.serving import spare_the_collector
from case_api.packs import PackBroken, Packs
from case_api.settings import Settings
from case_api.store.archive import StoreSettings
from case_api.store.journal import StoreUnavailable

LAST: Final = 10.0
"""Seconds in which everything is let go of once the process is asked to end; then it ends as if it were killed, which
loses nothing either. A database that hangs would hold it up for longer."""

log = structlog.get_logger()


def background() -> None:
    """Keep boards and seals up to the log, and record what falls due, in a process of its own.

    It listens nowhere, and ends when it is asked to (SIGTERM, Ctrl-C). Start it with the settings of the processes that
    serve, and those with STAGEPOST_BACKGROUND=beside. Of several one does the work, and the others take over from it.

    Exit codes: 0 asked to end; 2 unsafe settings, no store there or one of another key, a policy is broken; 3 the store
    cannot be reached, start it again.
    """
    settings = settings_or_exit(serves=False)
    if settings.mode != "production":
        _end(f"in {settings.mode} mode the process that serves has the clock and does this itself", EXIT_UNSAFE)
    store, _ = store_and_seals(settings)
    logs.configure()
    logs.speak_for_the_process()
    try:
        Packs(settings.policies).check(settings.default_policy)
        spare_the_collector()
        uvloop.run(_work(settings, store))
    except PackBroken as broken:
        _end(str(broken), EXIT_UNSAFE)
    except StoreUnavailable:
        _end("the store cannot be reached", EXIT_UNAVAILABLE)


async def _work(settings: Settings, store: StoreSettings) -> None:
    """Until the process is asked to end; what is under way then is finished or undone by its transaction."""
    asked, clock = _asked_to_end(asyncio.get_running_loop()), SystemClock()
    async with opened_offices(settings, store, clock, at_work(clock)) as offices:
        for name in settings.authorities:
            await offices.of(name)
            log.info("ready to work in the background", authority=name)
        await asked.wait()


def _asked_to_end(loop: asyncio.AbstractEventLoop) -> asyncio.Event:
    asked = asyncio.Event()

    def ask() -> None:
        asked.set()
        loop.call_later(LAST, os._exit, 0)

    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, ask)
    return asked


def _end(line: str, code: int) -> NoReturn:
    typer.echo(f"stagepost: {line}", err=True)
    raise typer.Exit(code)
