"""Folds brought to where a page of the log has come: by what it brings itself, and the rest in one reading."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from case_api.domain.event import Recorded
from case_api.folds import Folded, Folds
from case_api.store.journal import Journal, Stored

KNOWN: Final = 40_000
"""Streams of which it is remembered how far they had come; about 10 MB."""

Wanted = Mapping[Folds[Any], Sequence[UUID]]
Brought = Mapping[UUID, Sequence[Stored]]
"""By stream what a page brings of it, in the order of its versions."""


class Reaching:
    """Follows the log page by page, and remembers of the streams it looked at how far they had come.

    While one page follows on the other, a stream that none of them is about has not moved: nobody asks for it again.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._at = 0
        self._known: dict[UUID, int] = {}
        """By stream the version at which it stood at the position *_at*; 0 where it had not begun."""

    async def reached(self, wanted: Wanted, page: Sequence[Stored]) -> dict[UUID, Folded[Any]]:
        """The folds of several streams, none behind the log as it was when the page was read.

        A fold in memory that has come as far as the page needs nothing; one that lacks only what the page brings needs
        no reading. All others are read together, beyond what is held of them. Raises FrameError, KeyMissing.
        """
        brought = _by_stream(page)
        if not page or page[0].position != self._at + 1 or len(self._known) > KNOWN:
            self._known = {}
        held = {stream: folds.version_of(stream) for folds, streams in wanted.items() for stream in streams}
        events = await self._beyond(held, brought)
        found = {
            stream: await folds.take(stream, held[stream], events.get(stream, ()))
            for folds, streams in wanted.items()
            for stream in streams
        }
        self._remember(found, brought, page)
        return found

    async def _beyond(self, held: Mapping[UUID, int], brought: Brought) -> Mapping[UUID, Sequence[Recorded]]:
        beyond, to_open, unknown = {}, [], float("inf")
        for stream, at in held.items():
            some = brought.get(stream)
            if some is None:
                if at < self._known.get(stream, unknown):
                    beyond[stream] = at
            elif some[0].version <= at + 1:
                to_open += [one for one in some if one.version > at]
            else:
                beyond[stream] = at
        return await self._journal.pages.beyond(beyond, to_open) if beyond or to_open else {}

    def _remember(self, found: Mapping[UUID, Folded[Any]], brought: Brought, page: Sequence[Stored]) -> None:
        for stream in brought.keys() - found.keys():
            self._known.pop(stream, None)
        self._known.update((stream, folded.version) for stream, folded in found.items())
        self._at = page[-1].position if page else 0


def _by_stream(page: Sequence[Stored]) -> Brought:
    found: dict[UUID, list[Stored]] = {}
    for one in page:
        found.setdefault(one.stream, []).append(one)
    return found
