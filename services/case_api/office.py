"""One authority at work: its log, its folds, its services; opened when it is first asked for."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from case_api.clock import Clock
from case_api.domain.case import Case
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.told import Told
from case_api.folds import AuthorityKind, CaseKind, Folds, ToldKind
from case_api.packs import Packs
from case_api.permits import Permits
from case_api.precedent import Precedent
from case_api.service import Service
from case_api.settings import Settings
from case_api.store.archive import Archive
from case_api.store.journal import Journal
from case_api.streams import stream_of_authority

CASES_KEPT = 5_000
"""Folded cases that one process keeps for each authority."""


@dataclass(frozen=True, slots=True)
class Office:
    """Everything that serves one education authority."""

    journal: Journal
    precedent: Precedent
    folds: Folds[Case]
    tellings: Folds[Told]
    cases: Service[Case]
    told: Service[Told]
    own: Service[Authority]
    permits: Permits

    @property
    def authority(self) -> str:
        return self.journal.authority

    def require_projections(self) -> None:
        """Raise when the boards are too far behind."""


def office(journal: Journal, clock: Clock, packs: Packs, settings: Settings) -> Office:
    """Put one authority's parts together."""
    folds, tellings = Folds(journal, CaseKind(), CASES_KEPT), Folds(journal, ToldKind(), CASES_KEPT)
    authorities = Folds(journal, AuthorityKind(), 1)
    precedent = Precedent(authorities, stream_of_authority(journal.authority), packs, settings.default_policy)
    return Office(
        journal=journal,
        precedent=precedent,
        folds=folds,
        tellings=tellings,
        cases=Service(journal, folds, precedent, clock),
        told=Service(journal, tellings, precedent, clock),
        own=Service(journal, authorities, precedent, clock),
        permits=Permits(journal, folds, precedent, clock),
    )


class Offices:
    """The offices of all authorities that this process serves."""

    def __init__(self, archive: Archive, make: Callable[[Journal], Office]) -> None:
        self._archive, self._make = archive, make
        self._open: dict[str, Office] = {}
        self._opening = asyncio.Lock()

    async def of(self, authority: str) -> Office:
        """The authority's office. Raises UnknownAuthority, StoreUnavailable."""
        found = self._open.get(authority)
        if found is not None:
            return found
        async with self._opening:
            if authority not in self._open:
                self._open[authority] = self._make(await self._archive.open(authority))
            return self._open[authority]

    async def close(self) -> None:
        """Close every log that was opened."""
        self._open.clear()
        await self._archive.close()
