"""A copy is of one moment, however much is written while it is made, and is put back as it was."""

import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from case_api.store import postgres_copies, sqlite_copies
from case_api.store.copies import Part
from tests.store.facts import following, opening

pytestmark = pytest.mark.anyio


async def test_who_writes_while_an_sqlite_file_is_copied_neither_waits_nor_is_copied_in_part(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_copies, "PAGES", 1)
    folder, target = tmp_path / "moray", tmp_path / "target"
    folder.mkdir()
    target.mkdir()
    steps: list[int] = []
    with closing(sqlite3.connect(folder / "log.db", isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE facts (number integer PRIMARY KEY, body text)")
        writer.executemany("INSERT INTO facts (body) VALUES (?)", [("x" * 1000,)] * 200)

        def seen(_: str, done: int, whole: int) -> None:
            steps.append(done)
            assert len(steps) < 1_000, "it begins anew each time"
            writer.execute("UPDATE facts SET body='y'||body")
            writer.execute("INSERT INTO facts (body) VALUES ('late')")

        list(sqlite_copies.copy_out(folder, {"log": target, "keys": target}, seen))
        assert writer.execute("SELECT count(*) FROM facts").fetchone()[0] == 200 + len(steps)
    assert len(steps) > 20
    assert steps == sorted(steps), "it never begins anew"
    with closing(sqlite3.connect(target / "log.db")) as copy:
        assert copy.execute("SELECT count(*), min(body)=max(body) FROM facts").fetchone() == (200, 1)
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.postgres
async def test_tables_of_postgres_are_copied_as_of_one_moment(settings, journal, tmp_path):
    if settings.url == "sqlite":
        pytest.skip("files are copied otherwise")
    stream = uuid4()
    await journal.append(opening(stream, versions=3))
    folders: dict[Part, Path] = {"log": tmp_path / "log", "keys": tmp_path / "keys"}
    for folder in folders.values():
        folder.mkdir()
    copying = postgres_copies.copy_out(settings.url, "moray", folders, lambda *_: None)
    first = next(copying)
    await journal.append(following(stream, 4))
    rest = list(copying)
    names = {part: {one.name for of, one in (first, *rest) if of == part} for part in folders}
    assert "data_keys.copy" in names["keys"]
    assert names["keys"].isdisjoint(names["log"])
    assert {"stored_events.copy", "idempotency.copy", "identifiers.copy", "attempts.copy"} <= names["log"]
    assert not any(name.startswith("board_") for name in names["log"])
    assert len((tmp_path / "log/stored_events.copy").read_text().splitlines()) == 3
