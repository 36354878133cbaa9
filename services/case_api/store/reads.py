"""Every question that the log answers, in one wording for both databases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from case_api.domain.event import SEALED
from case_api.domain.facts.erasure import PersonalDataKeyDestroyed
from case_api.store.append import PlacedHeader, Stored
from case_api.store.database import Database, Row, id_out
from case_api.store.frame import FrameError, take_apart


@dataclass(frozen=True, slots=True)
class KeptRow:
    """An idempotency row as stored."""

    fingerprint: bytes
    reply: bytes


Found = tuple[UUID, int, str, bytes]
"""A frame, and where in the log it stands: stream, version, name."""


ERASED = PersonalDataKeyDestroyed.topic
_EVENT = "originator_id, originator_version, topic, state"
_HEAD = "coalesce((SELECT max(originator_version) FROM stored_events WHERE originator_id=?), 0)"


class Reads:
    """Reads on connections that the writer never holds up. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = database.rows
        self._id = database.id_in
        position = database.position
        facts = f"SELECT {position}, {_EVENT} FROM stored_events WHERE {position}>? AND {position}<=?"  # noqa: S608
        self._stored = f"SELECT {position}, {_EVENT}, event_id FROM stored_events"  # noqa: S608 (constants)
        self._in_order = f"WHERE {position}>? ORDER BY {position} LIMIT ?"
        in_order = f" ORDER BY {position} LIMIT ?"
        self._all = facts + in_order
        self._unsealed = f"{facts} AND topic<>'{SEALED}'{in_order}"
        self._last = f"SELECT coalesce(max({position}), 0) FROM stored_events"  # noqa: S608
        self._position = f"SELECT {position} FROM stored_events WHERE originator_id=? AND originator_version=?"  # noqa: S608

    async def stream(self, stream: UUID, after: int, upto: int | None) -> list[Found]:
        sql = (
            "SELECT originator_version, topic, state FROM stored_events WHERE originator_id=?"
            " AND originator_version>? AND originator_version<=? ORDER BY originator_version"
        )
        return [(stream, *row) for row in await self._rows(sql, (self._id(stream), after, _all(upto)))]

    async def head(self, stream: UUID) -> int:
        return await self._number(f"SELECT {_HEAD}", self._id(stream))

    async def heads(self, streams: Collection[UUID]) -> Mapping[int, int]:
        """The last version of each of several streams, by the numbers of their ids; 0 if there is none."""
        table, asked = self._database.asked([*streams], [0] * len(streams))
        head = _HEAD.replace("?", "asked.id")
        rows = await self._rows(f"SELECT asked.id, {head} FROM {table}", asked)  # noqa: S608 (constants)
        return {id_out(stream).int: version for stream, version in rows}

    async def beyond(self, after: Mapping[UUID, int]) -> list[Found]:
        """The events of several streams, of each those after the version given, in the order of its versions."""
        table, asked = self._database.asked([*after], [*after.values()])
        sql = (
            f"SELECT {_EVENT} FROM {table} CROSS JOIN stored_events WHERE originator_id=asked.id"  # noqa: S608 (ours)
            " AND originator_version>asked.after ORDER BY originator_id, originator_version"
        )
        return [_found(row) for row in await self._rows(sql, asked)]

    async def in_order_of_streams(self, stream: UUID, version: int, limit: int) -> list[Stored]:
        """Rows as they are, in the order of their streams and versions, after a version of a stream."""
        after = "WHERE (originator_id, originator_version)>(?,?) ORDER BY originator_id, originator_version LIMIT ?"
        return await self._as_stored(after, self._id(stream), version, limit)

    async def confirm(self, stream: UUID, client: str, key: str) -> tuple[int, KeptRow | None]:
        """The head of a stream and what is kept under a key, as of the same moment."""
        sql = (
            f"SELECT {_HEAD}, kept.fingerprint, kept.reply FROM (SELECT 1) AS one"  # noqa: S608 (a constant)
            " LEFT JOIN idempotency AS kept ON kept.client=? AND kept.key=?"
        )
        (head, *row), *_ = await self._rows(sql, (self._id(stream), client, key))
        return head, _kept(row)

    async def kept(self, client: str, key: str) -> KeptRow | None:
        rows = await self._rows("SELECT fingerprint, reply FROM idempotency WHERE client=? AND key=?", (client, key))
        return _kept(rows[0]) if rows else None

    async def find(self, identifier_hash: bytes) -> UUID | None:
        rows = await self._rows("SELECT case_id FROM identifiers WHERE hash=?", (identifier_hash,))
        return id_out(rows[0][0]) if rows else None

    async def page(
        self, position: int, limit: int, upto: int | None, *, sealed: bool = True
    ) -> list[tuple[int, Found]]:
        rows = await self._rows(self._all if sealed else self._unsealed, (position, _all(upto), limit))
        return [(row[0], _found(row[1:])) for row in rows]

    async def headers(self, position: int, limit: int, *, sealed: bool) -> list[PlacedHeader]:
        rows = await self._rows(self._all if sealed else self._unsealed, (position, _all(None), limit))
        return [
            PlacedHeader(place, id_out(stream), version, name, _key_of(state))
            for place, stream, version, name, state in rows
        ]

    async def last_position(self) -> int:
        return await self._number(self._last)

    async def event(self, event_id: UUID) -> Found | None:
        sql = f"SELECT {_EVENT} FROM stored_events WHERE event_id=?"  # noqa: S608 (a constant)
        rows = await self._rows(sql, (self._id(event_id),))
        return _found(rows[0]) if rows else None

    async def position_of(self, stream: UUID, version: int) -> int | None:
        rows = await self._rows(self._position, (self._id(stream), version))
        return rows[0][0] if rows else None

    async def stored_page(self, position: int, limit: int) -> list[Stored]:
        """Rows as they are, in log order."""
        return await self._as_stored(self._in_order, position, limit)

    async def stored_stream(self, stream: UUID) -> list[Stored]:
        """The rows of a stream as they are."""
        return await self._as_stored("WHERE originator_id=? ORDER BY originator_version", self._id(stream))

    async def stored_event(self, event_id: UUID) -> Stored | None:
        """One row as it is."""
        found = await self._as_stored("WHERE event_id=?", self._id(event_id))
        return found[0] if found else None

    async def streams(self, after: UUID | None, limit: int) -> list[UUID]:
        """Streams in the order of their ids."""
        sql = (
            "SELECT originator_id FROM stored_events WHERE originator_version=1 AND originator_id>?"
            " ORDER BY originator_id LIMIT ?"
        )
        rows = await self._rows(sql, (self._id(after or UUID(int=0)), limit))
        return [id_out(row[0]) for row in rows]

    async def sealed_streams(self, after: UUID | None, limit: int) -> list[UUID]:
        """Streams that began sealed; a partial index holds their ids and nothing else."""
        sql = (
            f"SELECT originator_id FROM stored_events WHERE topic='{SEALED}' AND originator_version=1"  # noqa: S608
            " AND originator_id>? ORDER BY originator_id LIMIT ?"
        )
        rows = await self._rows(sql, (self._id(after or UUID(int=0)), limit))
        return [id_out(row[0]) for row in rows]

    async def erasures(self) -> list[Found]:
        """The facts that erased a learner; a partial index knows them."""
        rows = await self._rows(f"SELECT {_EVENT} FROM stored_events WHERE topic='{ERASED}'")  # noqa: S608 (constants)
        return [_found(row) for row in rows]

    async def sealed_heads(self) -> list[Found]:
        """The newest fact of each sealed stream that has more than one."""
        newest = "(SELECT max(originator_version) FROM stored_events WHERE originator_id=begun.originator_id)"
        last = ", ".join(f"last.{column}" for column in _EVENT.split(", "))
        rows = await self._rows(
            f"SELECT {last} FROM stored_events AS begun JOIN stored_events AS last"  # noqa: S608 (constants)
            f" ON last.originator_id=begun.originator_id AND last.originator_version={newest}"
            f" WHERE begun.topic='{SEALED}' AND begun.originator_version=1 AND last.originator_version>1"
        )
        return [_found(row) for row in rows]

    async def _as_stored(self, which: str, *parameters: object) -> list[Stored]:
        rows = await self._rows(f"{self._stored} {which}", parameters)
        return [
            Stored(position, id_out(stream), version, name, state, id_out(event_id))
            for position, stream, version, name, state, event_id in rows
        ]

    async def _number(self, sql: str, *parameters: object) -> int:
        rows = await self._rows(sql, parameters)
        number: int = rows[0][0]
        return number


def _key_of(state: bytes) -> UUID | None:
    try:
        return take_apart(state).header.key_id
    except FrameError:
        return None


def _all(upto: int | None) -> int:
    return 2**63 - 1 if upto is None else upto


def _found(row: Row) -> Found:
    stream, version, name, state = row
    return id_out(stream), version, name, state


def _kept(row: Sequence[bytes | None]) -> KeptRow | None:
    fingerprint, reply = row
    return None if fingerprint is None or reply is None else KeptRow(fingerprint, reply)
