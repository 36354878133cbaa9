"""Keeps the tree of one authority up to its log, signs how far it reaches, and proves what it holds."""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from case_api.domain.event import SEALED
from case_api.seals import merkle
from case_api.seals.merkle import Frontier, Node, Span
from case_api.seals.nodes import Leaf, Nodes, Overtaken, open_nodes
from case_api.seals.notes import Signer
from case_api.seals.verifier import Altered, leaf_hash
from case_api.store.append import Stored
from case_api.store.archive import StoreSettings
from case_api.store.journal import Journal

PAGE: Final = 250
"""Facts that are added in one transaction; few enough that nobody on the event loop waits long for one page."""
PACE: Final = 2.0
"""Seconds between two checkpoints at least; each new fact is signed for within 10."""
ASIDE: Final = 5.0
"""Seconds for which a keeper stands aside where another process was quicker; it goes on if that one is gone."""
PAUSES: Final = (1.0, 2.0, 5.0)
"""Seconds before a keeper that failed tries again."""
PATIENCE: Final = 30.0

log = structlog.get_logger()


class Broken(Exception):
    """The log is not what was sealed; its text names the position."""

    @property
    def place(self) -> str:
        """The position as one word, for the log of the service."""
        return "_".join(str(self).split())


class NotSealed(LookupError):
    """No checkpoint reaches so far, or there is no such fact in the tree that was asked about."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What was signed."""

    size: int
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That one fact is in the tree of a checkpoint."""

    number: int
    size: int
    leaf: bytes
    proof: tuple[bytes, ...]


class Keeper:
    """The seals of one authority. Any number of processes may keep them. Methods raise StoreUnavailable, Broken."""

    def __init__(self, journal: Journal, nodes: Nodes, signer: Signer) -> None:
        self.journal, self.nodes, self.signer = journal, nodes, signer
        self._alone = asyncio.Lock()
        self._before = signer.retired
        self._overtaken = False

    async def checkpoint(self) -> Checkpoint | None:
        """A checkpoint of everything that the log held when this was called; None while that is nothing."""
        async with self._alone:
            while await self._turn_page():
                continue
            return await self._signed()

    async def inclusion(self, event_id: UUID, size: int | None = None) -> Inclusion:
        """The proof for one fact, in the tree of *size* or of the newest checkpoint. Raises NotSealed.

        A fact of a child-protection matter is a leaf like all others, but shows itself to nobody here (D11).
        """
        stored = await self.journal.evidence.event(event_id)
        if stored is None or stored.name == SEALED:
            raise NotSealed
        signed = await self.checkpoint()
        leaf = await self.nodes.at(stored.position)
        wanted = size if size is not None else signed.size if signed else 0
        if leaf is None or signed is None or not leaf.number < wanted <= signed.size:
            raise NotSealed
        proof = await self.spans(merkle.inclusion(leaf.number, wanted))
        return Inclusion(leaf.number, wanted, leaf.value, tuple(proof))

    async def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of *new* facts begins with the tree of *old*. Raises NotSealed."""
        signed = await self.checkpoint()
        if signed is None or not 0 <= old <= new <= signed.size:
            raise NotSealed
        return await self.spans(merkle.consistency(old, new))

    async def spans(self, spans: list[Span]) -> list[bytes]:
        """The hash over each span of leaves. Raises Broken where the tree has a hole."""
        covered = [merkle.covering(span) for span in spans]
        hashes = await self._hashes([node for nodes in covered for node in nodes])
        return [merkle.folded([hashes[node] for node in nodes]) for nodes in covered]

    async def run(self) -> None:
        """Follow the log until cancelled, through any failure."""
        failures = 0
        while True:
            try:
                await self._keep_up()
                last = await self.nodes.last()
                await self.journal.wait(last.position if last else 0, PATIENCE)
                failures, pause = 0, ASIDE if self._overtaken else PACE
                self._overtaken = False
            except Broken as broken:
                log.critical("the seals do not hold", error=type(broken).__name__, place=broken.place)
                pause = PATIENCE
            except Exception as error:  # noqa: BLE001 - a keeper that stops would leave every later fact unsealed
                log.warning("seals are behind", error=type(error).__name__)
                pause = PAUSES[min(failures, len(PAUSES) - 1)]
                failures += 1
            await asyncio.sleep(pause)

    async def close(self) -> None:
        """Let go of the tree; the log is the archive's to close."""
        await self.nodes.close()

    async def _keep_up(self) -> None:
        """Make a checkpoint of what the log holds; others have as much time between two pages as a page takes."""
        goes_on = True
        while goes_on:
            began = time.monotonic()
            async with self._alone:
                goes_on = await self._turn_page()
            await asyncio.sleep(time.monotonic() - began if goes_on else 0.0)
        await self.checkpoint()

    async def _turn_page(self) -> bool:
        """Add one more page of the log; whether the log held more than that, by its end or by another process."""
        last = await self.nodes.last()
        page = await self.journal.evidence.since(last.position - 1 if last else 0, PAGE + 1)
        size, goes_on = 0, len(page) > PAGE
        if last is not None:
            if not page or sealed(self.journal.authority, last.number, page[0]) != last:
                raise Broken(f"position {last.position}")
            size, page = last.number + 1, page[1:]
        if not page:
            return False
        frontier = Frontier(size, await self._hashes(merkle.covering((0, size))))
        leaves = [sealed(self.journal.authority, number, one) for number, one in enumerate(page, start=size)]
        made = [node for leaf in leaves for node in frontier.append(leaf.value)]
        try:
            await self.nodes.add(leaves, made)
        except Overtaken:  # what the other process wrote is read in the next turn
            self._overtaken = goes_on = True
        return goes_on

    async def _signed(self) -> Checkpoint | None:
        """The newest checkpoint, made if facts were added since; only over a tree that holds what was signed before."""
        last, before = await self.nodes.last(), await self.nodes.newest_checkpoint()
        await self._hold_to_the_retired(last)
        if before is not None:
            await self._stands(*before, last)
        if last is None:
            return None
        size = last.number + 1
        [root] = await self.spans([(0, size)])
        if before is not None and before[0] == size and self.signer.whose(before[1]) == "own":
            return Checkpoint(size, root, before[1])
        note = self.signer.checkpoint(size, root)
        if before is not None and before[0] == size:  # what a key signed that was retired since stays as it is
            return Checkpoint(size, root, note)
        with suppress(Overtaken):  # by another process of ours, with the same key and so the same words
            await self.nodes.sign(size, note)
        return Checkpoint(size, root, note)

    async def _hold_to_the_retired(self, last: Leaf | None) -> None:
        """Once: the log goes on from where each retired key left it, whatever stands among the checkpoints."""
        for one in self._before:
            if one.size > (last.number + 1 if last else 0):
                raise Broken(f"before fact {one.size}: fewer facts than a retired key signed for")
            if one.size and [one.root] != await self.spans([(0, one.size)]):
                raise Broken(f"before fact {one.size}: other facts than a retired key signed for")
        self._before = ()

    async def _stands(self, size: int, note: str, last: Leaf | None) -> None:
        if last is None or last.number + 1 < size:
            raise Broken(f"before fact {size}: fewer facts than were signed for")
        try:
            signed = self.signer.read(note)
        except (Altered, ValueError):
            whose = self.signer.whose(note)
            signed_by = f", signed by a key that is {whose}" if whose in {"retired", "another"} else ""
            raise Broken(f"checkpoint of {size}{signed_by}") from None
        if signed != (size, *await self.spans([(0, size)])):
            raise Broken(f"before fact {size}: other facts than were signed for")

    async def _hashes(self, nodes: list[Node]) -> dict[Node, bytes]:
        found = await self.nodes.hashes(nodes)
        if missing := sorted(set(nodes) - set(found)):
            raise Broken(f"node {missing[0]}")
        return found


async def open_keeper(settings: StoreSettings, journal: Journal, seed: bytes, retired: Iterable[str] = ()) -> Keeper:
    """The keeper of an open journal; *seed* and *retired* keys are those of its signer. Raises StoreUnavailable."""
    return Keeper(journal, await open_nodes(settings, journal.authority), Signer(journal.authority, seed, retired))


def sealed(authority: str, number: int, stored: Stored) -> Leaf:
    """A fact of the log as a leaf."""
    value = leaf_hash(authority, stored.stream, stored.version, stored.name, stored.state)
    return Leaf(number, stored.position, value)
