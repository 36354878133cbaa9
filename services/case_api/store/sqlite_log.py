"""The log in an SQLite file: the library's recorder, and the writer's line to it."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder

from case_api.store.append import Unstorable
from case_api.store.entry import Busy, Entry, Unreachable, Unsure, Verdict, entry_of
from case_api.store.sqlite_batch import destroyed_among, hexed, store
from case_api.store.sqlite_file import Elsewhere, SQLiteFile, connect
from case_api.store.sqlite_schema import LOG, NO_GAP, SAME_EVENT, append_only

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL}
_LOST = {
    *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PROTOCOL),
    *(sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB),  # as it looks to who reads while its disk goes away
}


class SQLiteLog(SQLiteApplicationRecorder):
    """The library reads the log through this; what it writes passes the same judgement as any command."""

    def construct_create_table_statements(self) -> list[str]:
        return []

    def create_table(self) -> None:
        with closing(connect(Path(self.datastore.pool.db_name))) as connection:
            connection.executescript(LOG + append_only("stored_events", SAME_EVENT) + NO_GAP)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """The library's own door. Raises its IntegrityError if a version is taken or would be missing."""
        entry = entry_of(stored_events)
        with closing(connect(Path(self.datastore.pool.db_name))) as connection:
            if store(connection, [entry]) != [Verdict.STORED]:
                raise IntegrityError("refused: the stream has moved on, or a version would be missing")
            return [_position(connection, event) for event in stored_events]


class SQLiteLine:
    """One transaction on the file's writer for each batch; *keys* reads the data keys, in a file of their own (D22)."""

    is_elsewhere = False

    def __init__(self, file: SQLiteFile, keys: sqlite3.Connection) -> None:
        self._file, self._keys = file, keys

    async def connect(self) -> None:
        try:
            await self._file.reopen()
        except (sqlite3.Error, RuntimeError) as error:
            raise Unreachable from error

    async def run(self, batch: Sequence[Entry]) -> list[Verdict]:
        try:
            return await self._file.on_writer(lambda connection: store(connection, batch, self._destroyed))
        except Elsewhere:
            await self._file.look_again()
            raise Busy("the file is no longer in its place") from None
        except sqlite3.Error as error:
            raise _meaning(error) from error
        except (ValueError, OverflowError) as error:  # a parameter that SQLite cannot bind
            raise Unstorable(type(error).__name__) from None

    def _destroyed(self, batch: Sequence[Entry]) -> frozenset[str]:
        """Asked under the log's lock. Raises Elsewhere; Busy where the keys cannot be read: nothing is stored then."""
        self._file.check_place()
        try:
            return destroyed_among(self._keys, batch)
        except sqlite3.Error as error:
            raise Busy(type(error).__name__) from error

    async def stands(self, entry: Entry) -> bool:
        try:
            return await self._file.on_writer(lambda connection: _stands(connection, entry))
        except sqlite3.Error as error:
            raise Unsure from error


def _stands(connection: sqlite3.Connection, entry: Entry) -> bool:
    if entry.events:
        first = entry.events[0]
        sql = "SELECT state FROM stored_events WHERE originator_id=? AND originator_version=?"
        row = connection.execute(sql, (hexed(first.originator_id), first.originator_version)).fetchone()
        return row is not None and row[0] == first.state
    if entry.keyed is None:
        return False
    sql = "SELECT reply FROM idempotency WHERE client=? AND key=?"
    row = connection.execute(sql, (entry.keyed.client, entry.keyed.key)).fetchone()
    return row is not None and row[0] == entry.keyed.reply


def _position(connection: sqlite3.Connection, event: StoredEvent) -> int:
    sql = "SELECT rowid FROM stored_events WHERE originator_id=? AND originator_version=?"
    position: int = connection.execute(sql, (hexed(event.originator_id), event.originator_version)).fetchone()[0]
    return position


def _meaning(error: sqlite3.Error) -> Exception:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _BUSY:
        return Busy(error.sqlite_errorname)
    if code in _LOST:
        return Unsure()
    if isinstance(error, sqlite3.ProgrammingError):  # a connection that is closed
        return Unreachable()
    return Unstorable(type(error).__name__)
