"""A batch of commands in an SQLite file: tried whole, else judged, in few statements."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Self
from uuid import UUID

from msgspec import json

from case_api.crash_points import passing
from case_api.store.database import Row
from case_api.store.entry import Entry, Verdict
from case_api.store.sqlite_file import Transaction

TOGETHER = 256
"""Rows of one statement at most; there is a statement of its own for each number of them, kept by the connection."""

_HEADS = (
    "SELECT json_group_object(one, coalesce((SELECT max(originator_version) FROM stored_events"
    " WHERE originator_id=one), 0)) FROM asked"
)
"""One row for all: at each row the writer's thread would have to wait for the interpreter anew."""
_KEYS = "SELECT client, key FROM asked CROSS JOIN idempotency ON client=one AND key=other"
_IDENTIFIERS = "SELECT hash FROM asked CROSS JOIN identifiers ON hash=one"
_DESTROYED = "SELECT key_id FROM asked CROSS JOIN data_keys ON key_id=one WHERE wrapped IS NULL"

Destroyed = Callable[[Sequence[Entry]], frozenset[str]]
"""Which of the keys under which a batch is sealed were destroyed; asked under the log's lock."""


def _none(_: Sequence[Entry]) -> frozenset[str]:
    """For the library, which asked when it sealed."""
    return frozenset()


def destroyed_among(keys: sqlite3.Connection, batch: Sequence[Entry]) -> frozenset[str]:
    """Those of the keys of a batch that were destroyed."""
    sealed = {key_id.hex for entry in batch for key_id in entry.key_ids}
    return frozenset(key_id for (key_id,) in _asked(keys, _DESTROYED, [(one,) for one in sealed]))


def store(connection: sqlite3.Connection, batch: Sequence[Entry], destroyed: Destroyed = _none) -> list[Verdict]:
    """Store each command whole or not at all; none whose facts are sealed under a key that was *destroyed*.

    Nearly always all of a batch can be stored, and the log refuses what it must not hold: so it is tried first. At each
    statement the writer's thread has to wait for the interpreter, and to ask first takes twice as many.
    """
    with suppress(sqlite3.IntegrityError), Transaction(connection):  # which one it is, is found out below
        if not destroyed(batch):
            _insert(connection, batch)
            passing("in-transaction")
            return [Verdict.STORED] * len(batch)
    return _stored_or_refused(connection, batch, destroyed)


def _stored_or_refused(connection: sqlite3.Connection, batch: Sequence[Entry], destroyed: Destroyed) -> list[Verdict]:
    """Judge each command under the lock, after those before it."""
    with Transaction(connection):
        known = _Known.of(connection, batch, destroyed(batch))
        verdicts = [known.judge(entry) for entry in batch]
        _insert(connection, [entry for entry, said in zip(batch, verdicts, strict=True) if said is Verdict.STORED])
        passing("in-transaction")
        return verdicts


@dataclass(frozen=True, slots=True)
class _Known:
    """What the log holds of all that a batch touches, read under the lock; and what the batch adds to it so far."""

    heads: dict[str, int]
    keys: set[tuple[str, str]]
    identifiers: set[bytes]
    destroyed: frozenset[str]

    @classmethod
    def of(cls, connection: sqlite3.Connection, batch: Sequence[Entry], destroyed: frozenset[str]) -> Self:
        streams = {hexed(event.originator_id) for entry in batch for event in entry.events}
        keys = [(entry.keyed.client, entry.keyed.key) for entry in batch if entry.keyed]
        hashes = [hashed for entry in batch for hashed in entry.identifiers]
        return cls(
            {
                stream: head
                for (heads,) in _asked(connection, _HEADS, [(one,) for one in streams])
                for stream, head in json.decode(heads).items()
            },
            set(_asked(connection, _KEYS, keys)),
            {hashed for (hashed,) in _asked(connection, _IDENTIFIERS, [(one,) for one in hashes])},
            destroyed,
        )

    def judge(self, entry: Entry) -> Verdict:
        key = entry.keyed and (entry.keyed.client, entry.keyed.key)
        if self.destroyed and not self.destroyed.isdisjoint(key_id.hex for key_id in entry.key_ids):
            return Verdict.KEYLESS
        if key in self.keys:
            return Verdict.SEEN
        if not self.identifiers.isdisjoint(entry.identifiers):
            return Verdict.TAKEN
        heads: dict[str, int] = {}
        for event in entry.events:
            stream = hexed(event.originator_id)
            if event.originator_version != heads.get(stream, self.heads[stream]) + 1:
                return Verdict.STALE
            heads[stream] = event.originator_version
        self.heads.update(heads)
        self.identifiers.update(entry.identifiers)
        if key:
            self.keys.add(key)
        return Verdict.STORED


def _insert(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """The rows of commands that were judged, in few statements, in the order of the commands."""
    _put(
        connection,
        "stored_events (originator_id, originator_version, topic, state, event_id)",
        [
            (hexed(event.originator_id), event.originator_version, event.topic, event.state, event_id.hex)
            for entry in entries
            for event, event_id in zip(entry.events, entry.event_ids, strict=True)
        ],
    )
    _put(
        connection,
        "idempotency (client, key, fingerprint, reply, case_id, kept_at)",
        [
            (row.client, row.key, row.fingerprint, row.reply, row.case_id.hex if row.case_id else None, row.kept_at)
            for row in (entry.keyed for entry in entries)
            if row
        ],
    )
    _put(
        connection,
        "identifiers (hash, case_id)",
        [(hashed, case.hex) for entry in entries for hashed, case in entry.identifiers.items()],
    )


def _put(connection: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    for values, parameters in _together(rows):
        connection.execute(f"INSERT INTO {table} {values}", parameters)


def _asked(connection: sqlite3.Connection, question: str, rows: Sequence[Row]) -> Iterator[Row]:
    for values, parameters in _together(rows):
        names = "one, other" if len(rows[0]) > 1 else "one"
        yield from connection.execute(f"WITH asked({names}) AS ({values}) {question}", parameters).fetchall()


def _together(rows: Sequence[Row]) -> Iterator[tuple[str, list[object]]]:
    """Rows as VALUES of statements and their parameters: few statements to run, and few to prepare."""
    for start in range(0, len(rows), TOGETHER):
        some = rows[start : start + TOGETHER]
        yield _values(len(rows[0]), len(some)), [value for row in some for value in row]


@cache
def _values(columns: int, rows: int) -> str:
    row = f"({','.join('?' * columns)})"
    return f"VALUES {','.join([row] * rows)}"


def hexed(stream: UUID | str) -> str:
    """An id as the file holds it."""
    return stream.hex if isinstance(stream, UUID) else stream
