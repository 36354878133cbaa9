"""How an answer leaves: of a known length in one piece, head and body together, as one call of the system."""

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class OnePiece:
    """What the server writes an answer to, in the place of its transport.

    The head of an answer of a known length waits for the body, which comes at once; that of one that streams does not.
    """

    __slots__ = ("_cycle", "_head", "_transport")

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle, self._transport = cycle, cycle.transport
        self._head: bytes | None = None
        cycle.transport = self  # type: ignore[assignment] # of a transport the server uses no more than this has

    def write(self, data: bytes) -> None:
        """Send *data*, after the head that waits; if it is a head with a Content-Length, let it wait."""
        if self._head is None and self._cycle.chunked_encoding is False:
            self._head = data
            return
        if self._head:
            data, self._head = self._head + data, b""
        if data:
            self._transport.write(data)

    def close(self) -> None:
        """Send what waits, and end the connection."""
        self.let_go()
        self._transport.close()

    def let_go(self) -> None:
        """Send the head of an answer without a body; then stand no more between the two, which hold each other so."""
        if self._head:
            self.write(b"")
        self._cycle.transport = self._transport

    def is_closing(self) -> bool:
        """Whether the connection ends."""
        return self._transport.is_closing()
