"""Rows of who looked go when the schedule keeps them no longer: by a command, on record, and not under a hold."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio.from_thread
import psycopg
import pytest

from case_api.cli.desk import recorded
from case_api.store.accesses import Accesses
from case_api.store.append import StoreUnavailable
from tests.journeys.api import AUTHORITY
from tests.journeys.family import Family, register
from tests.journeys.house import House

pytestmark = pytest.mark.anyio
LOOKER = "looked-long-ago"
PRUNE = ("prune-looks", "--by", "okafor", "--authority", AUTHORITY)


async def looks_at(house: House, family: Family) -> list[str]:
    found = await house.door("auditor").seen("/v1/audit/accesses", params={"case_id": family.case_id, "limit": 100})
    return [one["subject"] for one in found["items"] if one["subject"] in {LOOKER, "later"}]


async def look(house: House, family: Family, who: str) -> None:
    await house.door("pupil_support", sub=who).seen(family.path)


async def due(house: House) -> Any:
    told = json.loads((await house.stagepost("retention", "--json")).stdout)
    return next(one for one in told if one["kind"] == "looks" and one["authority"] == AUTHORITY)


def removes(house: House) -> None:
    """What the owner of the database tries by plain SQL."""
    sql = "DELETE FROM accesses"
    if house.settings.database_url == "sqlite":
        with closing(sqlite3.connect(house.settings.var / AUTHORITY / "access.db")) as file:
            file.execute(sql)
    else:
        with psycopg.connect(house.settings.database_url, options=f"-c search_path={AUTHORITY}") as connection:
            connection.execute(sql)


async def test_rows_of_who_looked_are_removed_when_they_are_due(house: House, monkeypatch):
    family, held = await register(house.school), await register(house.school)
    for one in (family, held):
        await look(house, one, LOOKER)
    assert (await due(house))["due"] is None
    assert "nothing is due" in (await house.stagepost(*PRUNE, "--yes")).stdout
    later = datetime.now(UTC) + timedelta(days=6 * 366 + 2)
    assert (await house.client.put("/clock", json={"now": later.isoformat()})).status_code == 200
    await house.door("authority_admin").done(f"{held.path}/retention-holds", {"reason": "inquiry"})
    await look(house, family, "later")

    report = await due(house)
    assert report["rules"][0]["counts_from"] == "looking"
    rows = report["due"]["rows"]
    assert rows > 0
    said = await house.stagepost("retention")
    assert f"who looked, by scotland-generic@1: {rows} rows of before " in said.stdout
    dry = await house.stagepost(*PRUNE)
    assert (dry.exit_code, dry.stderr) == (0, "")
    assert f"would remove {rows} rows of who looked" in dry.stdout
    assert await looks_at(house, family) == ["later", LOOKER]

    async def cut(*_: object) -> None:
        raise StoreUnavailable("cut short")

    with monkeypatch.context() as patched:
        patched.setattr(Accesses, "prune", cut)
        assert (await house.stagepost(*PRUNE, "--yes")).exit_code == 3
    done = await house.stagepost(*PRUNE, "--yes")
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"removed {rows} rows of who looked" in done.stdout
    assert await looks_at(house, family) == ["later"]
    assert await looks_at(house, held) == [LOOKER], "a hold keeps them"
    assert (await due(house))["due"] is None
    await it_is_on_record_and_nothing_else_can_be_removed(house)


async def it_is_on_record_and_nothing_else_can_be_removed(house: House) -> None:
    events = await house.door("authority_admin").seen("/v1/events?types=LooksPruned&limit=500")
    assert [event["type"] for event in events["items"]] == ["LooksPruned.v1"] * 2, "once more after it was cut short"
    assert (await house.stagepost("verify", "--log")).exit_code == 0
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.RaiseException), match="append only"):
        removes(house)


async def test_a_hold_that_is_placed_while_they_are_removed_keeps_its_rows(house: House, monkeypatch):
    family, other = await register(house.school), await register(house.school)
    for one in (family, other):
        await look(house, one, LOOKER)
    now = datetime.fromisoformat((await house.client.get("/clock")).json()["now"])
    later = now + timedelta(days=6 * 366 + 2)
    assert (await house.client.put("/clock", json={"now": later.isoformat()})).status_code == 200
    await register(house.school)

    async def hold() -> None:
        await house.door("authority_admin").done(f"{family.path}/retention-holds", {"reason": "inquiry"})

    async def recorded_then_held(*given: Any) -> None:
        await recorded(*given)
        anyio.from_thread.run(hold)

    monkeypatch.setattr("case_api.cli.prune_looks.recorded", recorded_then_held)
    done = await house.stagepost(*PRUNE, "--yes")
    assert (done.exit_code, done.stderr) == (0, "")
    assert await looks_at(house, family) == [LOOKER]
    assert await looks_at(house, other) == []


async def test_nothing_is_left_of_them_in_the_file(house: House):
    if house.settings.database_url != "sqlite":
        pytest.skip("PostgreSQL frees the place of a row, and overwrites it in its time")
    alone = f"{LOOKER}alone"
    family = await register(house.school)
    await look(house, family, alone)
    folder = house.settings.var / AUTHORITY
    assert any(alone.encode() in path.read_bytes() for path in folder.glob("access.db*"))
    now = datetime.fromisoformat((await house.client.get("/clock")).json()["now"])
    later = now + timedelta(days=6 * 366 + 2)
    assert (await house.client.put("/clock", json={"now": later.isoformat()})).status_code == 200
    await register(house.school)
    assert (await house.stagepost(*PRUNE, "--yes")).exit_code == 0
    assert not any(alone.encode() in path.read_bytes() for path in folder.glob("access.db*"))
