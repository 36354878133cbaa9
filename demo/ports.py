"""The four ports of the demo, on this machine only."""

import os
import socket
from dataclasses import astuple, dataclass
from typing import Self

HERE = "127.0.0.1"
VARIABLE = "STAGEPOST_DEMO_PORTS"
OTHERS = (18080, 28080)
"""Where to go when a usual port is taken: the first, unless that is where it was tried."""


class PortsUnusable(Exception):
    """A port is taken, or the choice of ports cannot be read; its text is one line for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where everything listens: case API, notifier, the page of what was delivered, and the mail server."""

    case_api: int = 8080
    notifier: int = 8081
    mail: int = 8082
    smtp: int = 8025

    @classmethod
    def chosen(cls, base: int | None = None) -> Self:
        """Four ports from *base* on, else those of STAGEPOST_DEMO_PORTS, else the usual ones. Raises PortsUnusable.

        The variable holds the first of four in a row, or all four.
        """
        if base is not None:
            return cls._from(base)
        given = os.environ.get(VARIABLE)
        if given is None:
            return cls()
        try:
            first, *more = (int(part) for part in given.split(","))
            if not more:
                return cls._from(first)
            notifier, mail, smtp = more
        except ValueError:
            raise PortsUnusable(f"{VARIABLE} should be a number, or four with commas: 8080,8081,8082,8025.") from None
        return cls(first, notifier, mail, smtp)

    @classmethod
    def _from(cls, base: int) -> Self:
        return cls(base, base + 1, base + 2, base + 3)

    def refuse_taken(self) -> None:
        """Raise PortsUnusable for the first port that another program listens on."""
        for port in astuple(self):
            with socket.socket() as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    trial.bind((HERE, port))
                except (OSError, OverflowError):
                    first = next(one for one in OTHERS if one != self.case_api)
                    raise PortsUnusable(f"Port {port} cannot be used; try: {VARIABLE}={first} make run") from None

    def url(self, port: int) -> str:
        """The address of one of them."""
        return f"http://{HERE}:{port}"
