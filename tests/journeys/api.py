"""One case API or several processes of it on one store, started and stopped as an operator would."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from case_api.http.issuer import LocalIssuer
from case_api.key_files import authority_keys
from case_api.settings import Settings
from case_api.store.archive import Archive, StoreSettings
from case_api.store.journal import Journal
from tests.nursery import Child, Nursery

ROOT = Path(__file__).parents[2]
AUTHORITY, NEIGHBOUR = "strathlorne", "auchterlee"
PATIENCE = 90.0
"""Seconds for a process to answer, and to end: it may share its cores with many others."""


SCHOOL = "burnside-primary"
"""Where learners of these tests are, and staff work unless said otherwise."""


@dataclass
class Api:
    """Several processes that serve the same store; `base_urls` has the address of each."""

    nursery: Nursery
    settings: Settings
    log: Path
    base_urls: list[str] = field(default_factory=list)
    processes: list[Child] = field(default_factory=list)
    issuer: LocalIssuer = field(init=False)

    def __post_init__(self) -> None:
        authority_keys(self.settings)  # made here, once, before several processes want them
        self.issuer = LocalIssuer(self.settings)

    def token(self, *roles: str, sub: str = "hay", authority: str = AUTHORITY, **claims: Any) -> str:
        return self.issuer.mint(sub, authority=authority, roles=roles, **{"org": SCHOOL, **claims})

    def bearer(self, *roles: str, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(*roles, **claims)}"}

    def launch(self) -> str:
        """Start one more process; it may not answer yet."""
        port = free_port()
        self.processes.append(
            Child(self.nursery, self.nursery.born(self.log.absolute(), **self.told(), PORT=str(port)))
        )
        self.base_urls.append(f"http://127.0.0.1:{port}")
        return self.base_urls[-1]

    def told(self) -> dict[str, str]:
        """The settings of a process, without what is its own."""
        return {
            "MODE": "test",
            "VAR": str(self.settings.var),
            "AUTHORITIES": ",".join(self.settings.authorities),
            "DATABASE_URL": self.settings.database_url,
        }

    @asynccontextmanager
    async def journal(self) -> AsyncIterator[Journal]:
        """The log itself, by the store's own door."""
        keys = authority_keys(self.settings).keys
        archive = Archive(StoreSettings(self.settings.database, self.settings.var, keys))
        try:
            yield await archive.open(AUTHORITY)
        finally:
            await archive.close()

    async def answering(self) -> None:
        """Return when every process answers."""
        deadline = time.monotonic() + PATIENCE
        async with httpx.AsyncClient() as client:
            for url, process in zip(self.base_urls, self.processes, strict=True):
                while not await _lives(client, url):
                    ended = process.poll() is not None
                    if ended or time.monotonic() > deadline:
                        raise AssertionError("a process does not answer:\n" + self.log.read_text()[-3000:])
                    await asyncio.sleep(0.05)

    def stop(self) -> None:
        """Every process is asked to end, and killed if it does not."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(PATIENCE)
            except TimeoutError:
                process.kill()
                process.wait(PATIENCE)


@asynccontextmanager
async def serving(nursery: Nursery, url: str, folder: Path, processes: int = 1) -> AsyncIterator[Api]:
    """The case API on the store that *url* names, with everything that it writes below *folder*."""
    database = url if url == "sqlite" else as_address(url)
    settings = Settings(
        mode="test", var=folder / "var", database_url=database, authorities=(AUTHORITY, NEIGHBOUR), port=0
    )
    api = Api(nursery, settings, folder / "api.log")
    try:
        api.launch()
        await api.answering()  # the first one makes the tables
        for _ in range(processes - 1):
            api.launch()
        await api.answering()
        yield api
    finally:
        api.stop()


def as_address(conninfo: str) -> str:
    """A `postgresql://` address for a list of `name=value` such as the test server has."""
    if conninfo.startswith("postgres"):
        return conninfo
    parts = dict(pair.split("=", 1) for pair in conninfo.split())
    name = parts.pop("dbname")
    return f"postgresql:///{name}?" + "&".join(f"{key}={value}" for key, value in parts.items())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


@asynccontextmanager
async def clients(base_urls: Sequence[str], **options: Any) -> AsyncIterator[list[httpx.AsyncClient]]:
    """A client for each address, with connections enough for many calls at once."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(httpx.AsyncClient(base_url=url, limits=limits, timeout=30.0, **options))
            for url in base_urls
        ]


async def _lives(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/livez")).status_code == 200
    except httpx.TransportError:
        return False
