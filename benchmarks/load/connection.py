"""One kept connection that asks and hears: as little Python for each request as can be."""

import asyncio
from typing import Self, cast

from httptools import HttpResponseParser


class Connection(asyncio.Protocol):
    """HTTP/1.1, one request at a time. Raises ConnectionError when the server hangs up."""

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def to(cls, port: int) -> Self:
        """A connection to a server on this machine."""
        _, made = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return made

    @property
    def open(self) -> bool:
        """The server has not hung up, as it does on whoever is silent for seconds."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes) -> int:
        """Send a request; the status of its answer once all of that is here."""
        if self._transport is None or not self.open:
            raise ConnectionResetError
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    def on_message_complete(self) -> None:
        """For the parser: the answer is here."""
        answer, self._answer = self._answer, None
        status = self._parser.get_status_code()
        self._parser = HttpResponseParser(self)
        if answer is not None and not answer.done():
            answer.set_result(status)
