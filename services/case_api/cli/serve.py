"""`python -m case_api serve`."""

import sqlite3
from pathlib import Path
from typing import NoReturn

import psycopg
import typer
from fastapi import FastAPI

from case_api import crash_points, logs
from case_api.cli.lines import wrong_keys
from case_api.cli.seals import EXIT_UNAVAILABLE
from case_api.cli.settings import EXIT_UNSAFE, settings_or_exit
from case_api.http.app import create_app, local_issuers
from case_api.http.listening import CannotListen
from case_api.http.serving import DrainingServer, server_config, spare_the_collector
from case_api.key_files import authority_keys, seal_keys
from case_api.packs import PackBroken, Packs
from case_api.settings import Settings, UnsafeSettings
from case_api.store.journal import StoreUnavailable
from case_api.store.keystore import WrongKeys
from case_api.store.tombstones import TombstonesUnreadable

EXIT_CANNOT_LISTEN = 4
NOT_OURS = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")
"""How the codes of SQLite begin for a file, or its folder, that is not the service's to write."""
WRITABLE = "STAGEPOST_VAR must name a folder that the service may write in"


def serve() -> None:
    """Serve the case API, as the STAGEPOST_… variables say, until it is asked to end (SIGTERM, Ctrl-C).

    What is under way then is answered first, and the process ends by the signal: 143 (SIGTERM) or 130 (Ctrl-C), as a
    shell tells it; 0 as the first process of a container.

    Exit codes: 2 unsafe settings, another key than the store's, a policy that is broken, a folder that cannot be
    written; 3 the store cannot be reached, start it again; 4 the port is taken; 1 an error that nobody expected. One
    line says what to change.
    """
    settings = settings_or_exit()
    logs.configure()
    logs.speak_for_the_process()
    if settings.crash_at is not None:
        crash_points.arm(settings.crash_at)
    server = None
    try:
        app = _app(settings)
        spare_the_collector()
        opened = app.router.lifespan_context(app)
        config = server_config(app, settings.host, settings.port)
        server = DrainingServer(config, app.state.closing, opened)
        server.run()
    except (UnsafeSettings, PackBroken, TombstonesUnreadable) as unsafe:
        _end(str(unsafe), EXIT_UNSAFE)
    except WrongKeys as authority:
        _end(wrong_keys(authority), EXIT_UNSAFE)
    except CannotListen as refused:
        _end(str(refused), EXIT_CANNOT_LISTEN)
    except (StoreUnavailable, psycopg.OperationalError, sqlite3.Error, OSError) as error:
        if server is not None and server.started:
            raise
        _end(*_unopened(error, settings))


def _app(settings: Settings) -> FastAPI:
    for warning in (*authority_keys(settings).warnings, *seal_keys(settings).warnings):
        typer.echo(f"stagepost: {warning}", err=True)
    Packs(settings.policies).check(settings.default_policy)
    return create_app(settings, local_issuers(settings))


def _unopened(error: Exception, settings: Settings) -> tuple[str, int]:
    """Why what is served could not be opened, and the exit code."""
    if isinstance(error, OSError):
        place = Path(error.filename or settings.var)
        if settings.keys_dir is not None and place.is_relative_to(settings.keys_dir):
            return f"{place} cannot be opened: look at STAGEPOST_KEYS_DIR", EXIT_UNSAFE
        return f"{place} cannot be written: {WRITABLE}", EXIT_UNSAFE
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorname", "").startswith(NOT_OURS):
        return f"{settings.var} cannot be written: {WRITABLE}", EXIT_UNSAFE
    return "the store cannot be reached", EXIT_UNAVAILABLE


def _end(line: str, code: int) -> NoReturn:
    typer.echo(f"stagepost: {line}", err=True)
    raise typer.Exit(code) from None
