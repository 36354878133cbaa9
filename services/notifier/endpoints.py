"""Endpoints that answered 410: not called again until the service names another. Kept as hashes."""

from hashlib import sha256

from notifier.clock import real_now
from notifier.database import Database
from notifier.instants import micros


class GoneEndpoints:
    """Remembers, for each service, the endpoint that said it is gone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def has(self, recipient: str, url: str) -> bool:
        """Whether *url* is the one that is gone."""
        found = await self._database.run(
            lambda work: work.rows("SELECT endpoint_hash FROM gone_endpoints WHERE recipient = ?", recipient)
        )
        return any(row["endpoint_hash"] == _hash(url) for row in found)

    async def add(self, recipient: str, url: str) -> None:
        """Do not call *url* again for this recipient."""
        await self._database.run(
            lambda work: work.execute(
                "INSERT INTO gone_endpoints (recipient, endpoint_hash, since) VALUES (?, ?, ?)"
                " ON CONFLICT (recipient)"
                " DO UPDATE SET endpoint_hash = excluded.endpoint_hash, since = excluded.since",
                *(recipient, _hash(url), micros(real_now())),
            )
        )


def _hash(url: str) -> str:
    return sha256(url.encode()).hexdigest()
