"""Opens an authority's SQLite files: log.db, keys.db and access.db in a folder of its own (D22)."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from case_api.store.append import KeyMissing
from case_api.store.application import LogApplication
from case_api.store.backend import Backend
from case_api.store.keys import Keyring
from case_api.store.mapper import FrameMapper, Keys
from case_api.store.sqlite_file import SQLiteFile
from case_api.store.sqlite_log import SQLiteLine
from case_api.store.sqlite_schema import ATTEMPTS, KEYS, append_only


def open_sqlite(folder: Path, keyring: Keyring) -> tuple[FrameMapper, Backend]:
    """Open, and make what does not exist yet. Blocks for as long as the disk takes."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = SQLiteFile(folder / "keys.db", KEYS)
    access = SQLiteFile(folder / "access.db", ATTEMPTS + append_only("attempts"))
    mapper = FrameMapper(keyring.authority, lambda wanted: _find_keys(folder / "keys.db", keyring, wanted))
    application = LogApplication(
        {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "APPLICATION_RECORDER_TOPIC": "case_api.store.sqlite_log:SQLiteLog",
            "SQLITE_DBNAME": str(folder / "log.db"),
        },
        mapper,
    )
    log = SQLiteFile(folder / "log.db")

    async def close() -> None:
        application.close()
        for file in (log, keys, access):
            await file.close()

    return mapper, Backend(log, keys, access, SQLiteLine(log), application, close)


def _find_keys(path: Path, keyring: Keyring, wanted: Iterable[UUID]) -> Keys:
    """The library's doors look keys up one at a time, from any thread."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return {key_id: _find_key(connection, keyring, key_id) for key_id in wanted}


def _find_key(connection: sqlite3.Connection, keyring: Keyring, key_id: UUID) -> AESGCM | None:
    row = connection.execute("SELECT wrapped FROM data_keys WHERE key_id=?", (key_id.hex,)).fetchone()
    if row is None:
        raise KeyMissing("a data key has no row in the key table")
    return None if row[0] is None else keyring.unwrap(key_id, row[0])
