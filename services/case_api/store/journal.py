"""One authority's log: append sealed facts, read them back, wait for more."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from case_api.crash_points import passing
from case_api.domain.event import Recorded
from case_api.store.accesses import Accesses
from case_api.store.alerts import Alerts
from case_api.store.api_keys import ApiKeys
from case_api.store.append import (
    Append,
    Attempt,
    CommitUnknown,
    Fact,
    IdentifierTaken,
    Kept,
    KeyDestroyed,
    Keyed,
    KeyMissing,
    KeyReused,
    Placed,
    PlacedHeader,
    Reply,
    Stored,
    StoreUnavailable,
    Unstorable,
    VersionConflict,
)
from case_api.store.attempts import Attempts
from case_api.store.backend import Backend
from case_api.store.bell import POLL, heard
from case_api.store.committer import Committer
from case_api.store.entry import Entry
from case_api.store.eraser import Eraser
from case_api.store.evidence import Evidence
from case_api.store.frame import FrameError
from case_api.store.keys import Keyring
from case_api.store.keystore import KeyStore
from case_api.store.mapper import key_ids
from case_api.store.pages import Pages
from case_api.store.reads import Found, KeptRow, Reads
from case_api.store.replies import open_reply
from case_api.store.sealer import Sealer, key_ids_of
from case_api.store.stream_reads import StreamReads
from case_api.store.writer import GroupWriter

__all__ = [
    "Append",
    "Attempt",
    "CommitUnknown",
    "Fact",
    "FrameError",
    "IdentifierTaken",
    "Journal",
    "Kept",
    "KeyDestroyed",
    "KeyMissing",
    "KeyReused",
    "Keyed",
    "Placed",
    "PlacedHeader",
    "Reply",
    "StoreUnavailable",
    "Stored",
    "Unstorable",
    "VersionConflict",
]

KEPT = timedelta(days=30)
"""How long a reply is kept under its idempotency key (D13)."""


class Journal:
    """One authority's log. Opened by an Archive; every method may raise StoreUnavailable."""

    def __init__(self, keyring: Keyring, backend: Backend) -> None:
        self.authority = keyring.authority
        self.keyring = keyring
        self.application = backend.application
        """The library's view of the same log: repository, event store, notification log."""
        self.bell = backend.bell
        self.duty = backend.duty
        """The clerk's: one process at a time has it."""
        self._backend = backend
        self._mapper = backend.mapper
        self._reads = Reads(backend.log)
        self._streams = StreamReads(self._reads, together=backend.line.is_elsewhere)
        self._keys = KeyStore(keyring, backend.keys)
        self._attempts = Attempts(backend.access, keyring)
        self.accesses, self.alerts = Accesses(backend.access, keyring), Alerts(backend.access)
        self.api_keys = ApiKeys(backend.keys, keyring)
        """By what partners' keys are told."""
        self.evidence = Evidence(self._reads, self._mapper, self._keys)
        """The same log byte for byte."""
        self.pages = Pages(self._reads, self._mapper, self._keys)
        """The same log, opened only where that is needed."""
        self.eraser = Eraser(backend.log, self._reads, self._keys, self._open)
        self.buried: frozenset[UUID] = frozenset()
        """Keys that were there again when it was opened, and were destroyed again: older keys were put back."""
        self._committer = Committer(backend.line)
        self._writer = GroupWriter(self._committed, Entry.touches, in_halves=backend.line.is_elsewhere)
        self._sealer = Sealer(backend.mapper, keyring, self._writer.put)

    async def check_keys(self) -> None:
        """Raise WrongKeys if it was opened with another key than the one under which its data keys were wrapped."""
        await self._keys.check()

    async def append(self, item: Append) -> None:
        """Store one command, whole or not at all; commands that wait are committed together (D4).

        Raises:
            KeyReused, IdentifierTaken, VersionConflict: in this order of precedence; nothing was stored.
            KeyDestroyed, KeyMissing: there is no key to seal under; nothing was stored.
            StoreUnavailable, Unstorable: nothing was stored.
            CommitUnknown: the database was lost and did not come back; it may or may not be stored.
        """
        if item.new_keys:
            await self._keys.make(item.new_keys)
        key_ids = key_ids_of(item)
        keys = self._keys.at_hand(key_ids) or await self._keys.sealing(key_ids.values())
        try:
            await self._sealer.append(item, keys)
        except KeyDestroyed:
            self._keys.forget(key_ids.values())
            raise

    async def read(self, stream: UUID, *, after: int = 0, upto: int | None = None) -> list[Recorded]:
        """The facts of a stream with versions in (after, upto], in order. Raises FrameError, KeyMissing."""
        return await self._open(await self._streams.facts(stream, after, upto))

    async def head(self, stream: UUID) -> int:
        """The last version of a stream; 0 if there is none."""
        return await self._streams.head(stream)

    async def confirm(self, stream: UUID, client: str, key: str) -> tuple[int, Kept | None]:
        """The head of a stream and what is kept under an idempotency key, in one read (D3)."""
        head, row = await self._reads.confirm(stream, client, key)
        return head, self._kept(client, key, row)

    async def kept(self, client: str, key: str) -> Kept | None:
        """What is kept under an idempotency key (D13)."""
        return self._kept(client, key, await self._reads.kept(client, key))

    async def find(self, identifier_hash: bytes) -> UUID | None:
        """The case that an identifier belongs to (D9)."""
        return await self._reads.find(identifier_hash)

    async def since(self, position: int, limit: int, *, upto: int | None = None, sealed: bool = True) -> list[Placed]:
        """Facts at positions in (position, upto], in log order; without *sealed* as if there were no matters (D18).

        Raises FrameError, KeyMissing.
        """
        page = await self._reads.page(position, limit, upto, sealed=sealed)
        recorded = await self._open([stored for _, stored in page])
        return [Placed(place, fact) for (place, _), fact in zip(page, recorded, strict=True)]

    async def headers_since(self, position: int, limit: int, *, sealed: bool = True) -> list[PlacedHeader]:
        """The same from a position on, without opening anything."""
        return await self._reads.headers(position, limit, sealed=sealed)

    async def last_position(self) -> int:
        """The position of the newest fact; 0 in an empty log."""
        return await self._reads.last_position()

    async def event(self, event_id: UUID) -> Recorded | None:
        """A fact by its id. Raises FrameError, KeyMissing."""
        stored = await self._reads.event(event_id)
        return (await self._open([stored]))[0] if stored else None

    async def position_of(self, stream: UUID, version: int) -> int | None:
        """Where in the log a version of a stream stands."""
        return await self._reads.position_of(stream, version)

    async def streams(self, after: UUID | None, limit: int) -> list[UUID]:
        """Streams in the order of their ids, after the given one."""
        return await self._reads.streams(after, limit)

    async def sealed_streams(self, after: UUID | None, limit: int) -> list[UUID]:
        """The streams of child-protection matters, in the order of their ids (D11)."""
        return await self._reads.sealed_streams(after, limit)

    async def wait(self, position: int, timeout: float) -> None:  # noqa: ASYNC109 (silence is no error here)
        """Return when something beyond *position* may be there, or after *timeout* seconds."""
        deadline = asyncio.get_running_loop().time() + timeout
        while True:
            ring = self.bell.listen()
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0 or await self._reads.last_position() > position:
                return
            await heard(ring, min(left, POLL))

    async def attempt(self, attempt: Attempt) -> None:
        """Record that a command was refused (D20)."""
        await self._attempts.add(attempt)

    async def attempts(self, case_id: UUID | None, limit: int) -> list[Attempt]:
        """Refused commands, the newest first; of one case, or of all."""
        return await self._attempts.latest(case_id, limit)

    async def restricted_attempts(self, *about: UUID) -> list[Attempt]:
        """Those that are stored sealed and concern one of these matters or cases, the newest first (I30)."""
        return await self._attempts.restricted(about)

    async def purge_expired(self, now: datetime) -> None:
        """Delete replies that were kept for their 30 days (D13)."""
        limit = int((now - KEPT).timestamp())
        passing("clearing")
        await self._backend.log.write(("DELETE FROM idempotency WHERE kept_at<?", [(limit,)]))

    async def close(self) -> None:
        """Commit what waits, and let go of the databases."""
        self._sealer.finish()
        await self._writer.close()
        await self._attempts.close()
        await self.accesses.close()
        await self._keys.close()
        await self._backend.close()

    async def _committed(self, batch: Sequence[Entry]) -> Sequence[Exception | None]:
        """Commit a batch, and let those know who wait for news: once for all of it."""
        answers = await self._committer(batch)
        if None in answers:
            self.bell.ring()
        return answers

    async def _open(self, stored: Sequence[Found]) -> list[Recorded]:
        frames = [self._mapper.take_apart(*each) for each in stored]
        return self._mapper.open_all(frames, await self._keys.opening(key_ids(frames)))

    def _kept(self, client: str, key: str, row: KeptRow | None) -> Kept | None:
        return open_reply(self.keyring, client, key, row) if row else None
