"""How the server is run: which connections it lets in, how it stops, and when it looks for reference cycles."""

import asyncio
import gc
import select
import socket
import threading
import time
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from case_api.http.connections import LAST_CALL, GuardedProtocol
from case_api.http.listening import CannotListen, taken

KEPT_OPEN: Final = 75
"""Seconds for which an idle connection stays open: longer than a proxy keeps its own, so that it closes first."""
COLLECTED_AFTER: Final = (50_000, 20, 50)
"""Objects that must be new before reference cycles are looked for; how often so, before older ones are looked at."""


class DrainingServer(uvicorn.Server):
    """A server that, told to stop, first lets those go who only wait: they would hold it up for as long.

    It has *opened* what it serves from before the first request until after the last, and raises what opening raises.
    """

    def __init__(
        self, config: uvicorn.Config, closing: threading.Event, opened: AbstractAsyncContextManager[object]
    ) -> None:
        super().__init__(config)
        self._closing, self._opened, self._open = closing, opened, AsyncExitStack()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take the port, open what is served, listen. Raises CannotListen."""
        host, port = self.config.host, self.config.port
        async with AsyncExitStack() as undone:
            sockets = [undone.enter_context(one) for one in taken(host, port)]
            await undone.enter_async_context(self._opened)
            try:
                for one in sockets:
                    one.listen(self.config.backlog)  # where another was quicker, the event loop tells nobody
                await super().startup(sockets)
            except OSError as error:
                raise CannotListen(error, host, port) from None
            self._open = undone.pop_all()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM or SIGINT: set the event that long polls look at, then stop as ever."""
        self._closing.set()
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let in whoever has connected already, then stop as ever: their requests may be on the way."""
        deadline = time.monotonic() + LAST_CALL
        while self._somebody_waits() and time.monotonic() < deadline:  # noqa: ASYNC110 - a round of the loop lets in one
            await asyncio.sleep(0)
        telling = asyncio.create_task(self._tell_the_late())
        await super().shutdown(sockets)
        telling.cancel()
        if not self.force_exit:
            await self._open.aclose()

    async def _tell_the_late(self) -> None:
        """Who was let in as the door closed has not been told that it does."""
        while True:
            for connection in list(self.server_state.connections):
                connection.shutdown()
            await asyncio.sleep(LAST_CALL / 10)

    def _somebody_waits(self) -> bool:
        waiting = select.poll()
        for listening in (one for server in self.servers for one in server.sockets):
            waiting.register(listening.fileno(), select.POLLIN)
        return bool(waiting.poll(0))


def spare_the_collector() -> None:
    """Let the search for reference cycles pass by what stays, which it would go through again and again.

    Thousands of folded cases stay in memory; they are values that hold no cycles, and are freed as their last user
    lets go. By the interpreter's own settings the search took two fifths of a busy process's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTED_AFTER)


def server_config(app: ASGIApp, host: str, port: int) -> uvicorn.Config:
    """The server as it is meant to run: no log of raw paths, no names of software in its answers."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=GuardedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEPT_OPEN,
        timeout_graceful_shutdown=20,
    )
