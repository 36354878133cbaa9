"""Streams as many read them at once: where the database is elsewhere, what they ask travels together."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from case_api.store.reads import Found, Reads
from case_api.store.together import Together

AT_ONCE: Final = 32
"""Streams whose facts are read in one query at most: all of them stand in memory together, and are gone
through in one turn of the event loop."""

Beyond = tuple[UUID, int]
"""A stream, and the version beyond which its facts are wanted."""


class StreamReads:
    """Heads and facts of streams, each looked up after it was asked for. Every method raises StoreUnavailable.

    Args:
        reads: the log.
        together: whether a question costs more than its answer, so that many are put as one.
    """

    def __init__(self, reads: Reads, *, together: bool) -> None:
        self._reads, self._together = reads, together
        self._heads = Together(reads.heads)
        self._facts = Together(self._beyond, AT_ONCE)

    async def head(self, stream: UUID) -> int:
        """The last version of a stream; 0 if there is none."""
        if not self._together:
            return await self._reads.head(stream)
        return (await self._heads.ask((stream,)))[stream.int]

    async def facts(self, stream: UUID, after: int, upto: int | None) -> list[Found]:
        """The facts of a stream with versions in (after, upto], in order."""
        if not self._together or upto is not None:
            return await self._reads.stream(stream, after, upto)
        found = (await self._facts.ask(((stream, after),))).get(stream.int, ())
        return [one for one in found if one[1] > after]

    async def _beyond(self, asked: frozenset[Beyond]) -> Mapping[int, list[Found]]:
        """By the numbers of their ids, what each stream holds beyond the earliest version that was asked for."""
        after: dict[UUID, int] = {}
        for stream, at in asked:
            after[stream] = min(at, after.get(stream, at))
        if len(after) == 1:
            [(stream, at)] = after.items()
            return {stream.int: await self._reads.stream(stream, at, None)}
        by_stream: dict[int, list[Found]] = {}
        for one in await self._reads.beyond(after):
            by_stream.setdefault(one[0].int, []).append(one)
        return by_stream
