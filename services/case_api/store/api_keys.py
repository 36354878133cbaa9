"""By what a partner's key is told: its keyed hash, beside the data keys and apart from the log (ADR 25)."""

import hmac
from collections.abc import Mapping
from datetime import date
from typing import Final

from case_api.store.database import Database
from case_api.store.keys import Keyring

KIND: Final = "partner-key"


class ApiKeys:
    """The hashes of partners' keys, and the day on which each was last used.

    A hash is an HMAC-SHA-256 under the authority's key: whoever can write to the database, but has not that key,
    cannot make a key that is accepted. Every method may raise StoreUnavailable.
    """

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database, self._keyring = database, keyring
        self._known: dict[str, bytes] = {}
        self._used: dict[str, date] = {}

    async def put(self, name: str, key: str) -> None:
        """Keep the hash of *key* under its *name*."""
        sql = "INSERT INTO api_keys (name, hash) VALUES (?,?)"
        await self._database.write((sql, [(name, self._hash(key))]))

    async def retire(self, name: str) -> None:
        """Let go of a hash; its key opens nothing from then on. The day of its last use stays."""
        await self._database.write(("UPDATE api_keys SET hash=? WHERE name=?", [(b"", name)]))
        self._known.pop(name, None)

    async def remove(self, name: str) -> None:
        """Let go of a key that was never issued."""
        await self._database.write(("DELETE FROM api_keys WHERE name=?", [(name,)]))
        self._known.pop(name, None)

    async def matches(self, name: str, key: str) -> bool:
        """Whether *key* is the one of this name; a wrong one does not tell how much of it is right."""
        found = self._known.get(name)
        if found is None:
            rows = await self._database.rows("SELECT hash FROM api_keys WHERE name=?", (name,))
            found = bytes(rows[0][0]) if rows else None
        if found is None or not hmac.compare_digest(found, self._hash(key)):
            return False
        self._known[name] = found
        return True

    async def use(self, name: str, day: date) -> None:
        """Note that a key was used on *day*; once a day is enough."""
        if self._used.get(name) != day:
            sql = "UPDATE api_keys SET used_on=? WHERE name=? AND (used_on IS NULL OR used_on<?)"
            await self._database.write((sql, [(day.isoformat(), name, day.isoformat())]))
            self._used[name] = day

    async def last_used(self) -> Mapping[str, date | None]:
        """The day on which each key was last used, by name; None for one that was not."""
        rows = await self._database.rows("SELECT name, used_on FROM api_keys")
        return {name: date.fromisoformat(used) if used else None for name, used in rows}

    def _hash(self, key: str) -> bytes:
        return self._keyring.search_hash(KIND, key)
