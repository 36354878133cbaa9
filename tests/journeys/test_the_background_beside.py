"""Boards, seals and what falls due are kept by a process of its own, and those that serve do without it (ADR 34)."""

import asyncio
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from case_api import background
from case_api.clerk import Clerk
from tests.http.at_home import at_home
from tests.journeys.api import AUTHORITY, clients
from tests.journeys.beside import Beside, beside, until
from tests.journeys.commands import stagepost
from tests.journeys.family import CONCERN, Door, register

pytestmark = pytest.mark.anyio
WITHIN = 20.0
"""Seconds in which a process ends that is asked to."""
COMES_BY_ITSELF = ("WatchRaised.v1", "WatchEscalated.v1")


def long_ago() -> dict[str, object]:
    """A concern that has waited for an answer for weeks."""
    return {**CONCERN, "occurred_at": (datetime.now(UTC) - timedelta(days=60)).isoformat()}


async def test_what_goes_on_beside_the_requests_goes_on_in_another_process(nursery, url, tmp_path):
    async with beside(nursery, url, tmp_path) as api, clients(api.base_urls) as (one,):
        school, auditor = Door(one, api.bearer("pupil_support")), Door(one, api.bearer("auditor"))
        hears = asyncio.create_task(auditor.seen("/v1/events?types=WatchRaised&wait=30"))
        family = await register(school)
        await school.done(f"{family.path}/concerns", long_ago())
        told = (await hears)["items"] or (await auditor.seen("/v1/events?types=WatchRaised&wait=30"))["items"]
        async with api.store() as store:

            async def all_is_done() -> bool:
                return COMES_BY_ITSELF[1] in await store.names() and await store.is_done()

            await until(all_is_done)
            counted = Counter(await store.names())
    assert [one["subject"] for one in told] == [family.case_id]
    assert [counted[name] for name in COMES_BY_ITSELF] == [1, 1]


async def test_a_process_that_only_serves_does_none_of_it_and_its_lists_are_fresh_all_the_same(nursery, url, tmp_path):
    async with beside(nursery, url, tmp_path, working=0) as api, clients(api.base_urls) as (one,), api.store() as store:
        school, auditor = Door(one, api.bearer("pupil_support")), Door(one, api.bearer("auditor"))
        await register(school)
        assert (await auditor.seen("/v1/events?types=WatchRaised&wait=1"))["items"] == []
        assert (await store.boards(), await store.journal.duty.is_free()) == (0, True)
        for number in range(1, 4):
            family = await register(school)
            concern = (await school.done(f"{family.path}/concerns", long_ago()))["id"]
            before = await store.boards()
            assert before < await store.journal.last_position()
            listed = (await school.seen("/v1/unsupported-concerns"))["items"]
            assert (len(listed), concern in {one["concern_id"] for one in listed}) == (number, True)
            assert await store.boards() == await store.journal.last_position()
        assert (await one.get("/readyz")).status_code == 200
        assert await store.signed() == 0
        assert not set(COMES_BY_ITSELF) & set(await store.names())
        checkpoint = await auditor.seen("/v1/audit/checkpoint")
        assert await store.signed() == checkpoint["size"] == len(await store.names())


async def test_facts_that_were_never_sealed_are_not_called_sealed(nursery, url, tmp_path):
    async with beside(nursery, url, tmp_path, working=0) as api, clients(api.base_urls) as (one,), api.store() as store:
        school, auditor = Door(one, api.bearer("pupil_support")), Door(one, api.bearer("auditor"))
        family = await register(school)
        facts = len(await store.names())
        assert await verified_of(api) == f"{AUTHORITY}: {facts} facts; none of them sealed yet"
        await auditor.seen("/v1/audit/checkpoint")
        assert await verified_of(api) == f"{AUTHORITY}: {facts} facts, all of them as they were sealed"
        await school.done(f"{family.path}/concerns", CONCERN)
        both = f"{facts} of them sealed and as {'it was' if facts == 1 else 'they were'} sealed"
        new = len(await store.names()) - facts
        assert await verified_of(api) == f"{AUTHORITY}: {facts + new} facts; {both}, {new} not sealed yet"


