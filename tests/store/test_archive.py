"""Authorities are opened by name, each with its own data and its own key; settings that would lose data are refused."""

import asyncio
import os
from itertools import count
from uuid import uuid4

import pytest

from case_api.store import postgres_schema
from case_api.store.archive import Archive, StoreSettings, UnknownAuthority
from case_api.store.journal import StoreUnavailable
from case_api.store.keystore import WrongKeys
from case_api.store.sqlite_file import connect
from tests.store.facts import following, opening

pytestmark = pytest.mark.anyio


async def test_a_journal_is_opened_once(archive):
    assert await archive.open("moray") is await archive.open("moray")


async def test_what_was_stored_is_there_when_it_is_opened_again(settings, archive, journal):
    stream = uuid4()
    await journal.append(opening(stream))
    await archive.close()
    again = Archive(settings)
    assert len(await (await again.open("moray")).read(stream)) == 1
    await again.close()


async def test_a_data_key_that_was_damaged_keeps_nobody_from_the_others(settings, archive, journal):
    damaged, sound = uuid4(), uuid4()
    for stream in (damaged, sound):
        await journal.append(opening(stream))
    keys = journal._backend.keys
    await keys.write(("UPDATE data_keys SET wrapped=? WHERE key_id=?", [(b"x" * 60, keys.id_in(damaged))]))
    await archive.close()
    again = Archive(settings)
    assert len(await (await again.open("moray")).read(sound)) == 1
    await again.close()
    with pytest.raises(WrongKeys):
        await Archive(StoreSettings(settings.url, settings.var, {"moray": b"o" * 32})).open("moray")


async def test_a_newer_process_starts_while_others_append_and_read(settings, journal, monkeypatch):
    if settings.url == "sqlite":
        pytest.skip("its layout is made on the writer's own connection")
    over = asyncio.Event()
    busy = [asyncio.create_task(_at_work(journal, over)) for _ in range(12)]
    try:
        for version in range(16):
            monkeypatch.setattr(postgres_schema, "SEAL", f"stagepost {version}")  # as if each laid it out otherwise
            newer = Archive(settings)
            await newer.open("moray")
            await newer.close()
    finally:
        over.set()
    await asyncio.gather(*busy)


async def _at_work(journal, over):
    stream = uuid4()
    await journal.append(opening(stream))
    for version in count(2):
        if over.is_set():
            return
        await journal.append(following(stream, version))
        assert await journal.confirm(stream, "mis", "k-1") == (version, None)
        await asyncio.sleep(0.001)  # so that the others have their turn as well


async def test_authorities_share_nothing(archive, journal):
    stream = uuid4()
    other = await archive.open("fife")
    await journal.append(opening(stream))
    assert await other.read(stream) == []
    assert (await journal.last_position(), await other.last_position()) == (1, 0)
    await other.append(opening(stream))
    assert len(await other.read(stream)) == 1


async def test_an_unknown_authority_is_not_made(archive, tmp_path):
    for name in ("lothian", "", "../moray", "MORAY"):
        with pytest.raises(UnknownAuthority):
            await archive.open(name)
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("name", ["", "Moray", "1st", "a-b", "../x", "pg_x", "public", "moray_keys", "a" * 42, "x\n"])
def test_a_name_that_could_not_be_a_folder_and_a_schema_is_refused(tmp_path, name):
    with pytest.raises(ValueError):
        Archive(StoreSettings("sqlite", tmp_path, {name: b"k" * 32}))


def test_settings_do_not_show_their_keys(settings):
    assert "mmmm" not in repr(settings)


@pytest.mark.parametrize("name", ["POSTGRES_ENABLE_DB_FUNCTIONS", "STORED_POSTGRES_ENABLE_DB_FUNCTIONS"])
async def test_the_library_option_that_drops_the_lock_is_refused(settings, monkeypatch, name):
    monkeypatch.setitem(os.environ, name, "y")
    archive = Archive(settings)
    with pytest.raises(RuntimeError, match="ENABLE_DB_FUNCTIONS"):
        await archive.open("moray")
    await archive.close()


async def test_a_database_that_is_not_there_is_reported(tmp_path):
    archive = Archive(StoreSettings(f"host={tmp_path} dbname=none user=none", tmp_path, {"moray": b"k" * 32}))
    with pytest.raises(StoreUnavailable):
        await archive.open("moray")


def test_an_sqlite_log_is_flushed_to_the_disk(tmp_path):
    connection = connect(tmp_path / "log.db")
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
