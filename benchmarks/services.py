"""Services as processes: ours as an operator runs it, each peer with the same server, one process each."""

import asyncio
import json
import os
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import uuid4

from benchmarks import facts
from benchmarks.ground import AUTHORITY, KEY
from case_api.http.issuer import LocalIssuer
from case_api.settings import Settings
from tests.journeys.api import as_address

ROOT: Final = Path(__file__).parent.parent
ISSUER: Final = "https://issuer.example"
PATIENCE: Final = 60.0
"""Seconds for a process to listen, and to end."""
PEOPLE: Final = 3 * facts.SCHOOLS
"""People who post: the case API allows each of them 100 requests a second."""


@dataclass(frozen=True, slots=True)
class Service:
    """A process that listens, and those that work for it."""

    port: int
    pid: int
    beside: Mapping[str, int] = field(default_factory=dict)
    """By what they do, the ids of processes that are part of it."""

    @property
    def pids(self) -> dict[str, int]:
        """Whose processor time it costs."""
        return {"service": self.pid, **self.beside}


@dataclass(frozen=True, slots=True)
class Identities:
    """The issuer that every service trusts."""

    issuer: LocalIssuer

    @classmethod
    def below(cls, var: Path) -> "Identities":
        """With keys below *var*, and the authority's own key where the case API looks for it."""
        keys = var / "keys"
        keys.mkdir(parents=True, exist_ok=True)
        for file, key in ((f"{AUTHORITY}.key", KEY), (f"{AUTHORITY}.seal.key", sha256(KEY).digest())):
            (keys / file).write_text(key.hex())
            (keys / file).chmod(0o600)
        return cls(LocalIssuer(Settings(mode="test", var=var, authorities=(AUTHORITY,)), name=ISSUER))

    def tokens(self) -> list[str]:
        """One for each of many people who lead support, as many in each school."""
        return [
            self.issuer.mint(f"staff-{number}", authority=AUTHORITY, roles=["pupil_support"], org=facts.school(number))
            for number in range(PEOPLE)
        ]


@asynccontextmanager
async def case_api(url: str, var: Path, identities: Identities) -> AsyncIterator[Service]:
    """Our service as an operator of more than a school runs it: boards, seals and clerk in a process beside it."""
    async with serving(url, var, identities) as service, background(url, var, identities) as pid:
        yield replace(service, beside={"background": pid})


@asynccontextmanager
async def case_api_in_one(url: str, var: Path, identities: Identities) -> AsyncIterator[Service]:
    """All of our service in one process."""
    async with serving(url, var, identities, BACKGROUND="inside") as service:
        yield service


@asynccontextmanager
async def serving(url: str, var: Path, identities: Identities, **others: str) -> AsyncIterator[Service]:
    """A process of ours that listens, in production mode, and leaves the background to another."""
    told = {**_told(url, var, identities), "BACKGROUND": "beside", "PORT": str(port := _free_port()), **others}
    async with _started(["-m", "case_api", "serve"], _named(told), var / "case_api.log") as process:
        if not await _begun(process, partial(_answers, port)):
            raise RuntimeError("a service does not listen:\n" + _end_of(var / "case_api.log"))
        yield Service(port, process.pid)


@asynccontextmanager
async def background(url: str, var: Path, identities: Identities) -> AsyncIterator[int]:
    """The process of ours that works beside those that listen; its id."""
    log = var / f"background-{uuid4()}.log"
    command = ["-m", "case_api", "background"]
    async with _started(command, _named(_told(url, var, identities)), log) as process:
        if not await _begun(process, partial(_is_at_work, log)):
            raise RuntimeError("nobody works in the background:\n" + _end_of(log))
        yield process.pid


def _told(url: str, var: Path, identities: Identities) -> dict[str, str]:
    issuer = identities.issuer.settings().model_dump(mode="json", exclude_none=True)
    return {
        "MODE": "production",
        "VAR": str(var),
        "AUTHORITIES": AUTHORITY,
        "DATABASE_URL": url if url == "sqlite" else as_address(url),
        "ISSUERS": json.dumps([issuer]),
        "LEARNERS_AN_HOUR": "1000000",  # a few people of the load read what a whole authority would
    }


def _named(told: Mapping[str, str]) -> dict[str, str]:
    return {f"STAGEPOST_{name}": value for name, value in told.items()}


@asynccontextmanager
async def peer(name: str, var: Path, identities: Identities, *dsn: str) -> AsyncIterator[Service]:
    """`nodb`, or `crud` on a database."""
    port = _free_port()
    command = ["-m", "benchmarks.peers", name, str(port), str(identities.issuer.jwks_file), ISSUER, *dsn]
    log = var / f"{name}.log"
    async with _started(command, {}, log) as process:
        if not await _begun(process, partial(_answers, port)):
            raise RuntimeError("a service does not listen:\n" + _end_of(log))
        yield Service(port, process.pid)


@asynccontextmanager
async def _started(command: Sequence[str], environment: Mapping[str, str], log: Path) -> AsyncIterator[Process]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STAGEPOST_")}
    paths = {"PYTHONPATH": os.pathsep.join((str(ROOT / "services"), str(ROOT)))}
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=ROOT, env={**kept, **paths, **environment}, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _begun(process: Process, sign: Callable[[], Awaitable[bool]]) -> bool:
    """Whether there is a sign of its work before the process ends or patience does."""
    deadline = time.monotonic() + PATIENCE
    while process.returncode is None and time.monotonic() < deadline:
        if await sign():
            return True
        await asyncio.sleep(0.05)
    return False


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _is_at_work(log: Path) -> bool:
    return "ready to work in the background" in _end_of(log)


def _end_of(log: Path) -> str:
    return log.read_text()[-3000:]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
