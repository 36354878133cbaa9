"""Child processes: started, waited for, watched, and stopped for certain."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0
"""Seconds in which a program must answer."""
GRACE = 25.0
"""Seconds that a program gets to finish what it has in hand, once asked to stop."""
PAUSE = 0.05
TAIL = 15
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


class ChildFailed(Exception):
    """A program ended early or never answered; the text says which, with the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to start: a module of ours with its arguments, its own environment, and where it answers."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    health: tuple[str, ...]
    """Addresses that answer 2xx once it is ready."""


class Child:
    """A program that was started. Its own process group keeps a Ctrl-C at the terminal for us to pass on."""

    def __init__(self, program: Program, logs: Path) -> None:
        self.program, self.log = program, logs / f"{program.name}.log"
        logs.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *program.arguments],
                env=_environment() | dict(program.environment),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                process_group=0,
            )

    def wait_until_ready(self, http: httpx.Client) -> None:
        """Return when it is healthy. Raises ChildFailed when it ends, or says nothing good in time."""
        deadline = time.monotonic() + PATIENCE
        while not all(_is_well(http, url) for url in self.program.health):
            self.require_alive()
            if time.monotonic() > deadline:
                raise ChildFailed(f"{self.program.name} did not get ready in {PATIENCE:.0f} s.{self._last_words()}")
            time.sleep(PAUSE)

    def require_alive(self) -> None:
        """Raise ChildFailed if it has ended."""
        code = self.process.poll()
        if code is not None:
            raise ChildFailed(f"{self.program.name} ended early, with exit code {code}.{self._last_words()}")

    def stop(self) -> None:
        """Ask it to end, insist if it does not, and reap it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _last_words(self) -> str:
        lines = self.log.read_text("utf-8", errors="replace").splitlines()[-TAIL:]
        return f" The end of {self.log}:\n" + "\n".join(f"  {line}" for line in lines)


class Household:
    """All children together; the block's end stops them, the last started first, whatever ended it."""

    def __init__(self, logs: Path) -> None:
        self._logs, self.children = logs, list[Child]()

    def __enter__(self) -> Self:
        return self

    def start(self, *programs: Program) -> None:
        """Start the programs side by side and return when all are ready. Raises ChildFailed."""
        started = []
        for program in programs:
            started.append(Child(program, self._logs))
            self.children.append(started[-1])
        with httpx.Client(timeout=2.0, trust_env=False) as http:
            for child in started:
                child.wait_until_ready(http)

    def require_alive(self) -> None:
        """Raise ChildFailed for the first that has ended."""
        for child in self.children:
            child.require_alive()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _undisturbed():
            for child in reversed(self.children):
                child.stop()


class _undisturbed:  # noqa: N801 - reads as a statement
    """No second Ctrl-C comes between us and the children that are still to be stopped."""

    def __enter__(self) -> None:
        self._before = {one: signal.signal(one, signal.SIG_IGN) for one in (signal.SIGINT, signal.SIGTERM)}

    def __exit__(self, *_: object) -> None:
        for one, handler in self._before.items():
            signal.signal(one, handler)


def _environment() -> dict[str, str]:
    """As little of ours as a program needs; none of our own STAGEPOST_ variables slips in."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return inherited | {"PYTHONPATH": os.pathsep.join((str(ROOT / "services"), str(ROOT)))}


def _is_well(http: httpx.Client, url: str) -> bool:
    try:
        return http.get(url).is_success
    except httpx.TransportError:
        return False
