"""The whole case API in this process, on a store of its own, with people at its door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI

from case_api.http.app import create_app, local_issuers
from case_api.http.issuer import LocalIssuer
from case_api.settings import Settings
from tests.journeys.api import as_address

AUTHORITY = "moray"


@dataclass(frozen=True)
class Home:
    """An authority served in this process."""

    app: FastAPI
    client: httpx.AsyncClient
    issuer: LocalIssuer

    def bearer(self, *roles: str, sub: str = "hay", org: str = "burnside-primary", **claims: Any) -> dict[str, str]:
        token = self.issuer.mint(sub, authority=AUTHORITY, roles=roles, org=org, **claims)
        return {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, *roles: str, params: Any = None, **claims: Any) -> httpx.Response:
        return await self.client.get(path, params=params, headers=self.bearer(*roles, **claims))

    async def post(self, path: str, body: Any, *roles: str, params: Any = None, **claims: Any) -> httpx.Response:
        """Ask without judging the answer."""
        headers = self.bearer(*roles, **claims) | {"Idempotency-Key": str(uuid4())}
        return await self.client.post(path, json=body, params=params, headers=headers)

    async def done(self, path: str, body: Any, *roles: str, **claims: Any) -> dict[str, Any]:
        """The receipt of a command that must not be refused."""
        answer = await self.post(path, body, *roles, **claims)
        assert answer.status_code in {200, 201}, answer.text
        receipt: dict[str, Any] = answer.json()
        return receipt

    async def learner(self, name: str = "Maja", setting: str = "burnside-primary") -> str:
        """A learner's case."""
        body = {"name": name, "date_of_birth": "2016-05-11", "setting": setting}
        case_id: str = (await self.done("/v1/cases", body, "pupil_support", sub="registrar"))["id"]
        return case_id


@asynccontextmanager
async def at_home(url: str, folder: Path, **more: Any) -> AsyncIterator[Home]:
    """The case API on the store that *url* names."""
    settings = Settings(
        mode="test",
        var=folder,
        authorities=(AUTHORITY,),
        database_url=url if url == "sqlite" else as_address(url),
        **more,
    )
    app = create_app(settings, local_issuers(settings))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        yield Home(app, client, LocalIssuer(settings))
