"""The log for those who keep something up with it: read as it stands, and opened only where that is needed."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from case_api.domain.event import Recorded
from case_api.store.append import Stored
from case_api.store.frame import Frame, FrameError, take_apart
from case_api.store.keystore import KeyStore
from case_api.store.mapper import FrameMapper, Keys, key_ids
from case_api.store.reads import Reads


class Pages:
    """Sealed facts in pages, and the few of them that are opened. Every method may raise StoreUnavailable."""

    def __init__(self, reads: Reads, mapper: FrameMapper, keys: KeyStore) -> None:
        self._reads, self._mapper, self._keys = reads, mapper, keys

    async def since(self, position: int, limit: int) -> list[Stored]:
        """The facts after a position, in log order."""
        return await self._reads.stored_page(position, limit)

    async def of_streams(self, stream: UUID, version: int, limit: int) -> list[Stored]:
        """The facts after a version of a stream, in the order of streams and of their versions."""
        return await self._reads.in_order_of_streams(stream, version, limit)

    async def beyond(self, after: Mapping[UUID, int], brought: Sequence[Stored] = ()) -> dict[UUID, list[Recorded]]:
        """Of each stream the facts after the version given, opened with those that are *brought*: in two reads.

        Raises FrameError, KeyMissing.
        """
        sheaf = await self.sheaf(after, brought)
        return {stream: sheaf.open(stream) for stream in sheaf.streams}

    async def sheaf(self, after: Mapping[UUID, int], brought: Sequence[Stored] = ()) -> "Sheaf":
        """The same, to be opened stream by stream. Raises FrameError, KeyMissing."""
        frames = [self._mapper.take_apart(one.stream, one.version, one.name, one.state) for one in brought]
        if after:
            frames += [self._mapper.take_apart(*row) for row in await self._reads.beyond(after)]
        return Sheaf(self._mapper, frames, await self._keys.opening(key_ids(frames)))


class Sheaf:
    """Facts of several streams that can be opened, each stream's when its turn has come.

    What was opened of one is let go of before the next: its memory is used again at once, which takes half as long.
    """

    def __init__(self, mapper: FrameMapper, frames: Iterable[Frame], keys: Keys) -> None:
        self._mapper, self._keys = mapper, keys
        self._frames: dict[int, list[Frame]] = {}
        """By the numbers of their streams, which are looked up sooner than ids."""
        for frame in frames:
            self._frames.setdefault(frame.header.stream.int, []).append(frame)

    @property
    def streams(self) -> list[UUID]:
        """Those of which there is anything."""
        return [frames[0].header.stream for frames in self._frames.values()]

    def open(self, stream: UUID) -> list[Recorded]:
        """The facts of one stream, in order. Raises FrameError."""
        return self._mapper.open_all(self._frames.get(stream.int, ()), self._keys)


def key_of(stored: Stored) -> UUID | None:
    """The key that a fact is sealed under; None if its frame was altered."""
    try:
        return take_apart(stored.state).header.key_id
    except FrameError:
        return None
