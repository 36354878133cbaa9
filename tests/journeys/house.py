"""The case API at work in this process, on one store, with its command line beside it: cheaper than processes."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import anyio.to_thread
import httpx
from typer.testing import CliRunner, Result

from case_api.cli.app import app
from case_api.http.app import create_app, local_issuers
from case_api.http.issuer import LocalIssuer
from case_api.key_files import authority_keys
from case_api.settings import Settings
from tests.journeys.api import AUTHORITY, NEIGHBOUR, ROOT, SCHOOL, as_address
from tests.journeys.family import Door

SINCLAIR = {
    "staff": "sinclair",
    "setting": "burnside-primary",
    "role": "child_protection_coordinator",
    "from_day": "2025-08-18",
}
"""Who coordinates matters, by the directory."""


@dataclass(frozen=True)
class House:
    """One authority, its people at the door, and somebody at its command line."""

    settings: Settings
    client: httpx.AsyncClient
    issuer: LocalIssuer

    @property
    def school(self) -> Door:
        """A member of the Pupil Support Team."""
        return self.door("pupil_support")

    def door(self, *roles: str, sub: str = "hay", **claims: Any) -> Door:
        """Somebody with these roles."""
        token = self.issuer.mint(sub, authority=AUTHORITY, roles=roles, **{"org": SCHOOL, **claims})
        return Door(self.client, {"Authorization": f"Bearer {token}"})

    async def stagepost(self, *arguments: object, **others: object) -> Result:
        """The command line over the same store, while it is served; *others* are settings that differ."""
        given = self.settings
        told = {
            "MODE": "test",
            "VAR": given.var,
            "AUTHORITIES": ",".join(given.authorities),
            "DATABASE_URL": given.database_url,
            "POLICIES": given.policies,
            **others,
        }
        environment = {f"STAGEPOST_{name}": str(value) for name, value in told.items()}
        invoke = partial(CliRunner().invoke, app, [str(one) for one in arguments], env=environment)
        return await anyio.to_thread.run_sync(invoke)


@asynccontextmanager
async def opened(url: str, folder: Path) -> AsyncIterator[House]:
    """The API on the store that *url* names, with everything that it writes below *folder*."""
    settings = Settings(
        mode="test",
        var=folder / "var",
        database_url=url if url == "sqlite" else as_address(url),
        authorities=(AUTHORITY, NEIGHBOUR),
        policies=ROOT / "policies",
    )
    authority_keys(settings)
    served = create_app(settings, local_issuers(settings))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(served.router.lifespan_context(served))
        transport = httpx.ASGITransport(served)
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://test"))
        yield House(settings, client, LocalIssuer(settings))
