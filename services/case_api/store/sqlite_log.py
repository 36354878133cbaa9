"""The log in an SQLite file: the library's recorder, and the writer's line to it."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder

from case_api.crash_points import passing
from case_api.store.append import Unstorable
from case_api.store.entry import Busy, Entry, Unreachable, Unsure, Verdict, entry_of
from case_api.store.sqlite_file import SQLiteFile, Transaction, connect
from case_api.store.sqlite_schema import LOG, SAME_EVENT, append_only

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL}
_LOST = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PROTOCOL}


class SQLiteLog(SQLiteApplicationRecorder):
    """The library reads the log through this; what it writes passes the same judgement as any command."""

    def construct_create_table_statements(self) -> list[str]:
        return []

    def create_table(self) -> None:
        with closing(connect(Path(self.datastore.pool.db_name))) as connection:
            connection.executescript(LOG + append_only("stored_events", SAME_EVENT))

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """The library's own door. Raises its IntegrityError if a version is taken or would be missing."""
        entry = entry_of(stored_events)
        with closing(connect(Path(self.datastore.pool.db_name))) as connection:
            if store(connection, [entry]) != [Verdict.STORED]:
                raise IntegrityError("refused: the stream has moved on, or a version would be missing")
            return [_position(connection, event) for event in stored_events]


class SQLiteLine:
    """One transaction on the file's writer for each batch."""

    knows_keys = False  # they are in a file of their own (D22)

    def __init__(self, file: SQLiteFile) -> None:
        self._file = file

    async def connect(self) -> None:
        try:
            await self._file.reopen()
        except (sqlite3.Error, RuntimeError) as error:
            raise Unreachable from error

    async def run(self, batch: Sequence[Entry]) -> list[Verdict]:
        try:
            return await self._file.on_writer(lambda connection: store(connection, batch))
        except sqlite3.Error as error:
            raise _meaning(error) from error
        except (ValueError, OverflowError) as error:  # a parameter that SQLite cannot bind
            raise Unstorable(type(error).__name__) from None

    async def stands(self, entry: Entry) -> bool:
        try:
            return await self._file.on_writer(lambda connection: _stands(connection, entry))
        except sqlite3.Error as error:
            raise Unsure from error


def store(connection: sqlite3.Connection, batch: Sequence[Entry]) -> list[Verdict]:
    """Judge each command under the lock, after those before it, and store it whole or not at all."""
    with Transaction(connection):
        verdicts = [_store(connection, entry) for entry in batch]
        passing("in-transaction")
        return verdicts


def _store(connection: sqlite3.Connection, entry: Entry) -> Verdict:
    verdict = _judge(connection, entry)
    if verdict is Verdict.STORED:
        connection.executemany(
            "INSERT INTO stored_events VALUES (NULL,?,?,?,?,?)",
            [
                (_hex(event.originator_id), event.originator_version, event.topic, event.state, event_id.hex)
                for event, event_id in zip(entry.events, entry.event_ids, strict=True)
            ],
        )
        if (row := entry.keyed) is not None:
            case_id = row.case_id.hex if row.case_id else None
            connection.execute(
                "INSERT INTO idempotency VALUES (?,?,?,?,?,?)",
                (row.client, row.key, row.fingerprint, row.reply, case_id, row.kept_at),
            )
        for hashed, case in entry.identifiers.items():
            connection.execute("INSERT INTO identifiers VALUES (?,?)", (hashed, case.hex))
    return verdict


def _judge(connection: sqlite3.Connection, entry: Entry) -> Verdict:
    one = connection.execute
    row = entry.keyed
    if row and one("SELECT 1 FROM idempotency WHERE client=? AND key=?", (row.client, row.key)).fetchone():
        return Verdict.SEEN
    for hashed in entry.identifiers:
        if one("SELECT 1 FROM identifiers WHERE hash=?", (hashed,)).fetchone():
            return Verdict.TAKEN
    return Verdict.STORED if _fits(connection, entry.events) else Verdict.STALE


def _fits(connection: sqlite3.Connection, events: Sequence[StoredEvent]) -> bool:
    heads: dict[UUID | str, int] = {}
    for event in events:
        stream = event.originator_id
        head = heads[stream] if stream in heads else _head(connection, stream)
        if event.originator_version != head + 1:
            return False
        heads[stream] = event.originator_version
    return True


def _head(connection: sqlite3.Connection, stream: UUID | str) -> int:
    sql = "SELECT coalesce(max(originator_version), 0) FROM stored_events WHERE originator_id=?"
    head: int = connection.execute(sql, (_hex(stream),)).fetchone()[0]
    return head


def _stands(connection: sqlite3.Connection, entry: Entry) -> bool:
    if entry.events:
        first = entry.events[0]
        sql = "SELECT state FROM stored_events WHERE originator_id=? AND originator_version=?"
        row = connection.execute(sql, (_hex(first.originator_id), first.originator_version)).fetchone()
        return row is not None and row[0] == first.state
    if entry.keyed is None:
        return False
    sql = "SELECT reply FROM idempotency WHERE client=? AND key=?"
    row = connection.execute(sql, (entry.keyed.client, entry.keyed.key)).fetchone()
    return row is not None and row[0] == entry.keyed.reply


def _position(connection: sqlite3.Connection, event: StoredEvent) -> int:
    sql = "SELECT rowid FROM stored_events WHERE originator_id=? AND originator_version=?"
    position: int = connection.execute(sql, (_hex(event.originator_id), event.originator_version)).fetchone()[0]
    return position


def _hex(stream: UUID | str) -> str:
    return stream.hex if isinstance(stream, UUID) else stream


def _meaning(error: sqlite3.Error) -> Exception:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _BUSY:
        return Busy(error.sqlite_errorname)
    if code in _LOST:
        return Unsure()
    if isinstance(error, sqlite3.ProgrammingError):  # a connection that is closed
        return Unreachable()
    return Unstorable(type(error).__name__)
