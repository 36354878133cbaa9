"""A read under way while its learner is erased by another process tells nothing and leaves nothing in memory (D10)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from uuid import UUID

import pytest

from case_api.erasing import Erasing, Wanted
from case_api.forgetting import Forgetting
from case_api.office import Office
from case_api.store.tombstones import Tombstones
from tests.http.at_home import AUTHORITY, Home, at_home

pytestmark = pytest.mark.anyio

NAME = "Zebedee"
Erase = Callable[[Office, UUID], Awaitable[None]]


@pytest.fixture
async def homes(url, tmp_path) -> AsyncIterator[tuple[Home, Home]]:
    """Two processes, as it were, on one store."""
    async with AsyncExitStack() as stack:
        here, there = [await stack.enter_async_context(at_home(url, tmp_path, background="beside")) for _ in range(2)]
        yield here, there


@pytest.fixture
def by_command(tmp_path) -> Erase:
    """As `stagepost erase` does it."""

    async def erase(office: Office, case_id: UUID) -> None:
        tombstones = Tombstones(tmp_path / "tombstones", AUTHORITY)
        await Erasing(office, tombstones).erase(Wanted(case_id, "request_upheld", "okafor"))

    return erase


async def by_a_list(office: Office, case_id: UUID) -> None:
    """As keys go that were put back and stand on the list of those destroyed: no fact tells."""
    await office.journal.eraser.destroy([case_id])


@pytest.mark.parametrize("view", ["", "/stage", "/timeline"])
@pytest.mark.parametrize("tells", [True, False])
async def test_what_is_erased_while_a_read_is_under_way_is_neither_told_nor_kept(
    tells: bool, view: str, homes: tuple[Home, Home], by_command: Erase, monkeypatch
):
    here, there = homes
    case_id = UUID(await here.learner(NAME))
    path = f"/v1/cases/{case_id}{view}"
    assert (await here.get(path, "pupil_support")).status_code == 200
    office = await here.app.state.offices.of(AUTHORITY)
    forgetting = Forgetting(office)
    await forgetting.once()

    head, asked, answered = office.journal.head, asyncio.Event(), asyncio.Event()

    async def late(stream: UUID) -> int:
        found: int = await head(stream)
        if stream == case_id:
            asked.set()
            await answered.wait()
        return found

    monkeypatch.setattr(office.journal, "head", late)
    under_way = asyncio.create_task(here.get(path, "pupil_support"))
    await asked.wait()
    await (by_command if tells else by_a_list)(await there.app.state.offices.of(AUTHORITY), case_id)
    for _ in range(3):
        await forgetting.once()
    answered.set()

    told = await under_way
    assert (told.status_code, NAME in told.text) == (404, False)
    held = office.folds.at_hand(case_id, 0)
    assert held is None or held.state.people.learner is None
    assert (await here.get(path, "pupil_support")).status_code == 404
