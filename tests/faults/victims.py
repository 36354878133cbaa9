"""Services that are killed and started again, and those who go on using them."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx

from case_api.http.issuer import LocalIssuer
from case_api.key_files import authority_keys
from case_api.settings import Settings
from case_api.store.archive import Archive, StoreSettings
from case_api.store.journal import Journal, Placed
from tests.faults.ledger import CLIENT, Ledger, judge
from tests.faults.readers import Reader
from tests.faults.writers import Writer
from tests.journeys.api import AUTHORITY, ROOT, as_address, free_port
from tests.nursery import Nursery

PATIENCE = 60.0
PAGE = 1000


@dataclass
class Victim:
    """The case API on one store, as one process or several; each can be killed and another one started."""

    nursery: Nursery
    settings: Settings
    addresses: dict[int, str] = field(default_factory=dict)
    """Where each process that lives answers, by its id."""
    starts: int = 0

    @property
    def pids(self) -> list[int]:
        return list(self.addresses)

    def bearer(self, *roles: str, client: str = "office") -> dict[str, str]:
        token = LocalIssuer(self.settings).mint(
            "hay", authority=AUTHORITY, roles=roles, client=client, org="burnside-primary"
        )
        return {"Authorization": f"Bearer {token}"}

    async def start(self, **settings: str) -> int:
        """One more process, that answers."""
        pid = await self.begin(**settings)
        await answering(f"{self.addresses[pid]}/livez")
        return pid

    async def begin(self, **settings: str) -> int:
        """One more process; it may not answer yet."""
        port = free_port()
        given = {
            "MODE": "test",
            "VAR": str(self.settings.var),
            "AUTHORITIES": AUTHORITY,
            "DATABASE_URL": self.settings.database,
            "POLICIES": str(ROOT / "policies"),
            "PORT": str(port),
        }
        pid = await asyncio.to_thread(self.nursery.born, **given, **settings)
        self.addresses[pid] = f"http://127.0.0.1:{port}"
        self.starts += 1
        return pid

    async def kill(self, pid: int) -> None:
        """Nobody is told: those who are about to ask it find it gone."""
        await asyncio.to_thread(self.nursery.killed, pid)
        del self.addresses[pid]

    async def end(self) -> None:
        """Stop what still lives."""
        for pid in self.pids:
            await self.kill(pid)

    @asynccontextmanager
    async def journal(self) -> AsyncIterator[Journal]:
        """The log itself, by the store's own door."""
        archive = Archive(StoreSettings(self.settings.database, self.settings.var, authority_keys(self.settings).keys))
        try:
            yield await archive.open(AUTHORITY)
        finally:
            await archive.close()

    async def whole_log(self) -> list[Placed]:
        async with self.journal() as journal:
            log: list[Placed] = []
            while page := await journal.since(log[-1].position if log else 0, PAGE):
                log += page
            return log


async def answering(url: str) -> None:
    """Return when something answers there."""
    deadline = time.monotonic() + PATIENCE
    async with httpx.AsyncClient(verify=False) as http:
        while True:
            try:
                if (await http.get(url)).is_success:
                    return
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline, "it does not answer"
            await asyncio.sleep(0.01)


def victim(nursery: Nursery, url: str, folder: Path) -> Victim:
    """The case API on the store that *url* names; no process of it yet."""
    database = url if url == "sqlite" else as_address(url)
    settings = Settings(mode="test", var=folder / "var", database_url=database, authorities=(AUTHORITY,))
    authority_keys(settings)
    return Victim(nursery, settings)


@dataclass
class Crowd:
    """Writers at work, and what became of it."""

    victim: Victim
    ledger: Ledger
    reader: Reader
    statuses: list[int]
    found: Mapping[str, list[str]] = field(default_factory=dict)

    async def judged(self) -> Mapping[str, list[str]]:
        """What is wrong with store and feed by the ledger: nothing, or lists of it."""
        log = await self.victim.whole_log()
        self.found = {**judge(self.ledger, log).faults(), **self.reader.faults(log)}
        return self.found

    def figures(self) -> dict[str, int]:
        answers = Counter(self.statuses)
        return {
            "commands": len(self.ledger.intents),
            "acknowledged": len(self.ledger.acknowledged),
            "sent again": self.ledger.repeated,
            **{
                what: len(self.found.get(what.replace(" ", "_"), ())) for what in ("lost", "doubled", "false conflicts")
            },
            "answered 500": answers[500],
            "answered 503": answers[503],
        }


@asynccontextmanager
async def crowd(victim: Victim, chances: Random, writers: int = 8) -> AsyncIterator[Crowd]:
    """Writers at work for as long as the block lasts; then each brings its command to an end.

    A writer turns to any process that lives; one that is gone is asked once and left.
    """
    ledger, stop, statuses = Ledger(), asyncio.Event(), list[int]()

    def address() -> str:
        return chances.choice(list(victim.addresses.values()) or ["http://127.0.0.1:9"])

    limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
    async with httpx.AsyncClient(limits=limits, timeout=30.0, verify=False) as http:
        reader = Reader(http, address, victim.bearer("mis"))
        following = asyncio.create_task(reader.follow())
        async with asyncio.TaskGroup() as group:
            headers = victim.bearer("pupil_support", client=CLIENT)
            for number in range(writers):
                own = Random(chances.random())
                writer = Writer(http, address, headers, ledger, own, f"w{number}", stop, statuses)
                group.create_task(writer.write())
            try:
                yield Crowd(victim, ledger, reader, statuses)
            finally:
                stop.set()
        following.cancel()
        await asyncio.wait([following])
        await reader.to_the_end()


async def acknowledged(ledger: Ledger, more: int) -> None:
    """Return when so many more commands were acknowledged."""
    wanted = len(ledger.acknowledged) + more
    async with asyncio.timeout(PATIENCE):
        while len(ledger.acknowledged) < wanted:  # noqa: ASYNC110 - writers have no event of ours to set
            await asyncio.sleep(0.005)
