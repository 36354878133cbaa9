"""Services as processes: ours as an operator runs it, each peer with the same server, one process each."""

import asyncio
import json
import os
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

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
    """A process that listens."""

    port: int
    pid: int


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
    """Our service, in production mode."""
    issuer = identities.issuer.settings().model_dump(mode="json", exclude_none=True)
    given = {
        "MODE": "production",
        "VAR": str(var),
        "AUTHORITIES": AUTHORITY,
        "DATABASE_URL": url if url == "sqlite" else as_address(url),
        "ISSUERS": json.dumps([issuer]),
        "LEARNERS_AN_HOUR": "1000000",  # a few people of the load read what a whole authority would
        "PORT": str(port := _free_port()),
    }
    environment = {f"STAGEPOST_{name}": value for name, value in given.items()}
    async with _listening(["-m", "case_api", "serve"], environment, port, var / "case_api.log") as service:
        yield service


@asynccontextmanager
async def peer(name: str, var: Path, identities: Identities, *dsn: str) -> AsyncIterator[Service]:
    """`nodb`, or `crud` on a database."""
    port = _free_port()
    command = ["-m", "benchmarks.peers", name, str(port), str(identities.issuer.jwks_file), ISSUER, *dsn]
    async with _listening(command, {}, port, var / f"{name}.log") as service:
        yield service


@asynccontextmanager
async def _listening(
    command: Sequence[str], environment: Mapping[str, str], port: int, log: Path
) -> AsyncIterator[Service]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STAGEPOST_")}
    paths = {"PYTHONPATH": os.pathsep.join((str(ROOT / "services"), str(ROOT)))}
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=ROOT, env={**kept, **paths, **environment}, stdout=output, stderr=output
        )
    try:
        if not await _answers(process, port):
            raise RuntimeError("a service does not listen:\n" + _end_of(log))
        yield Service(port, process.pid)
    finally:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _answers(process: Process, port: int) -> bool:
    """Whether somebody listens before the process ends or patience does."""
    deadline = time.monotonic() + PATIENCE
    while process.returncode is None and time.monotonic() < deadline:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return True
    return False


def _end_of(log: Path) -> str:
    return log.read_text()[-3000:]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
