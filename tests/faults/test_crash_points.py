"""The case API dies at each durable boundary in turn, and nothing is lost, doubled or half done."""

import asyncio
from collections import Counter

import httpx
import pytest

from case_api.crash_points import CODE, POINTS
from case_api.settings import Settings, UnsafeSettings, refuse_unsafe
from tests.boards.log import open_desk
from tests.faults.results import seen
from tests.faults.sizes import FULL
from tests.faults.victims import Victim, acknowledged, crowd
from tests.journeys.api import AUTHORITY, Api
from tests.journeys.family import REQUEST, SERVICE, Door, register

pytestmark = pytest.mark.anyio
ONLY_SQLITE = {"in-transaction"}
IN_THE_SLICE = {"committed"}
"""Of those on PostgreSQL."""


@pytest.mark.parametrize("point", POINTS)
async def test_a_process_that_dies_there_leaves_nothing_lost_doubled_or_half_done(request, api, chances, point):
    if point in ONLY_SQLITE and api.settings.database != "sqlite":
        pytest.skip("on PostgreSQL a batch is one statement, which commits itself")
    if not (FULL or point in IN_THE_SLICE or api.settings.database == "sqlite"):
        pytest.skip("on PostgreSQL in the long run: make faults")
    await api.start()
    async with httpx.AsyncClient(timeout=30.0) as http:
        refused = await refusing(api, http)
        await api.kill(api.pids[0])
        pid = await api.begin(CRASH_AT=point)
        async with crowd(api, chances, writers=3) as people:
            asking = asyncio.create_task(refused.ask())
            assert await asyncio.to_thread(api.nursery.ended, pid) == CODE, "it died of something else"
            del api.addresses[pid]
            await api.start()
            await acknowledged(people.ledger, 10)
            refused.enough = True
            await asking
    assert await people.judged() == {}
    assert await refused.attempts() >= refused.answered > 0, "each refusal that was told left its trace"
    assert await boards_are_true(api)
    seen(f"crash-point-{request.node.callspec.id}", hit=1)


def test_no_crash_point_is_armed_outside_the_tests():
    for mode in ("production", "demo"):
        with pytest.raises(UnsafeSettings, match="CRASH_AT"):
            refuse_unsafe(Settings(mode=mode, authorities=(AUTHORITY,), crash_at="committed"))


class Refused:
    """Somebody who goes on asking for what is refused."""

    def __init__(self, api: Victim, http: httpx.AsyncClient, path: str) -> None:
        self._api, self._http, self._path = api, http, path
        self.answered, self.enough = 0, False

    async def ask(self) -> None:
        while not (self.enough and self.answered):
            for address in list(self._api.addresses.values()):
                door = Door(self._http, self._api.bearer("pupil_support"))
                try:
                    answer = await door.post(address + self._path, REQUEST)
                except httpx.TransportError:
                    continue
                self.answered += answer.status_code == 409
            await asyncio.sleep(0.01)

    async def attempts(self) -> int:
        async with self._api.journal() as journal:
            return len(await journal.attempts(None, 10_000))


async def refusing(api: Victim, http: httpx.AsyncClient) -> Refused:
    """A family whose assistance request is refused, since nobody has agreed."""
    [address] = api.addresses.values()
    async with httpx.AsyncClient(base_url=address, timeout=30.0) as there:
        await Door(there, api.bearer("authority_admin")).done("/v1/directory/services", SERVICE)
        family = await register(Door(there, api.bearer("pupil_support")))
    return Refused(api, http, family.requests)


async def boards_are_true(api: Victim | Api) -> bool:
    """Whether every board is what the log makes of it, by a rebuild."""
    from case_api.boards.rebuild import rebuild  # noqa: PLC0415
    from case_api.store.archive import StoreSettings  # noqa: PLC0415

    async with api.journal() as journal:
        desk = await open_desk(journal, StoreSettings(api.settings.database, api.settings.var, {}))
        await desk.follower.fresh()
        kept = await desk.contents()
        await rebuild(journal, desk.tables, desk.folding)
        made_anew = await desk.contents()
        await desk.tables.close()
    return Counter(map(repr, kept.items())) == Counter(map(repr, made_anew.items()))
