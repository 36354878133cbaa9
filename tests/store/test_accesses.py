"""The record of who looked: durable, shared commits, sealed where it tells of a matter, and never lost unseen."""

import asyncio
import sqlite3
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from case_api.store.access import Access, Shown, Wanted, place_of
from case_api.store.append import StoreUnavailable
from case_api.store.archive import Archive, StoreSettings
from case_api.store.frame import FrameError
from tests.conftest import AUTHORITIES
from tests.store.test_append_only import LOOK, run

pytestmark = pytest.mark.anyio

ALL = Wanted()


def later(seconds: int) -> Access:
    return replace(LOOK, at=LOOK.at + timedelta(seconds=seconds), subject=f"s-{seconds}")


def at_matter(matter_id: UUID, number: int = 0) -> Shown:
    return Shown(replace(later(number), restricted=True), (matter_id,))


def without_number(looks: list[Access]) -> list[Access]:
    return [replace(look, number=0) for look in looks]


async def test_a_look_is_read_as_it_was_written(journal):
    nobody, others = replace(later(1), decision="not_found", rule_ids=(), role=""), (uuid4(), uuid4())
    await journal.accesses.add(Shown(LOOK, others))
    await journal.accesses.add(Shown(nobody))
    each = [replace(LOOK, case_id=one) for one in others]
    assert without_number(await journal.accesses.latest(ALL, 10)) == [nobody, *each[::-1]]


async def test_many_who_look_at_once_share_a_flush_and_each_row_is_there(journal):
    looks, before = [later(n) for n in range(200)], journal.accesses.commits
    await asyncio.gather(*(journal.accesses.add(Shown(look)) for look in looks))
    assert journal.accesses.commits - before < 50
    assert without_number(await journal.accesses.latest(ALL, 1000)) == looks[::-1]


async def test_two_processes_write_side_by_side(settings, archive, journal):
    other = await type(archive)(settings).open("moray")
    await asyncio.gather(*(one.accesses.add(Shown(LOOK)) for one in (journal, other) for _ in range(50)))
    assert len(await journal.accesses.latest(ALL, 1000)) == 100
    await other.close()


async def test_pages_follow_the_time_and_miss_nothing_of_one_instant(journal):
    looks = [later(n // 3) for n in range(10)]
    for look in looks:
        await journal.accesses.add(Shown(look))
    first = await journal.accesses.latest(ALL, 4)
    then = await journal.accesses.latest(Wanted(before=place_of(first[-1])), 100)
    assert without_number([*first, *then]) == looks[::-1]


async def test_a_look_at_a_matter_stands_in_no_list_but_its_own(settings, journal):
    matter, other = uuid4(), uuid4()
    for shown in (Shown(LOOK), at_matter(matter), at_matter(other), Shown(at_matter(matter, 1).look)):
        await journal.accesses.add(shown)
    assert without_number(await journal.accesses.latest(ALL, 10)) == [LOOK]
    [found] = await journal.accesses.restricted(matter)
    assert (found.matter_id, found.subject, found.at) == (matter, "s-0", LOOK.at)
    assert await journal.accesses.restricted(uuid4()) == []


async def test_all_looks_at_a_matter_are_found_however_many_and_whatever_failed_between(settings, journal, monkeypatch):
    matter = uuid4()
    for number in range(70):
        await journal.accesses.add(at_matter(matter, number))
    with monkeypatch.context() as broken:
        broken.setattr(journal.accesses._database, "write", failing)
        with pytest.raises(StoreUnavailable):
            await journal.accesses.add(at_matter(matter, 999))
    await asyncio.gather(*(journal.accesses.add(at_matter(matter, number)) for number in range(70, 140)))
    found = await journal.accesses.restricted(matter)
    assert {look.subject for look in found} == {f"s-{number}" for number in range(140)}


async def failing(*_: object) -> None:
    raise StoreUnavailable


async def test_a_sealed_look_that_was_altered_is_not_passed_by(settings, journal):
    matter = uuid4()
    await journal.accesses.add(at_matter(matter))
    run(settings, "access.db", "DROP TRIGGER " + trigger(settings))
    other = "CASE substr(sealed, 9, 1) WHEN 'x' THEN 'y' ELSE 'x' END"
    run(settings, "access.db", f"UPDATE sealed_accesses SET sealed = replace(sealed, substr(sealed, 9, 1), {other})")
    with pytest.raises(FrameError):
        await journal.accesses.restricted(matter)


def trigger(settings) -> str:
    return "sealed_accesses_no_update" if settings.url == "sqlite" else "append_only ON sealed_accesses"


@pytest.fixture
async def on_a_file(tmp_path):
    """A journal on SQLite, and its file of who looked."""
    archive = Archive(StoreSettings("sqlite", tmp_path, AUTHORITIES))
    yield await archive.open("moray"), tmp_path / "moray" / "access.db"
    await archive.close()


async def test_a_file_that_was_taken_away_is_noticed_and_the_one_in_its_place_is_taken(on_a_file):
    journal, file = on_a_file
    await journal.accesses.add(Shown(LOOK))
    for part in ("", "-wal", "-shm"):
        file.with_name(f"access.db{part}").rename(file.with_name(f"away.db{part}"))
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await journal.accesses.add(Shown(LOOK))
        assert not file.exists(), "an empty one in its place would hide that it is gone"
    sqlite3.connect(file).close()
    file.touch()
    with pytest.raises(StoreUnavailable):
        await journal.accesses.add(Shown(LOOK))
    await journal.accesses.add(Shown(LOOK))
    assert len(await journal.accesses.latest(ALL, 10)) == 1


async def test_a_file_that_came_back_is_written_on(on_a_file):
    journal, file = on_a_file
    await journal.accesses.add(Shown(LOOK))
    away = file.with_name("away.db")
    file.rename(away)
    with pytest.raises(StoreUnavailable):
        await journal.accesses.add(Shown(LOOK))
    away.rename(file)
    await journal.accesses.add(Shown(LOOK))
    assert len(await journal.accesses.latest(ALL, 10)) == 2


async def test_a_file_that_may_only_be_read_is_told_of(on_a_file, monkeypatch):
    journal, file = on_a_file
    read_only = sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
    with monkeypatch.context() as for_a_while:
        for_a_while.setattr(journal.accesses._database, "_writer", read_only)
        with pytest.raises(StoreUnavailable, match="READONLY"):
            await journal.accesses.add(Shown(LOOK))
    await journal.accesses.add(Shown(LOOK))
    read_only.close()
    assert len(await journal.accesses.latest(ALL, 10)) == 1
