"""Opens an authority's SQLite files: log.db, keys.db and access.db in a folder of its own (D22)."""

import asyncio
import sqlite3
from collections.abc import Iterable
from contextlib import AsyncExitStack, closing
from pathlib import Path
from uuid import UUID

from case_api.store.application import LogApplication
from case_api.store.backend import Backend
from case_api.store.bell import Bell
from case_api.store.duty import FileDuty
from case_api.store.keys import Keyring
from case_api.store.keystore import unwrapped
from case_api.store.mapper import FrameMapper, Keys
from case_api.store.sqlite_file import SQLiteFile
from case_api.store.sqlite_log import SQLiteLine, SQLiteLog
from case_api.store.sqlite_schema import KEYS, WHO_LOOKED


async def open_sqlite(folder: Path, keyring: Keyring) -> Backend:
    """Open, and make what does not exist yet."""
    async with AsyncExitStack() as opened:
        return await _open(folder, keyring, opened)


async def _open(folder: Path, keyring: Keyring, opened: AsyncExitStack) -> Backend:
    """Everything that is opened is closed again if something fails; else by the backend."""
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    mapper = FrameMapper(keyring.authority, lambda wanted: _find_keys(folder / "keys.db", keyring, wanted))
    application = await asyncio.to_thread(LogApplication, _env(folder / "log.db"), mapper)
    opened.callback(application.close)

    async def file(name: str, layout: str = "") -> SQLiteFile:
        made = await asyncio.to_thread(SQLiteFile, folder / name, layout)
        opened.push_async_callback(made.close)
        return made

    log = await file("log.db")
    keys = await file("keys.db", KEYS)
    access = await file("access.db", WHO_LOOKED)
    sealing = keys.reading()
    opened.callback(sealing.close)
    line = SQLiteLine(log, sealing)
    duty = FileDuty(folder / "clerk.lock")
    opened.push_async_callback(duty.close)
    return Backend(mapper, log, keys, access, line, application, Bell(), duty, opened.pop_all().aclose)


def _env(log: Path) -> dict[str, str]:
    """What makes the library use our recorder."""
    return {
        "PERSISTENCE_MODULE": "eventsourcing.sqlite",
        "APPLICATION_RECORDER_TOPIC": f"{SQLiteLog.__module__}:{SQLiteLog.__name__}",
        "SQLITE_DBNAME": str(log),
    }


def _find_keys(path: Path, keyring: Keyring, wanted: Iterable[UUID]) -> Keys:
    """The library's doors look keys up one at a time, from any thread."""
    ids = list(wanted)
    sql = "SELECT key_id, wrapped FROM data_keys WHERE key_id=?"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        rows = [row for key_id in ids for row in connection.execute(sql, (key_id.hex,))]
    return unwrapped(keyring, ids, rows)
