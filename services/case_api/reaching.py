"""Folds brought to where a page of the log has come: by what it brings itself, and the rest in one reading."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from case_api.folds import Folded, Folds
from case_api.store.journal import Journal, Stored

PLACE = attrgetter("stream", "version")


async def reached(
    journal: Journal, wanted: Mapping[Folds[Any], Sequence[UUID]], page: Sequence[Stored]
) -> dict[UUID, Folded[Any]]:
    """The folds of several streams, none behind the log as it was when the page was read.

    A fold in memory that has come as far as the page needs nothing; one that lacks only what the page brings needs no
    reading. All others are read together, beyond what is held of them. Raises FrameError, KeyMissing.
    """
    brought = {stream: list(some) for stream, some in groupby(sorted(page, key=PLACE), attrgetter("stream"))}
    held = {stream: folds.version_of(stream) for folds, streams in wanted.items() for stream in streams}
    behind = {stream: at for stream, at in held.items() if not brought.get(stream) or brought[stream][-1].version > at}
    follow = {stream for stream, at in behind.items() if stream in brought and brought[stream][0].version <= at + 1}
    to_open = [one for stream in follow for one in brought[stream] if one.version > held[stream]]
    beyond = {stream: at for stream, at in behind.items() if stream not in follow}
    events = await journal.pages.beyond(beyond, to_open) if behind else {}
    return {
        stream: await folds.take(stream, held[stream], events.get(stream, ()))
        for folds, streams in wanted.items()
        for stream in streams
    }
