"""The port is taken before anything is opened: whoever cannot have it changes nothing, and is told why."""

import errno
import socket
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any


class CannotListen(Exception):
    """Nobody can be served at this address; its text is one line for the operator."""

    def __init__(self, error: OSError, host: str, port: int) -> None:
        if error.errno == errno.EADDRINUSE:
            super().__init__(f"port {port} is taken: end what listens there, or set STAGEPOST_PORT")
        else:
            super().__init__(f"nobody can listen at {host}, port {port}: look at STAGEPOST_HOST and STAGEPOST_PORT")


def taken(host: str, port: int) -> list[socket.socket]:
    """A socket for each address of *host*; none of them listens yet. Raises CannotListen."""
    with ExitStack() as undone:
        try:
            sockets = [undone.enter_context(_bound(*one)) for one in _addresses(host, port)]
        except OSError as error:
            raise CannotListen(error, host, port) from None
        undone.pop_all()
    return sockets


def _addresses(host: str, port: int) -> Iterable[tuple[socket.AddressFamily, Any]]:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return dict.fromkeys((family, address) for family, _, _, _, address in found)


def _bound(family: socket.AddressFamily, address: Any) -> socket.socket:
    """As the event loop does it: an IPv6 address is none of IPv4, and a port that was just left may be taken."""
    with ExitStack() as undone:
        one = undone.enter_context(socket.socket(family, socket.SOCK_STREAM))
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(address)
        undone.pop_all()
    return one
