"""From touched cases to their rows: made anew from the fold, so that corrections need no code of their own (ADR 7)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache, reduce
from typing import Any, Final
from uuid import UUID

from case_api.boards.board import EVERY_SLICE, Board, FoldedCase, Values
from case_api.boards.case_search import hasher
from case_api.boards.catalogue import BOARDS
from case_api.boards.edition import Contents
from case_api.domain.case import Case, fold
from case_api.domain.event import Recorded
from case_api.domain.facts import told as tellings
from case_api.domain.facts.told import NOBODY_TOLD, Told
from case_api.domain.policy import Policy
from case_api.domain.questions.begun import Pattern, pattern, slices_in
from case_api.store.journal import Journal, Stored, StoreUnavailable
from case_api.store.pages import Sheaf
from case_api.streams import told_of

Load = Callable[[UUID], Awaitable[tuple[Case, Told]]]
"""The newest fold of a case and of its Told stream."""

LoadAll = Callable[[Sequence[UUID], Sequence[Stored]], Awaitable[Sequence[tuple[Case, Told]]]]
"""The same for several cases, in their order, in a few reads with the facts of a page at hand.

Raises if any cannot be loaded.
"""

Loaded = tuple[Case, Told] | None
"""A case with its Told stream; None where it is to be loaded by itself."""

Cases = Sequence[tuple[UUID, Sequence[Stored]]]
"""Whole cases, each with all of its facts as they were read from the log."""

CurrentPolicy = Callable[[], Awaitable[Policy]]

PATTERNS: Final = 4_096
"""Of what has begun in cases, for which it is remembered who has rows then."""

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
        return await self._collected([(one, EVERY_SLICE) for one, _ in cases], policy, await self._folded(cases))

    async def _collected(
        self, touched: Sequence[tuple[UUID, frozenset[str]]], policy: Policy, loaded: Iterable[Loaded]
    ) -> Contents:
        cases: dict[str, list[UUID]] = {board.name: [] for board in BOARDS}
        rows: dict[str, Values] = {board.name: [] for board in BOARDS}
        whole, parked = [], {}
        for number, ((case_id, slices), at_hand) in enumerate(zip(touched, loaded, strict=True), 1):
            boards = boards_of(slices)
            try:
                found = self._rows(slices, *(at_hand or await self._load(case_id)), policy)
            except (StoreUnavailable, OSError):
                raise
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one case, the others go on
                parked[case_id] = type(error).__name__
                boards, found = BOARDS, []
            if slices == EVERY_SLICE or case_id in parked:
                whole.append(case_id)
            for board in boards:
                cases[board.name].append(case_id)
            for name, values in found:
                rows[name] += values
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
        return Contents(policy.ref, cases, rows, whole, parked)

    def _rows(self, slices: frozenset[str], case: Case, told: Told, policy: Policy) -> list[tuple[str, Values]]:
        """What a case has in each board; a ledger goes with its case (D10), and an empty one is no ledger."""
        beside = NOBODY_TOLD if case.erasure.done or told == NOBODY_TOLD else told
        folded = FoldedCase(case, beside, policy, self._hashed)
        return [(name, make(folded)) for name, make in _makers(slices, pattern(case, beside))]

    async def _loaded(self, cases: Sequence[UUID], brought: Sequence[Stored]) -> Iterable[Loaded]:
        """All of them, or none where something is wrong with one: then each is loaded by itself."""
        if self._load_all is None or not cases:
            return [None] * len(cases)
        try:
            return await self._load_all(cases, brought)
        except (StoreUnavailable, OSError):
            raise
        except Exception:  # noqa: BLE001 - found out again, and parked, where it is loaded by itself
            return [None] * len(cases)

    async def _folded(self, cases: Cases) -> Iterable[Loaded]:
        """Whole cases, each folded when it is asked for; none of one with which something is wrong."""
        facts = [stored for _, of_one in cases for stored in of_one]
        try:
            sheaf = await self._journal.pages.sheaf(dict.fromkeys([told_of(case_id) for case_id, _ in cases], 0), facts)
        except (StoreUnavailable, OSError):
            raise
        except Exception:  # noqa: BLE001 - found out again, and parked, where it is loaded by itself
            return [None] * len(cases)
        return (_opened(sheaf, case_id) for case_id, _ in cases)


def _opened(sheaf: Sheaf, case_id: UUID) -> Loaded:
    try:
        return fold(case_id, sheaf.open(case_id)), _told(sheaf.open(told_of(case_id)))
    except Exception:  # noqa: BLE001 - found out again, and parked, where it is loaded by itself
        return None


@cache
def boards_of(slices: frozenset[str]) -> tuple[Board[Any], ...]:
    """The boards whose rows can be others when these slices are."""
    return tuple(board for board in BOARDS if not slices.isdisjoint(board.of))


@lru_cache(maxsize=PATTERNS)
def _makers(slices: frozenset[str], begun: Pattern) -> tuple[tuple[str, Callable[[FoldedCase], Values]], ...]:
    """By board what makes its rows, of those that read of the slices and have rows at all where these have begun."""
    makers = ((board.name, board.maker(slices_in(begun))) for board in boards_of(slices))
    return tuple((name, make) for name, make in makers if make)


def _reader(journal: Journal) -> Load:
    async def load(case_id: UUID) -> tuple[Case, Told]:
        events = await journal.read(case_id)
        return fold(case_id, events), _told(await journal.read(told_of(case_id)))

    return load


def _told(events: Sequence[Recorded]) -> Told:
    return reduce(lambda told, event: tellings.evolve(told, event.fact, event), events, NOBODY_TOLD)
