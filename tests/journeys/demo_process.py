"""`python -m demo` as a person at a terminal starts it, in a folder and on ports of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from demo.ports import Ports
from demo.settled import is_idle
from tests.journeys.api import ROOT, free_port

PATIENCE = 180.0
"""Seconds after which a run counts as hung: a busy machine of two cores may take a minute for the whole story."""


@dataclass
class Demo:
    """One run, and what it said."""

    var: Path
    ports: Ports
    output: Path
    arguments: tuple[str, ...] = ()
    process: "subprocess.Popen[bytes]" = field(init=False)

    def start(self) -> None:
        ports = (self.ports.case_api, self.ports.notifier, self.ports.mail, self.ports.smtp)
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {
            "PYTHONPATH": os.pathsep.join((str(ROOT / "services"), str(ROOT))),
            "STAGEPOST_VAR": str(self.var),
            "STAGEPOST_DEMO_PORTS": ",".join(map(str, ports)),
        }
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "demo", *self.arguments], env=environment, cwd=ROOT, stdout=output, stderr=output
            )

    @property
    def said(self) -> str:
        return self.output.read_text()

    @property
    def written(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.var / "demo.json").read_text())
        return found

    def wait_until_told(self) -> None:
        until(lambda: "\nTry" in self.said or self.process.poll() is not None)
        assert self.process.poll() is None, self.said

    def wait_until_settled(self) -> None:
        with httpx.Client(timeout=10.0) as http:
            until(lambda: is_idle(http, self.written["notifier"]))

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        """Its exit code."""
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def case(self, name: str) -> str:
        """The address of a learner's case."""
        return f"/v1/cases/{self.written['cases'][name]}"

    def get(self, path: str, role: str = "pupil_support") -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.written['tokens'][role]}"}
        return httpx.get(self.written["case_api"] + path, headers=headers, timeout=10.0)

    def seen(self, path: str, role: str = "pupil_support") -> Any:
        return self.get(path, role).raise_for_status().json()

    def delivered(self) -> list[dict[str, Any]]:
        """What arrived at the letter box, newest first."""
        found: list[dict[str, Any]] = httpx.get(self.written["mail"] + "/messages.json").json()
        return found

    def events(self) -> list[tuple[str, str]]:
        """Every event of the feed, as the auditor sees it: id and type."""
        found, page = [], self.seen("/v1/events?limit=500", "auditor")
        while page["items"]:
            found += [(item["id"], item["type"]) for item in page["items"]]
            page = self.seen(f"/v1/events?limit=500&after={page['next']}", "auditor")
        return found


@contextmanager
def running(folder: Path, *arguments: str, ports: Ports | None = None, var: Path | None = None) -> Iterator[Demo]:
    """A demo that was started; if it still runs at the end, it is stopped, so that its children go with it."""
    chosen = ports or Ports(free_port(), free_port(), free_port(), free_port())
    demo = Demo(var or folder / "var", chosen, folder / "output", arguments)
    demo.start()
    try:
        yield demo
    finally:
        if demo.process.poll() is None:
            demo.end(signal.SIGTERM)


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Return when it is true; fail when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def is_open(port: int) -> bool:
    """Whether somebody listens."""
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0
