"""A case API in production mode that only serves, and processes beside it that work in the background."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from case_api.boards.opening import open_tables
from case_api.boards.tables import NUMBER, Tables
from case_api.http.issuer import LocalIssuer
from case_api.key_files import authority_keys
from case_api.seals.nodes import Nodes, open_nodes
from case_api.settings import Settings
from case_api.store.archive import StoreSettings
from case_api.store.journal import Journal, PlacedHeader
from tests.journeys.api import AUTHORITY, NEIGHBOUR, PATIENCE, Api, as_address
from tests.nursery import Child, Nursery

ISSUER = "https://issuer.example"
PAGE = 1000


@dataclass
class Beside(Api):
    """As an operator would run it who has the work beside."""

    working: list[Child] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.settings.keys.mkdir(mode=0o700, parents=True)
        for name in self.settings.authorities:
            for kind in ("key", "seal.key"):
                path = self.settings.keys / f"{name}.{kind}"
                path.touch(0o600)
                path.write_text(secrets.token_hex(32))
        self.issuer = LocalIssuer(self.settings, name=ISSUER)

    def told(self) -> dict[str, str]:
        issuer = self.issuer.settings().model_dump(mode="json", exclude_none=True)
        return {**super().told(), "MODE": "production", "BACKGROUND": "beside", "ISSUERS": json.dumps([issuer])}

    def work(self) -> Child:
        """Start one more process in the background."""
        pid = self.nursery.born(self.log.absolute(), command="background", **self.told())
        self.working.append(Child(self.nursery, pid))
        return self.working[-1]

    async def is_at_work(self) -> bool:
        """Whether the first process in the background has opened every authority; one that cannot ends."""
        return self.log.read_text().count("ready to work in the background") >= len(self.settings.authorities)

    def stop(self) -> None:
        for one in self.working:
            one.terminate()
            one.wait(PATIENCE)
        super().stop()

    @asynccontextmanager
    async def store(self) -> AsyncIterator["Store"]:
        """The store itself, by its own doors."""
        keys = authority_keys(self.settings).keys
        settings = StoreSettings(self.settings.database, self.settings.var, keys)
        async with AsyncExitStack() as stack:
            journal = await stack.enter_async_context(self.journal())
            tables, nodes = await open_tables(settings, AUTHORITY), await open_nodes(settings, AUTHORITY)
            stack.push_async_callback(tables.close)
            stack.push_async_callback(nodes.close)
            yield Store(journal, tables, nodes)


@dataclass(frozen=True)
class Store:
    """What is kept for one authority. To look at it brings nothing up to date."""

    journal: Journal
    tables: Tables
    nodes: Nodes

    async def headers(self) -> list[PlacedHeader]:
        """Of all facts, in their order."""
        found: list[PlacedHeader] = []
        while page := await self.journal.headers_since(found[-1].position if found else 0, PAGE):
            found += page
        return found

    async def names(self) -> list[str]:
        """The types of all facts."""
        return [one.name for one in await self.headers()]

    async def boards(self) -> int:
        """The position that the boards have come to."""
        [(position,)] = await self.tables.rows("SELECT position FROM board_editions WHERE live=1", (), (NUMBER,))
        return int(position)

    async def signed(self) -> int:
        """How many facts the newest checkpoint is over."""
        newest = await self.nodes.newest_checkpoint()
        return newest[0] if newest else 0

    async def is_done(self) -> bool:
        """Whether boards and seals hold all that is on record."""
        facts = await self.headers()
        return (await self.boards(), await self.signed()) == (facts[-1].position, len(facts))


async def until(true: Callable[[], Awaitable[bool]]) -> float:
    """Return when it is so, after how many seconds."""
    begun = time.monotonic()
    async with asyncio.timeout(PATIENCE):
        while not await true():  # noqa: ASYNC110 - the state of other processes
            await asyncio.sleep(0.02)
    return time.monotonic() - begun


@asynccontextmanager
async def beside(nursery: Nursery, url: str, folder: Path, *, working: int = 1) -> AsyncIterator[Beside]:
    """One process that serves, so many that work, on the store that *url* names."""
    settings = Settings(
        mode="test",
        var=folder / "var",
        database_url=url if url == "sqlite" else as_address(url),
        authorities=(AUTHORITY, NEIGHBOUR),
    )
    api = Beside(nursery, settings, folder / "api.log")
    try:
        api.launch()
        await api.answering()
        for _ in range(working):
            api.work()
        yield api
    finally:
        api.stop()
