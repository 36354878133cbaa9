"""A file that reads as damaged, or whose disk went away, is a store that is not there: nobody gets a half of it."""

import asyncio
import sqlite3
from contextlib import closing
from uuid import uuid4

import pytest

from case_api.store.journal import CommitUnknown, StoreUnavailable
from case_api.store.sqlite_file import SQLiteFile
from tests.store.facts import following, opening

pytestmark = pytest.mark.anyio
PAGE = 4096


def damage(path):
    """Overwrite all pages but the first."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(PAGE)
        file.write(b"\xff" * (size - PAGE))


async def test_what_cannot_be_read_is_not_there(tmp_path):
    file = SQLiteFile(tmp_path / "log.db", "CREATE TABLE notes (text TEXT);")
    await file.write(("INSERT INTO notes VALUES (?)", [("x" * 500,)] * 100))
    await file.clear([], ("DELETE FROM notes WHERE text=?", [("none",)]))
    damage(tmp_path / "log.db")
    with pytest.raises(StoreUnavailable, match="SQLITE_CORRUPT"):
        await file.rows("SELECT text FROM notes")
    await file.close()


async def test_who_appends_to_a_damaged_log_is_not_told_that_it_was_a_mistake(settings, journal, monkeypatch):
    if settings.url != "sqlite":
        pytest.skip("PostgreSQL looks after its own files")
    monkeypatch.setattr("case_api.store.committer.PAUSES", (0.0,))
    streams = [uuid4() for _ in range(200)]
    for stream in streams:
        await journal.append(opening(stream))
    path = settings.var / "moray" / "log.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damage(path)
    answers = await asyncio.gather(
        *(journal.append(following(stream, 2)) for stream in streams), return_exceptions=True
    )
    assert {type(answer) for answer in answers} <= {CommitUnknown, StoreUnavailable}


async def test_a_log_that_was_moved_away_takes_no_more(settings, journal):
    if settings.url != "sqlite":
        pytest.skip("PostgreSQL looks after its own files")
    stream = uuid4()
    await journal.append(opening(stream))
    path = settings.var / "moray" / "log.db"
    away = path.with_name("away.db")
    for part in ("", "-wal", "-shm"):
        path.with_name(f"log.db{part}").rename(away.with_name(f"away.db{part}"))
    with pytest.raises(StoreUnavailable):
        await journal.append(following(stream, 2))
    for part in ("", "-wal", "-shm"):
        away.with_name(f"away.db{part}").rename(path.with_name(f"log.db{part}"))
    await journal.append(following(stream, 2))
    assert await journal.head(stream) == 2