async def test_boards_follow_the_log_though_nobody_reads_them(url, tmp_path, monkeypatch):
    monkeypatch.setattr(Clerk, "run", lambda _: asyncio.Event().wait())  # who reads the diary
    async with at_home(url, tmp_path) as home:
        await home.learner()
        office = await home.app.state.offices.of("moray")

        async def they_have_it() -> bool:
            return bool(await office.follower.position() == await office.journal.last_position() > 0)

        await until(they_have_it)


async def test_when_one_is_killed_another_goes_on_and_nothing_is_done_twice(nursery, url, tmp_path):
    async with beside(nursery, url, tmp_path, working=2) as api, clients(api.base_urls) as (one,), api.store() as store:
        school = Door(one, api.bearer("pupil_support"))
        families = [await register(school) for _ in range(4)]
        for family in families:
            await school.done(f"{family.path}/concerns", long_ago())
            api.working[0].kill()
            api.working.pop(0).wait(WITHIN)
            api.work()

        async def all_is_done() -> bool:
            return (await store.names()).count(COMES_BY_ITSELF[1]) == len(families) and await store.is_done()

        await until(all_is_done)
        counted = Counter(await store.names())
        listed = (await school.seen("/v1/watches?watch=unsupported_concern"))["items"]
        whole = await verified(api)
    assert [counted[name] for name in COMES_BY_ITSELF] == [len(families)] * 2
    assert {(row["case_id"], row["escalated"]) for row in listed} == {(one.case_id, True) for one in families}
    assert (whole.exit_code, whole.stderr) == (0, "")


async def test_it_ends_when_it_is_asked_to_while_there_is_much_to_do(nursery, url, tmp_path):
    async with beside(nursery, url, tmp_path, working=0) as api, clients(api.base_urls) as (one,), api.store() as store:
        school = Door(one, api.bearer("pupil_support"))
        family = await register(school)

        async def new_facts_are_in_the_boards() -> bool:
            return await store.boards() > before

        for asked in (signal.SIGTERM, signal.SIGINT):
            before = await store.journal.last_position()
            await asyncio.gather(*(school.done(f"{family.path}/concerns", long_ago()) for _ in range(20)))
            working = api.work()
            await until(new_facts_are_in_the_boards)
            working.tell(asked)
            assert await asyncio.to_thread(working.wait, WITHIN) == 0
        api.work()
        await until(store.is_done)
        said = api.log.read_text()
    assert "nobody caught this" not in said
    assert "Traceback" not in said


async def test_that_nobody_is_at_work_is_told_and_only_then(url, tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(background, "LOOK", 0.02)
    missed = "nobody is at work in the background"

    async def is_told() -> bool:
        return missed in capfd.readouterr().out

    async with at_home(url, tmp_path, background="beside"):
        await until(is_told)
        async with at_home(url, tmp_path) as inside:
            office = await inside.app.state.offices.of("moray")
            await until(office.journal.duty.taken)
            await asyncio.sleep(3 * background.LOOK)
            capfd.readouterr()
            await asyncio.sleep(10 * background.LOOK)
            assert not await is_told()
        await until(is_told)


async def verified_of(api: Beside) -> str:
    """What it says of the first authority; nothing is altered."""
    looked = await verified(api)
    assert (looked.exit_code, looked.stderr) == (0, "")
    return str(looked.stdout.splitlines()[0])


async def verified(api: Beside):
    """What an operator's look through the whole log says."""
    given = {
        "MODE": "test",
        "VAR": str(api.settings.var),
        "AUTHORITIES": ",".join(api.settings.authorities),
        "DATABASE_URL": api.settings.database_url,
    }
    return await stagepost({f"STAGEPOST_{name}": value for name, value in given.items()}, "verify", "--log")
