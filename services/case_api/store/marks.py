"""How rows that are sealed whole are found: each bears a mark that nobody can work out without the authority's key.

No two marks of one thing are alike, so without the key no row tells of another (I30).
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import Final
from uuid import UUID, uuid4

from case_api.store.database import Row, id_out
from case_api.store.keys import Keyring

AT_ONCE: Final = 64
"""Marks that are looked for in one go."""
REMEMBERED: Final = 10_000
"""Things of which this process knows how many marks they have."""

Find = Callable[[Sequence[UUID]], Awaitable[list[Row]]]
"""The rows that bear one of some marks; the mark is the second column."""


class Marks:
    """The marks of one kind of rows."""

    def __init__(self, keyring: Keyring, kind: str, find: Find) -> None:
        self._keyring, self._kind, self._find = keyring, kind, find
        self._following: OrderedDict[UUID, int] = OrderedDict()

    async def rows(self, about: UUID) -> list[Row]:
        """The rows about one thing."""
        found: list[Row] = []
        for first in count(0, AT_ONCE):
            rows = await self._find([self._mark(about, number) for number in range(first, first + AT_ONCE)])
            found += rows
            if len({id_out(row[1]) for row in rows}) < AT_ONCE:
                break
        return found

    async def next_of(self, about: UUID | None) -> UUID:
        """The next mark of a thing; of nothing in particular one that is never looked for.

        Processes that write at once may take the same mark, which is looked up all the same.
        """
        if about is None:
            return uuid4()
        number = self._following.pop(about, None)
        if number is None:
            number = len({id_out(row[1]) for row in await self.rows(about)})
        self._following[about] = number + 1
        if len(self._following) > REMEMBERED:
            self._following.popitem(last=False)
        return self._mark(about, number)

    def unsure(self) -> None:
        """What was to bear the last marks may not be stored: count anew, since `rows` ends where a mark is missing."""
        self._following.clear()

    def _mark(self, about: UUID, number: int) -> UUID:
        return UUID(bytes=self._keyring.search_hash(self._kind, f"{about}/{number}")[:16])
