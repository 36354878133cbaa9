"""The writer's line to the log on PostgreSQL: one call judges and commits a whole batch."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from struct import error as StructError  # noqa: N812 - the class has a lower-case name
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg.types.numeric import Int8

from case_api.store.append import Unstorable
from case_api.store.entry import Busy, Entry, Unreachable, Unsure, Verdict, stream_of
from case_api.store.postgres_arrays import Array, bigints, byteas, ints, texts, uuids

APPEND: LiteralString = """SELECT append(%b::int,
  %b::int[],%b::uuid[],%b::bigint[],
  %b::int[],%b::uuid[],%b::bigint[],%b::text[],%b::bytea[],%b::uuid[],
  %b::int[],%b::uuid[],
  %b::int[],%b::text[],%b::text[],%b::bytea[],%b::bytea[],%b::uuid[],%b::bigint[],
  %b::int[],%b::bytea[],%b::uuid[]) AS verdicts"""

APPEND_ONE: LiteralString = """SELECT append_one(%b::uuid,%b::bigint,%b::text,%b::bytea,%b::uuid,%b::uuid,
  %b::text,%b::text,%b::bytea,%b::bytea,%b::uuid,%b::bigint)"""

PLANNING: LiteralString = """SELECT set_config('enable_seqscan', 'off', false),
  set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false),
  set_config('plan_cache_mode', 'force_generic_plan', false)"""
"""For a connection that appends: every look is by an index, and a plan made while the tables were small is not kept."""

_STATE: LiteralString = "SELECT state FROM stored_events WHERE originator_id=%b AND originator_version=%b"
_REPLY: LiteralString = "SELECT reply FROM idempotency WHERE client=%b AND key=%b"

VERDICTS: Mapping[int, Verdict] = {verdict.value: verdict for verdict in Verdict}
NOWHERE: Final = -1
"""No stream stands at this version."""
_NOTHING_LEFT = ("55P03", "57014", "53", "40")
"""SQLSTATEs after which nothing is left behind: waited or worked too long, no room, a deadlock."""


class PostgresLine:
    """A connection that nothing else uses."""

    is_elsewhere = True

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

    async def connect(self) -> None:
        await self.close()
        try:
            connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True, prepare_threshold=0)
            await connection.execute(PLANNING)
        except psycopg.Error as error:
            raise Unreachable from error
        self._connection = connection

    async def run(self, batch: Sequence[Entry]) -> list[Verdict]:
        try:
            if len(batch) == 1 and (plain := plainly(batch[0])):
                return [VERDICTS[number] for (number,) in await self._rows(APPEND_ONE, plain)]
            [(verdicts,)] = await self._rows(APPEND, arguments(batch))
        except (psycopg.DataError, psycopg.IntegrityError, ValueError, OverflowError, StructError) as error:
            raise Unstorable(type(error).__name__) from None
        except psycopg.Error as error:
            raise self._meaning(error) from error
        return [VERDICTS[number] for number in verdicts]

    async def stands(self, entry: Entry) -> bool:
        try:
            return await self._stands(entry)
        except psycopg.Error as error:
            raise Unsure from error

    async def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with suppress(psycopg.Error):  # it is lost already: there is nothing to let go of
                await connection.close()

    async def _stands(self, entry: Entry) -> bool:
        if entry.events:
            first = entry.events[0]
            rows = await self._rows(_STATE, (first.originator_id, first.originator_version))
            return rows == [(first.state,)]
        if entry.keyed is None:
            return False
        return await self._rows(_REPLY, (entry.keyed.client, entry.keyed.key)) == [(entry.keyed.reply,)]

    async def _rows(self, sql: LiteralString, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        if self._connection is None:
            raise Unreachable
        return await (await self._connection.execute(sql, parameters, binary=True)).fetchall()

    def _meaning(self, error: psycopg.Error) -> Exception:
        connected = self._connection is not None and not self._connection.closed
        if connected and error.sqlstate and error.sqlstate.startswith(_NOTHING_LEFT):
            return Busy(error.sqlstate)
        if connected and not isinstance(error, psycopg.OperationalError):
            return Unstorable(type(error).__name__)
        return Unsure()


def plainly(entry: Entry) -> tuple[object, ...] | None:
    """A command of one event under one key, as the function for one takes it; None for any other."""
    row = entry.keyed
    if row is None or len(entry.events) != 1 or len(entry.key_ids) != 1 or entry.identifiers:
        return None
    [event], [event_id], [key_id] = entry.events, entry.event_ids, entry.key_ids
    return (
        *(stream_of(event), Int8(event.originator_version), event.topic, event.state, event_id, key_id),
        *(row.client, row.key, row.fingerprint, row.reply, row.case_id, Int8(row.kept_at)),
    )


def arguments(batch: Sequence[Entry]) -> tuple[object, ...]:
    """The batch as the columns that the function takes; commands are numbered from 1."""
    events, heads, sealed, keyed, identifiers = [], [], [], [], []
    for c, entry in enumerate(batch, 1):
        for event, event_id in zip(entry.events, entry.event_ids, strict=True):
            events.append((c, stream_of(event), event.originator_version, event.topic, event.state, event_id))
        heads += [(c, *head) for head in _heads(entry.events)]
        sealed += [(c, key_id) for key_id in entry.key_ids]
        if (row := entry.keyed) is not None:
            keyed.append((c, row.client, row.key, row.fingerprint, row.reply, row.case_id, row.kept_at))
        identifiers += [(c, *pair) for pair in entry.identifiers.items()]
    return (
        len(batch),
        *_columns(heads, (ints, uuids, bigints)),
        *_columns(events, (ints, uuids, bigints, texts, byteas, uuids)),
        *_columns(sealed, (ints, uuids)),
        *_columns(keyed, (ints, texts, texts, byteas, byteas, uuids, bigints)),
        *_columns(identifiers, (ints, byteas, uuids)),
    )


def _columns(rows: Sequence[tuple[Any, ...]], kinds: Sequence[Callable[[Any], Array]]) -> Iterator[Array]:
    columns = zip(*rows, strict=True) if rows else ((),) * len(kinds)
    return (kind(column) for kind, column in zip(kinds, columns, strict=True))


def _heads(events: Sequence[StoredEvent]) -> Iterable[tuple[UUID, int]]:
    """At which version each stream must stand before these events; none at all where one would be missing."""
    if len(events) == 1:
        return ((stream_of(events[0]), events[0].originator_version - 1),)
    heads: dict[UUID, int] = {}
    last: dict[UUID, int] = {}
    for event in events:
        stream, version = stream_of(event), event.originator_version
        heads.setdefault(stream, version - 1)
        if last.get(stream, version - 1) != version - 1:
            heads[stream] = NOWHERE
        last[stream] = version
    return heads.items()
