"""Folds brought to where a page of the log has come: by what it brings itself, and the rest in one reading."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final
from uuid import UUID

from case_api.domain.event import Recorded
from case_api.folds import Folded, Folds
from case_api.store.journal import Journal, Stored

KNOWN: Final = 40_000
"""Streams of which it is remembered how far they had come; about 10 MB."""

Wanted = Mapping[Folds[Any], Sequence[UUID]]
Brought = Mapping[int, Sequence[Stored]]
"""By the number of its stream, which is looked up sooner than the id: what a page brings of it, in order."""


class Reaching:
    """Follows the log page by page, and remembers of the streams it looked at how far they had come.

    While one page follows on the other, a stream that none of them is about has not moved: nobody asks for it again.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._at = 0
        self._known: dict[int, int] = {}
        """By the stream's number the version at which it stood at the position *_at*; 0 where it had not begun."""

    async def reached(self, wanted: Wanted, page: Sequence[Stored]) -> list[list[Folded[Any]]]:
        """The folds of several streams of each kind, as they were asked for: none behind the log as the page was read.

        A fold in memory that has come as far as the page needs nothing; one that lacks only what the page brings needs
        no reading. All others are read together, beyond what is held of them. The same page again needs nothing of any
        fold that was kept. Raises FrameError, KeyMissing.
        """
        if page and page[-1].position == self._at:
            return await self._again(wanted)
        brought = _by_stream(page)
        if not page or page[0].position != self._at + 1 or len(self._known) > KNOWN:
            self._known = {}
        held = [[folds.version_of(stream) for stream in streams] for folds, streams in wanted.items()]
        events = await self._beyond(chain.from_iterable(map(zip, wanted.values(), held)), brought)
        found = [
            [
                await folds.take(stream, at, events.get(stream.int, ()))
                for stream, at in zip(streams, versions, strict=True)
            ]
            for (folds, streams), versions in zip(wanted.items(), held, strict=True)
        ]
        self._remember(wanted, found, brought, page)
        return found

    async def _again(self, wanted: Wanted) -> list[list[Folded[Any]]]:
        """Of the same page: what it brought was taken in, unless a fold was let go of since."""
        known, none = self._known, float("inf")
        return [
            [folds.at_hand(stream, known.get(stream.int, none)) or await folds.latest(stream) for stream in streams]
            for folds, streams in wanted.items()
        ]

    async def _beyond(self, held: Iterable[tuple[UUID, int]], brought: Brought) -> Mapping[int, Sequence[Recorded]]:
        """By the number of its stream, what there is beyond the version at which it is held."""
        beyond, to_open, unknown = {}, [], float("inf")
        for stream, at in held:
            some = brought.get(stream.int)
            if some is None:
                if at < self._known.get(stream.int, unknown):
                    beyond[stream] = at
            elif some[0].version <= at + 1:
                to_open += [one for one in some if one.version > at]
            else:
                beyond[stream] = at
        found = await self._journal.pages.beyond(beyond, to_open) if beyond or to_open else {}
        return {stream.int: events for stream, events in found.items()}

    def _remember(
        self, wanted: Wanted, found: list[list[Folded[Any]]], brought: Brought, page: Sequence[Stored]
    ) -> None:
        for number in brought:
            self._known.pop(number, None)
        for streams, folded in zip(wanted.values(), found, strict=True):
            self._known.update((stream.int, one.version) for stream, one in zip(streams, folded, strict=True))
        self._at = page[-1].position if page else 0


def _by_stream(page: Sequence[Stored]) -> Brought:
    found: dict[int, list[Stored]] = {}
    for one in page:
        found.setdefault(one.stream.int, []).append(one)
    return found
