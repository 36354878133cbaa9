"""The data keys of an authority: a table of wrapped keys, kept apart from the events (D10)."""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from case_api.crash_points import passing
from case_api.store.append import KeyDestroyed, KeyMissing
from case_api.store.database import Database, Row, id_out
from case_api.store.keys import Keyring
from case_api.store.mapper import Keys, SealingKeys
from case_api.store.together import Together
from case_api.store.writer import GroupWriter

TRIED = 16
"""Data keys by which it is told whether the authority's key is the store's."""
REMEMBERED = 100_000
"""Unwrapped keys held in memory, some 300 bytes each; a cipher made of one would be ten times as large."""


class WrongKeys(Exception):
    """The store of an authority was made with another key than the one at hand: nothing of it can be read with this."""


class KeyStore:
    """Makes, finds and destroys data keys. A read always asks the table, so a destroyed key opens nothing.

    Args:
        keyring: wraps them.
        database: holds the table.
    """

    def __init__(self, keyring: Keyring, database: Database) -> None:
        self._keyring, self._database = keyring, database
        self._writer = GroupWriter(self._store)
        self._together = Together(self._found)
        self._known: OrderedDict[int, bytes] = OrderedDict()
        """By the numbers of their ids, which are looked up sooner than ids."""

    async def make(self, key_ids: Sequence[UUID]) -> None:
        """Make and commit the keys that do not exist yet. An id whose key was destroyed stays without one."""
        await asyncio.gather(*(self._writer.append(each) for each in key_ids))

    def at_hand(self, numbers: Collection[int]) -> SealingKeys | None:
        """The keys of these ids, given as numbers, where all are remembered; else None.

        Good to seal under: the log itself refuses what is sealed under a key that was destroyed meanwhile.
        """
        try:
            return {number: AESGCM(self._known[number]) for number in numbers}
        except KeyError:
            return None

    async def sealing(self, key_ids: Collection[UUID]) -> SealingKeys:
        """The keys to seal under, by the numbers of their ids, as the table says. Raises KeyDestroyed, KeyMissing."""
        keys = await self.opening(key_ids)
        living = {number: key for number, key in keys.items() if key is not None}
        if len(living) < len(keys):
            raise KeyDestroyed("a fact would be sealed under a key that was destroyed")
        return living

    def forget(self, key_ids: Iterable[UUID]) -> None:
        """Let go of keys that were destroyed, wherever that was."""
        for key_id in key_ids:
            self._known.pop(key_id.int, None)

    async def opening(self, key_ids: Collection[UUID]) -> Keys:
        """The keys to read with, in one query; None for one that was destroyed. Raises KeyMissing."""
        return _complete(key_ids, await self._together.ask(key_ids)) if key_ids else {}

    async def destroy(self, key_ids: Collection[UUID]) -> None:
        """Erase everything that is sealed under these keys. Each leaves a row, so that no key is made again."""
        now = datetime.now(UTC).isoformat()
        sql = (
            "INSERT INTO data_keys (key_id, wrapped, made_at, destroyed_at) VALUES (?,NULL,?,?)"
            " ON CONFLICT (key_id) DO UPDATE SET wrapped = NULL,"
            " destroyed_at = coalesce(data_keys.destroyed_at, excluded.destroyed_at)"
        )
        await self._database.erase("data_keys", (sql, [(self._database.id_in(one), now, now) for one in key_ids]))
        self.forget(key_ids)

    async def check(self) -> None:
        """Raise WrongKeys if there are data keys and the authority's key opens none of a few: one may be damaged."""
        sql = "SELECT key_id, wrapped FROM data_keys WHERE wrapped IS NOT NULL LIMIT ?"
        for key_id, wrapped in (rows := [*_named(await self._database.rows(sql, (TRIED,)))]):
            with suppress(ValueError):
                self._keyring.data_key(key_id, bytes(wrapped or b""))
                return
        if rows:
            raise WrongKeys(self._keyring.authority)

    async def destroyed(self) -> dict[UUID, str]:
        """Every key that was destroyed, and when."""
        rows = await self._database.rows("SELECT key_id, destroyed_at FROM data_keys WHERE destroyed_at IS NOT NULL")
        return {id_out(key_id): at for key_id, at in rows}

    async def count_destroyed(self) -> int:
        """How many those are."""
        rows = await self._database.rows("SELECT count(*) FROM data_keys WHERE destroyed_at IS NOT NULL")
        return int(rows[0][0])

    async def close(self) -> None:
        await self._writer.close()

    async def _store(self, key_ids: Sequence[UUID]) -> list[None]:
        now = datetime.now(UTC).isoformat()
        sql = "INSERT INTO data_keys (key_id, wrapped, made_at) VALUES (?,?,?) ON CONFLICT DO NOTHING"
        rows = [(self._database.id_in(each), self._keyring.new_data_key(each), now) for each in key_ids]
        await self._database.write((sql, rows))
        passing("keys-made")
        return [None] * len(key_ids)

    async def _found(self, key_ids: frozenset[UUID]) -> Keys:
        table, asked = self._database.asked([*key_ids], [0] * len(key_ids))
        sql = f"SELECT key_id, wrapped FROM {table} CROSS JOIN data_keys WHERE key_id=asked.id"  # noqa: S608 (ours)
        rows = await self._database.rows(sql, asked)
        return {key_id.int: self._unwrap(key_id, wrapped) for key_id, wrapped in _named(rows)}

    def _unwrap(self, key_id: UUID, wrapped: bytes | None) -> AESGCM | None:
        if wrapped is None:
            self._known.pop(key_id.int, None)
            return None
        key = self._known.pop(key_id.int, None) or self._keyring.data_key(key_id, bytes(wrapped))
        self._known[key_id.int] = key
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return AESGCM(key)


def unwrapped(keyring: Keyring, wanted: Sequence[UUID], rows: Iterable[Row]) -> Keys:
    """Rows of the key table as keys, remembering none. Raises KeyMissing for an id without a row."""
    found = {key_id.int: None if row is None else keyring.unwrap(key_id, row) for key_id, row in _named(rows)}
    return _complete(wanted, found)


def _named(rows: Iterable[Row]) -> Iterator[tuple[UUID, bytes | None]]:
    return ((id_out(key_id), wrapped) for key_id, wrapped in rows)


def _complete(wanted: Iterable[UUID], keys: Keys) -> Keys:
    try:
        return {key_id.int: keys[key_id.int] for key_id in wanted}
    except KeyError:
        raise KeyMissing("a data key has no row in the key table") from None
