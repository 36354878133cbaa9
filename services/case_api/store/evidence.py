"""The log byte for byte: what is hashed, proved, exported and looked through for alterations."""

from collections.abc import Sequence
from uuid import UUID

from case_api.store.append import Shown, Stored
from case_api.store.frame import unseal
from case_api.store.keystore import KeyStore
from case_api.store.mapper import FrameMapper, key_ids
from case_api.store.reads import Reads


class Evidence:
    """One authority's log as it stands in its database. Every method may raise StoreUnavailable."""

    def __init__(self, reads: Reads, mapper: FrameMapper, keys: KeyStore) -> None:
        self._reads, self._mapper, self._keys = reads, mapper, keys

    async def since(self, position: int, limit: int) -> list[Stored]:
        """What stands after a position, in log order."""
        return await self._reads.stored_page(position, limit)

    async def stream(self, stream: UUID) -> list[Stored]:
        """What stands in a stream, in order."""
        return await self._reads.stored_stream(stream)

    async def event(self, event_id: UUID) -> Stored | None:
        """What stands under this id."""
        return await self._reads.stored_event(event_id)

    async def shown(self, stored: Sequence[Stored]) -> list[Shown | None]:
        """What each frame holds; None where its key was destroyed.

        Raises FrameError if one was altered, KeyMissing if a key has no row, ValueError if one is another's.
        """
        frames = [self._mapper.take_apart(one.stream, one.version, one.name, one.state) for one in stored]
        keys = await self._keys.opening(key_ids(frames))
        opened = [(frame, keys[frame.header.key_id.int]) for frame in frames]
        return [None if key is None else Shown(*unseal(key, frame)) for frame, key in opened]
