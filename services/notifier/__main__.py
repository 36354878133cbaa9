"""`python -m notifier serve`."""

import asyncio
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import typer
import uvicorn
from pydantic import ValidationError

from notifier import crash_points
from notifier.app import create_app, document
from notifier.database import AlreadyRunning, DatabaseUnavailable, OutboxUnusable
from notifier.listening import CannotListen, taken
from notifier.logs import about, configure, logger
from notifier.service import Service
from notifier.settings import Settings

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

EXIT_UNSAFE, EXIT_UNAVAILABLE, EXIT_TAKEN = 2, 3, 4

UNFIT: Final[Mapping[str, str]] = {
    "missing": "it is missing",
    "literal_error": "it is none of the allowed words",
    "int_parsing": "it must be a whole number",
    "greater_than_equal": "it is too small",
    "less_than_equal": "it is too large",
    "timezone_aware": "the instant needs its offset, such as Z",
}
"""By what pydantic finds."""


class Server(uvicorn.Server):
    """Leaves signals to us, so that the messages in flight finish before the process ends."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@cli.callback()
def notifier() -> None:
    """Tells families, staff and partner services what happened."""


@cli.command()
def serve() -> None:
    """Follow the case API and tell families, staff and services what happened, until asked to end (SIGTERM, Ctrl-C).

    What is being sent then is finished first, and the process ends with 0. It answers on a port of its own: how it is,
    and what became of each message. The STAGEPOST_NOTIFIER_… variables set it: see services/notifier/settings.py.

    Exit codes: 2 unsafe settings, an outbox that cannot be written or read; 3 the database cannot be used, start it
    again; 4 the port is taken, or the outbox by another notifier; 1 an error that nobody expected. One line says what
    to change.
    """
    configure()
    sys.exit(_served_or_told())


def _served_or_told() -> int:
    """Serve to the end; the exit code."""
    try:
        settings = Settings()
    except ValidationError as error:
        reasons = {_reason(each) for each in error.errors(include_input=False)}
        return _told("; ".join(sorted(reasons)), EXIT_UNSAFE)
    if settings.crash_at is not None:
        crash_points.arm(settings.crash_at)
    try:
        return asyncio.run(_serve(settings))
    except CannotListen as refused:
        return _told(str(refused), EXIT_TAKEN)
    except AlreadyRunning:
        return _told("another notifier has this outbox open", EXIT_TAKEN)
    except OutboxUnusable as error:
        return _told(str(error), EXIT_UNSAFE)
    except DatabaseUnavailable as error:
        return _told(f"the database cannot be used: {error.code}", EXIT_UNAVAILABLE)


def _reason(found: Mapping[str, Any]) -> str:
    """What is wrong with a setting, in our own words; what was given for it is not repeated."""
    kind, place = found["type"], found["loc"]
    what = str(found["ctx"]["error"]) if kind == "value_error" else UNFIT.get(kind, "it cannot be read")
    return f"{place[-1]}: {what}" if place else what


def _told(what: str, code: int) -> int:
    typer.echo(f"notifier: {what}", err=True)
    return code


@cli.command()
def openapi(folder: Annotated[Path, typer.Argument()] = Path("openapi")) -> None:
    """Write the API document into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "notifier.json").write_text(asyncio.run(_document()), "utf-8")


async def _document() -> str:
    with TemporaryDirectory() as var:
        settings = Settings(mode="test", var=Path(var))
        service = await Service.open(settings)
        try:
            return document(create_app(service, settings))
        finally:
            await service.close()


async def _serve(settings: Settings) -> int:
    with ExitStack() as bound:
        sockets = [bound.enter_context(one) for one in taken(settings.host, settings.port)]
        return await _served(settings, sockets)


async def _served(settings: Settings, sockets: list[socket.socket]) -> int:
    service = await Service.open(settings)
    server = Server(
        uvicorn.Config(
            create_app(service, settings),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
    )
    running = asyncio.create_task(service.run())
    running.add_done_callback(lambda _: _end(server))
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, _end, server)
    await server.serve(sockets)
    await service.stop(running)
    return _verdict(running)


def _end(server: uvicorn.Server) -> None:
    server.should_exit = True


def _verdict(running: "asyncio.Task[None]") -> int:
    """0 after an orderly stop, 1 after an error that no loop expected: then someone must look."""
    error = None if running.cancelled() else running.exception()
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if error is None:
        return 0
    logger().critical("stopped_by_an_error", **about(error))
    return 1


if __name__ == "__main__":
    cli()
