"""The seal key is renewed as docs/operating.md says: auditors check both times, the service goes on, nothing alarms."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from msgspec.structs import replace

from case_api.backup.manifest import read, write
from case_api.seals.notes import Signer
from case_api.seals.verifier import read_checkpoint, read_key
from tests.journeys.api import AUTHORITY, clients, serving
from tests.journeys.commands import environment, stagepost
from tests.journeys.family import CONCERN, SERVICE, register
from tests.journeys.town import Town
from tests.nursery import Nursery

pytestmark = pytest.mark.anyio


async def checkpoint(town: Town) -> dict[str, Any]:
    return await town.door("auditor").seen("/v1/audit/checkpoint")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def fresh(request) -> str:
    """A store for one test, since its key goes with it."""
    return "sqlite" if request.param == "sqlite" else request.getfixturevalue("postgres_dsn")


@pytest.fixture
def start(nursery, fresh, tmp_path) -> Callable[[], Any]:
    @asynccontextmanager
    async def started() -> AsyncIterator[Town]:
        async with serving(nursery, fresh, tmp_path) as api, clients(api.base_urls) as (door,):
            yield Town(api, door, door)

    return started


async def test_auditors_check_what_was_signed_before_and_after_the_key_was_renewed(start):
    async with start() as town:
        await town.door("authority_admin").done("/v1/directory/services", SERVICE)
        family = await register(town.school)
        old = await checkpoint(town)
    told, keys = environment(town), town.api.settings.keys
    line = await stagepost(told, "seal-key", AUTHORITY)
    assert line.stdout == f"{old['size']} {old['root']} {old['key']}\n"
    (keys / f"{AUTHORITY}.seal.retired").write_text(line.stdout)
    (keys / f"{AUTHORITY}.seal.key").write_text(token_hex(32))

    async with start() as town:
        standing = await checkpoint(town)
        await town.school.done(f"{family.path}/concerns", CONCERN)
        new = await checkpoint(town)
        grown = await town.door("auditor").get(f"/v1/audit/proofs/consistency?from={old['size']}&to={new['size']}")
        alarms = [one for one in town.api.log.read_text().splitlines() if "the seals do not hold" in one]
    assert standing["key"] == new["key"] != old["key"]
    assert (standing["size"], standing["root"]) == (old["size"], old["root"])
    for one in (old, standing, new):
        assert read_checkpoint(one["checkpoint"], read_key(one["key"]))[0] == one["size"]
    assert (grown.status_code, alarms) == (200, [])
    verified = await stagepost(told, "verify", "--log")
    assert (verified.exit_code, verified.stderr) == (0, "")
    assert "all of them as they were sealed" in verified.stdout


@asynccontextmanager
async def renewed(nursery: Nursery, folder: Path, *, meanwhile: bool) -> AsyncIterator[tuple[dict[str, str], bytes]]:
    """A store on SQLite with a backup under the old key, and a fact more where *meanwhile*; then a new key.

    The place into which backups are put back, and the old key.
    """
    async with serving(nursery, "sqlite", folder) as api, clients(api.base_urls) as (door,):
        town = Town(api, door, door)
        await town.door("authority_admin").done("/v1/directory/services", SERVICE)
        family = await register(town.school)
        assert (await stagepost(town, "backup", folder / "before")).exit_code == 0
        if meanwhile:
            await town.school.done(f"{family.path}/concerns", CONCERN)
    told, keys = environment(town), town.api.settings.keys
    old = bytes.fromhex((keys / f"{AUTHORITY}.seal.key").read_text().split()[0])
    (keys / f"{AUTHORITY}.seal.retired").write_text((await stagepost(told, "seal-key", AUTHORITY)).stdout)
    (keys / f"{AUTHORITY}.seal.key").write_text(token_hex(32))
    async with serving(nursery, "sqlite", folder) as api, clients(api.base_urls) as (door,):
        await Town(api, door, door).school.done(f"{family.path}/concerns", CONCERN)
        assert (await stagepost(told, "backup", folder / "after")).exit_code == 0
    yield told | {"STAGEPOST_VAR": str(folder / "elsewhere")}, old


@pytest.mark.parametrize(("meanwhile", "code"), [(False, 0), (True, 5)])
async def test_a_backup_from_before_is_put_back_and_told_from_an_older_one(nursery, tmp_path, meanwhile, code):
    async with renewed(nursery, tmp_path, meanwhile=meanwhile) as (place, _):
        done = await stagepost(place, "restore", tmp_path / "before", "--verify")
        assert done.exit_code == code, done.stderr


async def test_whoever_has_the_old_key_signs_no_backup_of_what_came_after_it(nursery, tmp_path):
    async with renewed(nursery, tmp_path, meanwhile=False) as (place, seed):
        signer = Signer(AUTHORITY, seed)
        for part in ("log", "keys"):
            before, after = (tmp_path / name / part / AUTHORITY for name in ("before", "after"))
            old = read(before)
            claimed = replace(read(after), size=old.size, root=old.root, checkpoint=old.checkpoint)
            write(claimed.sealed(signer), after)
        done = await stagepost(place, "restore", tmp_path / "after", "--verify")
        assert (done.exit_code, done.stdout) == (1, "")
        assert "the key that signed the backup was retired before there were so many facts" in done.stderr


async def test_a_key_that_is_not_the_one_that_signed_is_told_as_such(start):
    async with start() as town:
        await town.door("authority_admin").done("/v1/directory/services", SERVICE)
        await checkpoint(town)
    (town.api.settings.keys / f"{AUTHORITY}.seal.key").write_text(token_hex(32))
    async with start() as town:
        answer = await town.door("auditor").get("/v1/audit/checkpoint")
        assert (answer.status_code, answer.json()["code"]) == (503, "seals-broken")
        async with asyncio.timeout(10):
            while "signed_by_a_key_that_is_another" not in town.api.log.read_text():  # noqa: ASYNC110 (the log tells nobody)
                await asyncio.sleep(0.05)
    verified = await stagepost(environment(town), "verify", "--log")
    assert (verified.exit_code, verified.stdout) == (1, "")
    assert verified.stderr.endswith("is not one that this log signed: the key that signed it is another\n")
