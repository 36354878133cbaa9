"""The four ports of the demo, on this machine only."""

import os
import socket
from dataclasses import astuple, dataclass
from typing import Self

HERE = "127.0.0.1"
VARIABLE = "STAGEPOST_DEMO_PORTS"


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
        """Four ports from *base* on, else those of STAGEPOST_DEMO_PORTS, else the usual ones. Raises PortsUnusable."""
        if base is not None:
            return cls(base, base + 1, base + 2, base + 3)
        given = os.environ.get(VARIABLE)
        if given is None:
            return cls()
        try:
            case_api, notifier, mail, smtp = (int(part) for part in given.split(","))
        except ValueError:
            raise PortsUnusable(f"{VARIABLE} should be four numbers with commas, as in 8080,8081,8082,8025.") from None
        return cls(case_api, notifier, mail, smtp)

    def refuse_taken(self) -> None:
        """Raise PortsUnusable for the first port that another program listens on."""
        for port in astuple(self):
            with socket.socket() as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    trial.bind((HERE, port))
                except (OSError, OverflowError):
                    raise PortsUnusable(f"Port {port} cannot be used; choose others with {VARIABLE}.") from None

    def url(self, port: int) -> str:
        """The address of one of them."""
        return f"http://{HERE}:{port}"
