"""From touched cases to their rows: each folded anew, so that corrections need no code of their own (ADR 0007)."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import reduce
from uuid import UUID

from case_api.boards.board import FoldedCase
from case_api.boards.case_search import hasher
from case_api.boards.catalogue import BOARDS
from case_api.boards.edition import Contents
from case_api.domain.case import Case, fold
from case_api.domain.catalogue import CATALOGUE
from case_api.domain.event import SEALED, Recorded
from case_api.domain.facts import told as tellings
from case_api.domain.facts.told import Told
from case_api.domain.policy import Policy
from case_api.store.journal import Journal, PlacedHeader, StoreUnavailable
from case_api.streams import told_of

Load = Callable[[UUID], Awaitable[tuple[Case, Told]]]
"""The newest fold of a case and of its Told stream."""

LoadAll = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, tuple[Case, Told]]]]
"""The same for several cases, in a few reads. Raises if any of them cannot be loaded."""

CurrentPolicy = Callable[[], Awaitable[Policy]]


class Folding:
    """Folds cases and collects what each contributes to every board."""

    def __init__(
        self, journal: Journal, policy: CurrentPolicy, load: Load | None = None, load_all: LoadAll | None = None
    ) -> None:
        self._policy = policy
        self._load = load or _reader(journal)
        self._load_all = load_all
        self._hashed = hasher(journal.keyring)

    async def contents(self, cases: Sequence[UUID]) -> Contents:
        """The rows of each case. One that cannot be folded is parked, and stops no other.

        Raises StoreUnavailable.
        """
        policy = await self._policy()
        rows: dict[str, list[tuple[object, ...]]] = {board.name: [] for board in BOARDS}
        parked: dict[UUID, str] = {}
        loaded = await self._loaded(cases)
        for case_id in cases:
            try:
                case, told = loaded.get(case_id) or await self._load(case_id)
                for name, values in self._values(FoldedCase(case, told, policy, self._hashed)).items():
                    rows[name] += values
            except (StoreUnavailable, OSError):
                raise
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one case, the others go on
                parked[case_id] = type(error).__name__
        return Contents(cases, rows, parked)

    async def _loaded(self, cases: Sequence[UUID]) -> Mapping[UUID, tuple[Case, Told]]:
        """All of them, or none where something is wrong with one: then each is loaded by itself."""
        if self._load_all is None:
            return {}
        try:
            return await self._load_all(cases)
        except (StoreUnavailable, OSError):
            raise
        except Exception:  # noqa: BLE001 - found out again, and parked, where it is loaded by itself
            return {}

    @staticmethod
    def _values(folded: FoldedCase) -> dict[str, list[tuple[object, ...]]]:
        return {board.name: board.values(folded) for board in BOARDS}


def touched(headers: Iterable[PlacedHeader]) -> list[UUID]:
    """The cases that some facts are about, each once."""
    found = (_case_of(header) for header in headers)
    return list(dict.fromkeys(case_id for case_id in found if case_id))


def _case_of(header: PlacedHeader) -> UUID | None:
    """A Told stream is sealed under its case's key; of an unknown type the stream itself is taken for a case.

    Matters pass by: no board knows of them (I30).
    """
    if header.name == SEALED:
        return None
    declared = CATALOGUE.get(header.name.rpartition(".v")[0])
    match declared.stream if declared else "case":
        case "told":
            return header.key_id or header.stream
        case "authority":
            return None
        case _:
            return header.stream


def _reader(journal: Journal) -> Load:
    async def load(case_id: UUID) -> tuple[Case, Told]:
        events = await journal.read(case_id)
        told = await journal.read(told_of(case_id))
        return fold(case_id, events), reduce(_told, told, Told())

    return load


def _told(told: Told, event: Recorded) -> Told:
    return tellings.evolve(told, event.fact, event)
