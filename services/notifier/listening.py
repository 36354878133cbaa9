"""The port is taken before the outbox is opened: whoever cannot have it changes nothing, and is told why."""

import errno
import socket
from contextlib import ExitStack
from typing import Any


class CannotListen(Exception):
    """Nobody can be answered at this address; its text is one line for the operator."""

    def __init__(self, error: OSError, host: str, port: int) -> None:
        if error.errno == errno.EADDRINUSE:
            super().__init__(f"port {port} is taken: end what listens there, or set STAGEPOST_NOTIFIER_PORT")
        else:
            super().__init__(f"nobody can listen at {host}, port {port}: look at STAGEPOST_NOTIFIER_HOST and _PORT")


def taken(host: str, port: int) -> list[socket.socket]:
    """A socket that listens for each address of *host*, of an empty one all: who calls waits. Raises CannotListen."""
    with ExitStack() as undone:
        try:
            found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            addresses = dict.fromkeys((family, address) for family, _, _, _, address in found)
            sockets = [undone.enter_context(_listening(*each)) for each in addresses]
        except OSError as error:
            raise CannotListen(error, host, port) from None
        except UnicodeError:  # of a name that is none
            raise CannotListen(OSError(), host, port) from None
        undone.pop_all()
    return sockets


def _listening(family: socket.AddressFamily, address: Any) -> socket.socket:
    with ExitStack() as undone:
        one = undone.enter_context(socket.socket(family, socket.SOCK_STREAM))
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(address)
        one.listen()  # two that bind at once are told apart by this alone
        undone.pop_all()
    return one
