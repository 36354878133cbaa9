"""From touched cases to their rows: made anew from the fold, so that corrections need no code of their own (ADR 7)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache, reduce
from typing import Any, Final
from uuid import UUID

from case_api.boards.board import EVERY_SLICE, Board, FoldedCase
from case_api.boards.case_search import hasher
from case_api.boards.catalogue import BOARDS
from case_api.boards.edition import Contents
from case_api.domain.case import Case, fold
from case_api.domain.event import Recorded
from case_api.domain.facts import told as tellings
from case_api.domain.facts.told import Told
from case_api.domain.policy import Policy
from case_api.store.journal import Journal, Stored, StoreUnavailable
from case_api.streams import told_of

Load = Callable[[UUID], Awaitable[tuple[Case, Told]]]
"""The newest fold of a case and of its Told stream."""

LoadAll = Callable[[Sequence[UUID], Sequence[Stored]], Awaitable[Sequence[tuple[Case, Told]]]]
"""The same for several cases, in their order, in a few reads with the facts of a page at hand.

Raises if any cannot be loaded.
"""

Cases = Sequence[tuple[UUID, Sequence[Stored]]]
"""Whole cases, each with all of its facts as they were read from the log."""

CurrentPolicy = Callable[[], Awaitable[Policy]]

AT_A_TIME: Final = 32
"""Cases between which others on the event loop have their turn."""


class Folding:
    """Folds cases and collects what each contributes to the boards."""

    def __init__(
        self, journal: Journal, policy: CurrentPolicy, load: Load | None = None, load_all: LoadAll | None = None
    ) -> None:
        self._journal = journal
        self.policy = policy
        """The policy in force, by which rows are worked out."""
        self._load = load or _reader(journal)
        self._load_all = load_all
        self._hashed = hasher(journal.keyring)

    async def contents(
        self, touched: Mapping[UUID, frozenset[str]], policy: Policy, brought: Sequence[Stored] = ()
    ) -> Contents:
        """The rows of cases in the boards that read of the slices *touched*; *brought* are the facts that did so.

        A case that cannot be folded is parked, and stops no other. Raises StoreUnavailable.
        """
        seen = [(case_id, slices) for case_id, slices in touched.items() if boards_of(slices)]
        return await self._collected(seen, policy, await self._loaded([case_id for case_id, _ in seen], brought))

    async def look_ahead(self, touched: Mapping[UUID, frozenset[str]], brought: Sequence[Stored]) -> None:
        """Bring folds to where a page of facts has come, which will be asked for next."""
        await self._loaded([case_id for case_id, slices in touched.items() if boards_of(slices)], brought)

    async def contents_of(self, cases: Cases, policy: Policy) -> Contents:
        """All rows of whole cases. Raises StoreUnavailable."""
        try:
            loaded = await self._read(cases)
        except (StoreUnavailable, OSError):
            raise
        except Exception:  # noqa: BLE001 - found out again, and parked, where it is loaded by itself
            loaded = ()
        return await self._collected([(case_id, EVERY_SLICE) for case_id, _ in cases], policy, loaded)

    async def _collected(
        self, touched: Sequence[tuple[UUID, frozenset[str]]], policy: Policy, loaded: Sequence[tuple[Case, Told]]
    ) -> Contents:
        cases: dict[str, list[UUID]] = {board.name: [] for board in BOARDS}
        rows: dict[str, list[tuple[object, ...]]] = {board.name: [] for board in BOARDS}
        whole, parked = [], {}
        known: Sequence[tuple[Case, Told] | None] = loaded or [None] * len(touched)
        for number, ((case_id, slices), at_hand) in enumerate(zip(touched, known, strict=True), 1):
            boards = boards_of(slices)
            try:
                folded = self._given(*(at_hand or await self._load(case_id)), policy)
                found = [board.values(folded) for board in boards]
            except (StoreUnavailable, OSError):
                raise
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one case, the others go on
                parked[case_id] = type(error).__name__
                boards, found = BOARDS, [[] for _ in BOARDS]
            if slices == EVERY_SLICE or case_id in parked:
                whole.append(case_id)
            for board, values in zip(boards, found, strict=True):
                cases[board.name].append(case_id)
                rows[board.name] += values
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
        return Contents(policy.ref, cases, rows, whole, parked)

    def _given(self, case: Case, told: Told, policy: Policy) -> FoldedCase:
        """A ledger goes with its case (D10)."""
        return FoldedCase(case, Told() if case.erasure.done else told, policy, self._hashed)

    async def _loaded(self, cases: Sequence[UUID], brought: Sequence[Stored]) -> Sequence[tuple[Case, Told]]:
        """All of them, or none where something is wrong with one: then each is loaded by itself."""
        if self._load_all is None or not cases:
            return ()
        try:
            return await self._load_all(cases, brought)
        except (StoreUnavailable, OSError):
            raise
        except Exception:  # noqa: BLE001 - found out again, and parked, where it is loaded by itself
            return ()

    async def _read(self, cases: Cases) -> Sequence[tuple[Case, Told]]:
        beside = [told_of(case_id) for case_id, _ in cases]
        facts = [stored for _, of_one in cases for stored in of_one]
        events = await self._journal.pages.beyond(dict.fromkeys(beside, 0), facts)
        return [
            (fold(case_id, events[case_id]), _told(events.get(told_id, ())))
            for (case_id, _), told_id in zip(cases, beside, strict=True)
        ]


@cache
def boards_of(slices: frozenset[str]) -> tuple[Board[Any], ...]:
    """The boards whose rows can be others when these slices are."""
    return tuple(board for board in BOARDS if not slices.isdisjoint(board.of))


def _reader(journal: Journal) -> Load:
    async def load(case_id: UUID) -> tuple[Case, Told]:
        events = await journal.read(case_id)
        return fold(case_id, events), _told(await journal.read(told_of(case_id)))

    return load


def _told(events: Sequence[Recorded]) -> Told:
    return reduce(lambda told, event: tellings.evolve(told, event.fact, event), events, Told())
