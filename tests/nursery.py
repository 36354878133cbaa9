"""Processes of a service that are ready at once: forked from one that has loaded the program and opened nothing yet.

To load the program takes seconds, and the tests start it hundreds of times. What is forked reads its settings, opens
its databases and goes on as `python -m case_api serve`, `python -m case_api background` and `python -m notifier serve`
do; the acceptance year, the demo and the tests of a start run those themselves.
"""

import ctypes
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0
ALIVE = "alive"
LOADED_AT_FIRST_USE = ("anyio._backends._asyncio", "holidays.countries", "uvicorn.protocols.http.auto")
DIES_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


class Nursery:
    """A mother of processes; all of them end with it."""

    def __init__(self, program: str, log: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STAGEPOST_")}
        path = os.pathsep.join((str(ROOT / "services"), str(ROOT)))
        with log.open("ab") as output:
            self._mother = subprocess.Popen(
                [sys.executable, "-m", "tests.nursery", program],
                cwd=ROOT,
                env={**kept, "PYTHONPATH": path},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                bufsize=1,
            )
        self.log = log
        self._one_at_a_time = threading.Lock()
        self._ask("ready")

    def born(self, log: Path | None = None, /, command: str = "serve", **settings: str) -> int:
        """Start one more, told these settings (without STAGEPOST_ before them); its process id.

        It writes to the end of *log*, or of the nursery's own.
        """
        return int(self._ask(f"born {json.dumps([command, str(log or self.log.absolute()), settings])}"))

    def look(self, pid: int) -> int | None:
        """Its exit code, or the signal that ended it as a negative number; nothing while it lives. Tells it once."""
        said = self._ask(f"look {pid}")
        return None if said == ALIVE else int(said)

    def ended(self, pid: int) -> int:
        """Wait for its end; what *look* tells of it."""
        deadline = time.monotonic() + PATIENCE
        while (said := self.look(pid)) is None:
            assert time.monotonic() < deadline, "it lives on"
            time.sleep(0.005)
        return said

    def killed(self, pid: int) -> None:
        """SIGKILL: nothing is finished, nothing is said."""
        os.kill(pid, signal.SIGKILL)
        assert self.ended(pid) == -signal.SIGKILL, "it had ended by itself:\n" + self.log.read_text()[-3000:]

    def _ask(self, line: str) -> str:
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        with self._one_at_a_time:
            self._mother.stdin.write(line + "\n")
            answer = self._mother.stdout.readline().strip()
        if not answer:
            raise AssertionError("the nursery is gone:\n" + self.log.read_text()[-3000:])
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        self._mother.stdin.close()
        self._mother.wait(PATIENCE)
        self._mother.stdout.close()


@dataclass
class Child:
    """One process, with the verbs of `subprocess.Popen`."""

    nursery: Nursery
    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code; nothing while it lives."""
        if self.returncode is None:
            self.returncode = self.nursery.look(self.pid)
        return self.returncode

    def terminate(self) -> None:
        """Ask it to end."""
        self.tell(signal.SIGTERM)

    def wait(self, timeout: float) -> int:
        """Wait for its end; its exit code. Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise TimeoutError
            time.sleep(0.005)
        return code

    def kill(self) -> None:
        """End it outright."""
        self.tell(signal.SIGKILL)

    def tell(self, what: signal.Signals) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(self.pid, what)


Commands = Mapping[str, Callable[[], object]]


def case_api() -> Commands:
    """What `python -m case_api serve` and `background` run."""
    from case_api.cli.background import background  # noqa: PLC0415 - each mother loads one program
    from case_api.cli.serve import serve  # noqa: PLC0415
    from case_api.http import app, fetching  # noqa: PLC0415

    app.doors()
    fetching.client()
    for module in LOADED_AT_FIRST_USE:
        import_module(module)
    return {"serve": serve, "background": background}


def notifier() -> Commands:
    """What `python -m notifier serve` runs."""
    from notifier.__main__ import serve  # noqa: PLC0415

    return {"serve": serve}


def main(program: str) -> None:
    """Answer each line on standard input with one on standard output."""
    commands = {"case_api": case_api, "notifier": notifier}[program]()
    gc.collect()
    gc.freeze()  # or each child looks through all that was loaded, and so copies it
    children: set[int] = set()
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "born":
            command, *given = json.loads(rest)
            children.add(pid := _fork(commands[command], *given))
            print(pid, flush=True)  # noqa: T201 - the answer
        elif word == "look":
            print(said := _look(int(rest)), flush=True)  # noqa: T201
            if said != ALIVE:
                children.discard(int(rest))
        else:
            print(word, flush=True)  # noqa: T201
    for pid in children:
        _end(pid)


def _fork(run: Callable[[], object], log: str, settings: Mapping[str, str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), 2)
    os.dup2(2, 1)
    os.environ.update({f"STAGEPOST_{name}": value for name, value in settings.items()})
    code = 0
    try:
        run()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - told on standard error, and the process is over
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _look(pid: int) -> str:
    found, status = os.waitpid(pid, os.WNOHANG)
    return str(os.waitstatus_to_exitcode(status)) if found else ALIVE


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE / 2
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


if __name__ == "__main__":
    main(sys.argv[1])
