"""From touched cases to their rows: made anew from the fold, so that corrections need no code of their own (ADR 7)."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, reduce
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

from case_api.boards.board import EVERY_SLICE, Board, FoldedCase, Make, Values
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

T = TypeVar("T")

Load = Callable[[UUID], Awaitable[tuple[Case, Told]]]
"""The newest fold of a case and of its Told stream."""

LoadAll = Callable[[Sequence[UUID], Sequence[Stored]], Awaitable[Sequence[tuple[Case, Told]]]]
"""The same for several cases, in their order, in a few reads with the facts of a page at hand.

Raises if any cannot be loaded.
"""

Loaded = tuple[Case, Told] | None
"""A case with its Told stream; None where it is to be loaded by itself."""

Wanted = tuple[tuple[UUID, frozenset[str]], Loaded]
"""A case of which rows are wanted, in the boards that read of some slices."""

Cases = Sequence[tuple[UUID, Sequence[Stored]]]
"""Whole cases, each with all of its facts as they were read from the log."""

Gathered = tuple[Sequence[tuple[UUID, UUID]], Sheaf | None]
"""Cases, each with the id of its Told stream, and all of their facts; none where each is to be loaded by itself."""

CurrentPolicy = Callable[[], Awaitable[Policy]]

PATTERNS: Final = 4_096
"""Of what has begun in cases, for which it is remembered who has rows then."""

AT_A_TIME: Final = 32
"""Cases whose rows are made together; between them others on the event loop have their turn."""

FACTS_AT_A_TIME: Final = 100
"""Facts that are opened and folded, one case after the other, until others have their turn."""


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
        made, loaded = Made(), await self._loaded([case_id for case_id, _ in seen], brought)
        for some in _batches(zip(seen, loaded, strict=True)):
            await self._make(made, some, policy)
        return made.contents(policy)

    async def look_ahead(self, touched: Mapping[UUID, frozenset[str]], brought: Sequence[Stored]) -> None:
        """Bring folds to where a page of facts has come, which will be asked for next."""
        await self._loaded([case_id for case_id, slices in touched.items() if boards_of(slices)], brought)

    async def gathered(self, cases: Cases) -> Gathered:
        """Whole cases with their Told streams and keys at hand, which are waited for. Raises StoreUnavailable."""
        facts = [stored for _, of_one in cases for stored in of_one]
        beside = [(case_id, told_of(case_id)) for case_id, _ in cases]
        try:
            return beside, await self._journal.pages.sheaf(dict.fromkeys([told for _, told in beside], 0), facts)
        except (StoreUnavailable, OSError):
            raise
        except Exception:  # noqa: BLE001 - found out again, and parked, where it is loaded by itself
            return beside, None

    async def contents_of(self, cases: Gathered, policy: Policy) -> Contents:
        """All rows of whole cases, each folded when its turn has come. Raises StoreUnavailable."""
        made, (streams, sheaf) = Made(), cases
        for some in _batches(streams):
            loaded, facts = [], 0
            for case_id, told_id in some:
                opened = _opened(sheaf, case_id, told_id) if sheaf else None
                loaded.append(((case_id, EVERY_SLICE), opened))
                facts += opened[0].version if opened else 0
                if facts >= FACTS_AT_A_TIME:
                    await asyncio.sleep(0)
                    facts = 0
            await self._make(made, loaded, policy)
        return made.contents(policy)

    async def _make(self, made: "Made", cases: Iterable[Wanted], policy: Policy) -> None:
        """Make the rows of a few cases, those first loaded that are not; then others have their turn."""
        folded = []
        for (case_id, slices), at_hand in cases:
            try:
                case, told = at_hand or await self._load(case_id)
            except (StoreUnavailable, OSError):
                raise
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one case, the others go on
                made.park(case_id, error)
            else:
                folded.append((case_id, slices, self._given(case, told, policy)))
        made.add(folded)
        await asyncio.sleep(0)

    def _given(self, case: Case, told: Told, policy: Policy) -> FoldedCase:
        """A ledger goes with its case (D10), and an empty one is none."""
        beside = NOBODY_TOLD if case.erasure.done or told == NOBODY_TOLD else told
        return FoldedCase(case, beside, policy, self._hashed)

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


def _opened(sheaf: Sheaf, case_id: UUID, beside: UUID) -> Loaded:
    try:
        return fold(case_id, sheaf.open(case_id)), _told(sheaf.open(beside))
    except Exception:  # noqa: BLE001 - found out again, and parked, where it is loaded by itself
        return None


class Made:
    """What is collected of some cases after the other."""

    def __init__(self) -> None:
        self._cases: dict[str, list[UUID]] = {board.name: [] for board in BOARDS}
        self._rows: dict[str, Values] = {board.name: [] for board in BOARDS}
        self._whole: list[UUID] = []
        self._parked: dict[UUID, str] = {}

    def add(self, cases: Sequence[tuple[UUID, frozenset[str], FoldedCase]]) -> None:
        """Make the rows of some cases board by board: one function on many cases takes half as long as many on one."""
        asked: dict[str, list[tuple[int, Make]]] = {board.name: [] for board in BOARDS}
        for number, (_, slices, folded) in enumerate(cases):
            for name, make in _makers(slices, pattern(folded.case, folded.told)):
                asked[name].append((number, make))
        found: list[list[tuple[str, Values]]] = [[] for _ in cases]
        failed: dict[int, Exception] = {}
        for name, makers in asked.items():
            for number, make in makers:
                try:
                    found[number].append((name, make(cases[number][2])))
                except Exception as error:  # noqa: BLE001 - whatever is wrong with one case, the others go on
                    failed[number] = error
        for number, (case_id, slices, _) in enumerate(cases):
            if number in failed:
                self.park(case_id, failed[number])
            else:
                self._put(case_id, slices, found[number])

    def park(self, case_id: UUID, error: Exception) -> None:
        """A case has no rows for now; by its reason it is known."""
        self._parked[case_id] = type(error).__name__
        self._put(case_id, EVERY_SLICE, ())

    def _put(self, case_id: UUID, slices: frozenset[str], found: Iterable[tuple[str, Values]]) -> None:
        if slices == EVERY_SLICE:
            self._whole.append(case_id)
        for board in boards_of(slices):
            self._cases[board.name].append(case_id)
        for name, values in found:
            self._rows[name] += values

    def contents(self, policy: Policy) -> Contents:
        """All of it."""
        return Contents(policy.ref, self._cases, self._rows, self._whole, self._parked)


def _batches(some: Iterable[T]) -> Iterator[list[T]]:
    left = iter(some)
    while batch := [*islice(left, AT_A_TIME)]:
        yield batch


@cache
def boards_of(slices: frozenset[str]) -> tuple[Board[Any], ...]:
    """The boards whose rows can be others when these slices are."""
    return tuple(board for board in BOARDS if not slices.isdisjoint(board.of))


@lru_cache(maxsize=PATTERNS)
def _makers(slices: frozenset[str], begun: Pattern) -> tuple[tuple[str, Make], ...]:
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
