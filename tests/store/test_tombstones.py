"""The list of destroyed keys outlives every key store that is put back (T9, T17)."""

import shutil
from uuid import uuid4

import psycopg
import pytest

from case_api.domain.event import Unreadable
from case_api.store.archive import Archive
from case_api.store.journal import KeyDestroyed, StoreUnavailable
from case_api.store.tombstones import Tombstones, TombstonesUnreadable, parsed, written
from tests.store.facts import following, opening

pytestmark = pytest.mark.anyio


@pytest.fixture
def listed(settings, journal):
    return settings.tombstones_of(journal.authority)


async def put_back(settings, key_id, wrapped):
    """What an older copy of the key store would hold."""
    if settings.url == "sqlite":
        raise AssertionError("a file is put back as a file")
    with psycopg.connect(settings.url, autocommit=True) as connection:
        connection.execute(
            "UPDATE moray_keys.data_keys SET wrapped=%s, destroyed_at=NULL WHERE key_id=%s", (wrapped, key_id)
        )


async def test_a_key_that_was_put_back_is_destroyed_again_before_anything_is_read(settings, archive, journal, listed):
    gone, stays = uuid4(), uuid4()
    await journal.append(opening(gone))
    await journal.append(opening(stays))
    [(wrapped,)] = await journal._backend.keys.rows(
        "SELECT wrapped FROM data_keys WHERE key_id=?", (journal._backend.keys.id_in(gone),)
    )
    listed.add([gone])
    if settings.url == "sqlite":
        await archive.close()
        shutil.copy(settings.var / "moray/keys.db", settings.var / "older.db")
        journal = await archive.open("moray")
        await journal.eraser.destroy([gone])
        await archive.close()
        shutil.copy(settings.var / "older.db", settings.var / "moray/keys.db")
    else:
        await journal.eraser.destroy([gone])
        await put_back(settings, gone, bytes(wrapped))
    again = Archive(settings)
    opened = await again.open("moray")
    try:
        [fact] = await opened.read(gone)
        assert fact.fact == Unreadable(why="erased", stored_name="NoteTaken.v1")
        [kept] = await opened.read(stays)
        assert kept.envelope is not None
        with pytest.raises(KeyDestroyed):
            await opened.append(following(gone, 2))
    finally:
        await again.close()


async def test_a_key_that_the_store_has_never_heard_of_is_never_made(archive, settings, journal, listed):
    unheard = uuid4()
    listed.add([unheard])
    await archive.close()
    journal = await archive.open("moray")
    with pytest.raises(KeyDestroyed):
        await journal.append(opening(unheard))


async def test_the_list_is_added_to_and_taken_over(tmp_path):
    one, two, three = (uuid4() for _ in range(3))
    here, there = Tombstones(tmp_path / "here", "moray"), Tombstones(tmp_path / "there", "moray")
    here.add([one])
    here.add([one, two])
    there.add([three])
    there.merge(here.read())
    assert list(here.read()) == [one, two]
    assert list(there.read()) == [three, one, two]
    assert parsed(written(there.read(), "moray"), "moray") == there.read()


@pytest.mark.parametrize("content", ["", "something else\n", "stagepost tombstones fife\n"])
async def test_a_list_that_cannot_be_read_opens_no_store(content, archive, settings, listed):
    await archive.close()
    listed.path.parent.mkdir(parents=True, exist_ok=True)
    listed.path.write_text(content or "stagepost tombstones moray\nno-key now\n")
    with pytest.raises(TombstonesUnreadable):
        await archive.open("moray")


async def test_somebody_who_reads_for_too_long_is_named_as_the_reason(settings, journal, monkeypatch):
    if settings.url != "sqlite":
        pytest.skip("PostgreSQL waits for them, and then rewrites the table")
    stream = uuid4()
    await journal.append(opening(stream))
    keys = journal._backend.keys
    await keys.on_writer(lambda connection: connection.execute("PRAGMA busy_timeout=50"))
    keys._reader.execute("BEGIN")
    keys._reader.execute("SELECT * FROM data_keys").fetchall()
    with pytest.raises(StoreUnavailable, match="still in its log"):
        await journal.eraser.destroy([stream])
    keys._reader.execute("COMMIT")
    await journal.eraser.destroy([stream])
