"""Looks through a whole log: every fact opens, stands in its place, and is what was sealed and signed for."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from case_api.seals.keeper import Keeper, sealed
from case_api.seals.merkle import Frontier, Node
from case_api.seals.nodes import Leaf
from case_api.seals.notes import Signer
from case_api.seals.verifier import Altered
from case_api.store.append import KeyMissing, Stored
from case_api.store.frame import FrameError, take_apart

PAGE: Final = 1_000
"""Facts that are looked at together."""


class Shorter(Altered):
    """More facts were signed for than are there; those that are there are whole."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A log in which nothing was found altered."""

    facts: int
    """How many are there: each opens, and stands in its place."""
    sealed: int
    """How many of them, from the first on, were held to what was sealed or signed; the others have no seal yet."""


class Scrub:
    """One look through one log, from its beginning to what is there now."""

    def __init__(
        self, keeper: Keeper, outside: Iterable[str] = (), seen: Callable[[int], None] = lambda _: None
    ) -> None:
        self._keeper, self._evidence, self._seen = keeper, keeper.journal.evidence, seen
        self._outside = outside
        self._heads: dict[UUID, int] = {}
        self._tree = Frontier(0, {})
        self._signed: dict[int, list[bytes]] = {}

    async def run(self) -> Whole:
        """How many facts there are, all of them whole, and how many of them are sealed.

        Raises Altered with the position, StoreUnavailable.

        Checkpoints that were kept elsewhere (*outside*) count like those of the store: without one, nobody can tell
        a store from an older copy of itself. *seen* is told how many facts were looked at.
        """
        await self._read_checkpoints()
        last = await self._keeper.nodes.last()
        size, position = last.number + 1 if last else 0, 0
        while page := await self._page(position):
            await self._open(page)
            await self._compare(page, await self._keeper.nodes.leaves(self._tree.size, len(page)), size)
            position = page[-1].position
            self._seen(self._tree.size)
        if self._tree.size < size:
            [gone] = await self._keeper.nodes.leaves(self._tree.size, 1)
            raise Altered(f"position {gone.position}: {size - self._tree.size} facts were cut off here")
        if missing := [one for one in self._signed if one > self._tree.size]:
            raise Shorter(
                f"after position {position}: {max(missing)} facts were signed for, {self._tree.size} are there"
            )
        return Whole(self._tree.size, max([size, *self._signed]))

    async def _read_checkpoints(self) -> None:
        signer, after = self._keeper.signer, 0
        for one in signer.retired:
            self._take(one.size, one.root)
        for note in self._outside:
            self._take(*_checked(note, signer, "a checkpoint kept elsewhere"))
        while page := await self._keeper.nodes.checkpoints(after, PAGE):
            for size, note in page:
                found = _checked(note, signer, f"the checkpoint of {size} facts")
                if found[0] != size:
                    raise Altered(f"the checkpoint of {size} facts is one of {found[0]}")
                self._take(*found)
            after = page[-1][0]

    def _take(self, size: int, root: bytes) -> None:
        self._signed.setdefault(size, []).append(root)

    async def _page(self, position: int, limit: int = PAGE) -> list[Stored]:
        """The next rows; if they cannot be read together, those before the one that cannot be."""
        try:
            return await self._evidence.since(position, limit)
        except (ValueError, TypeError, AttributeError, sqlite3.DatabaseError):
            if limit == 1:
                raise Altered(f"after position {position}: what stands there cannot be read") from None
        return await self._page(position, limit // 10)

    async def _open(self, page: Sequence[Stored]) -> None:
        """Every body opens under its key, in this place."""
        try:
            await self._evidence.shown(page)
        except (FrameError, KeyMissing, ValueError) as error:
            if len(page) == 1:
                raise Altered(f"position {page[0].position}: {error}") from None
            for one in page:
                await self._open([one])

    async def _compare(self, page: Sequence[Stored], leaves: Sequence[Leaf], size: int) -> None:
        made: dict[Node, bytes] = {}
        for number, stored in enumerate(page):
            leaf = sealed(self._keeper.journal.authority, self._tree.size, stored)
            if number < len(leaves):
                _same(leaf, leaves[number])
            self._in_its_place(stored)
            nodes = self._tree.append(leaf.value)
            if leaf.number < size:
                made.update(nodes)
            if any(root != self._tree.root() for root in self._signed.get(self._tree.size, ())):
                raise Altered(f"position {stored.position}: up to here the log is not what was signed for")
        kept = await self._keeper.nodes.above(made)
        if differing := sorted(node for node, value in made.items() if kept.get(node) != value):
            raise Altered(f"node {differing[0]} of the tree, above position {page[-1].position} or before")

    def _in_its_place(self, stored: Stored) -> None:
        head = self._heads.get(stored.stream, 0)
        if stored.version != head + 1:
            raise Altered(f"position {stored.position}: version {head + 1} of its stream is missing")
        if take_apart(stored.state).header.event_id != stored.event_id:
            raise Altered(f"position {stored.position}: it is looked up under an id that is not its own")
        self._heads[stored.stream] = stored.version


def _same(found: Leaf, kept: Leaf) -> None:
    if found.position > kept.position:
        raise Altered(f"position {kept.position}: the fact that was sealed here is gone")
    if found.position < kept.position:
        raise Altered(f"position {found.position}: a fact stands here that was not sealed")
    if found.value != kept.value:
        raise Altered(f"position {found.position}: it is not the fact that was sealed")


def _checked(note: str, signer: Signer, what: str) -> tuple[int, bytes]:
    try:
        return signer.read(note)
    except (Altered, ValueError):
        whose = signer.whose(note)
        signed_by = f": the key that signed it is {whose}" if whose in {"retired", "another"} else ""
        raise Altered(f"{what} is not one that this log signed{signed_by}") from None
