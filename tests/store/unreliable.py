"""A way to a PostgreSQL server that loses replies or breaks when it is told to."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

SOCKET = ".s.PGSQL.5432"
APPEND = b"SELECT append"


class Way:
    """Passes bytes on, both ways, until it is told to misbehave."""

    def __init__(self, server: Path) -> None:
        self._server = server
        self._ways: set[asyncio.Task[None]] = set()
        self._ends: set[asyncio.StreamWriter] = set()
        self.replies_to_lose = 0
        """Replies to an append that never arrive: the connection breaks instead."""
        self.requests_to_lose = 0
        """Appends that never arrive: the connection breaks instead."""
        self.closed = False
        """Nobody gets through any more."""

    def cut(self) -> None:
        """Break every connection that there is."""
        for end in self._ends:
            end.close()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.closed:
            writer.close()
            return
        behind, ahead = await asyncio.open_unix_connection(self._server)
        self._ends |= {writer, ahead}
        appends = asyncio.Event()
        ways = (self._ask(reader, ahead, appends), self._answer(behind, writer, appends))
        for way in ways:
            task = asyncio.create_task(self._run(way, writer, ahead))
            self._ways.add(task)

    async def close(self) -> None:
        self.cut()
        await asyncio.gather(*self._ways, return_exceptions=True)

    async def _run(self, way, *ends):
        try:
            await way
        except OSError:
            pass  # one end broke: so does the other
        finally:
            for end in ends:
                end.close()

    async def _ask(self, client, server, appends):
        """Client to server. A connection that once appended is the writer's: it does nothing else."""
        while chunk := await client.read(65536):
            if APPEND in chunk:
                appends.set()
            if appends.is_set() and self.requests_to_lose:
                self.requests_to_lose -= 1
                return
            server.write(chunk)
            await server.drain()

    async def _answer(self, server, client, appends):
        while chunk := await server.read(65536):
            if appends.is_set() and self.replies_to_lose:
                self.replies_to_lose -= 1
                return
            client.write(chunk)
            await client.drain()


@asynccontextmanager
async def way_to(dsn: str) -> AsyncIterator[tuple[Way, str]]:
    """An unreliable way to the server of *dsn*, and the DSN that takes it."""
    folder = Path(tempfile.mkdtemp(prefix="stagepost-way-"))
    way = Way(Path(str(conninfo_to_dict(dsn)["host"])) / SOCKET)
    listening = await asyncio.start_unix_server(way.accept, folder / SOCKET)
    try:
        yield way, make_conninfo(dsn, host=str(folder))
    finally:
        listening.close()
        await way.close()
        shutil.rmtree(folder)
