"""D3: no refusal leaves that another process, and a reader of this one, have overtaken while it was decided."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from case_api.http.app import create_app, local_issuers
from case_api.http.issuer import LocalIssuer
from case_api.key_files import authority_keys
from case_api.settings import Settings
from case_api.store.journal import Kept
from tests.journeys.api import AUTHORITY, ROOT, SCHOOL
from tests.journeys.family import REQUEST, SERVICE, Door, agreed

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def opened(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The application at work in this process, as one of several on the same store."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app)
        yield await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://test"))


async def test_a_refusal_that_was_overtaken_is_decided_again(tmp_path, monkeypatch):
    settings = Settings(mode="test", var=tmp_path, authorities=(AUTHORITY,), policies=ROOT / "policies")
    authority_keys(settings)
    issuer, issuers = LocalIssuer(settings), local_issuers(settings)
    one, other = create_app(settings, issuers), create_app(settings, issuers)

    def bearer(role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {issuer.mint('hay', authority=AUTHORITY, roles=[role], org=SCHOOL)}"}

    async with opened(one) as here, opened(other) as there:
        await Door(here, bearer("authority_admin")).done("/v1/directory/services", SERVICE)
        school = Door(here, bearer("pupil_support"))
        family = await agreed(school)
        await family.withdraw(school, family.anna)
        office = await one.state.offices.of(AUTHORITY)
        confirm = office.journal.confirm
        overtaken: list[dict[str, Any]] = []

        async def confirm_late(stream: UUID, client: str, key: str) -> tuple[int, Kept | None]:
            if not overtaken:
                overtaken.append(await family.agree(school.at(there), family.anna))
                await office.folds.latest(family.uuid)  # as a permit does
            found: Any = await confirm(stream, client, key)
            return found  # type: ignore[no-any-return]

        monkeypatch.setattr(office.journal, "confirm", confirm_late)
        answer = await school.post(family.requests, REQUEST)

    assert overtaken
    assert answer.status_code == 201, "everybody agreed before this was answered"
