"""The next page of the log, read and folded while the database writes what came of the one before (ADR 24)."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from case_api.boards.folding import Folding
from case_api.boards.touching import touched
from case_api.store.journal import Journal, Stored, StoreUnavailable


class Ahead:
    """Looks one page ahead at a time.

    Facts are never edited, so a page that was read early is the page; folds are asked for again in the turn itself, so
    none is older than its turn, and none outlives an erasure. Nobody relies on it: a page that was not looked at, or
    that another process took, is read when its turn comes.
    """

    def __init__(self, journal: Journal, folding: Folding) -> None:
        self._journal, self._folding = journal, folding
        self._after = 0
        self._task: asyncio.Task[Sequence[Stored]] | None = None

    def look(self, after: int, limit: int) -> None:
        """Begin with the page after a position; whoever begins takes the page, or drops it."""
        self._after, self._task = after, asyncio.create_task(self._read(after, limit))

    async def page_after(self, position: int, limit: int) -> Sequence[Stored]:
        """The facts after a position, in log order; none only where there are none. Raises StoreUnavailable."""
        task, self._task = self._task, None
        if task is not None:
            with suppress(StoreUnavailable):  # asked again below, where it counts
                page = await task
                if page and self._after == position:
                    return page
        return await self._journal.pages.since(position, limit)

    async def drop(self) -> None:
        """Let go of a page that nobody will take."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _read(self, after: int, limit: int) -> Sequence[Stored]:
        page = await self._journal.pages.since(after, limit)
        await self._folding.look_ahead(touched(page), page)
        return page
