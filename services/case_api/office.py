"""One authority at work: its log, its folds, its services, its boards; opened when it is first asked for."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from case_api.access.brakes import Brakes, Limits
from case_api.boards.boards import Boards
from case_api.boards.folding import Folding
from case_api.boards.follower import Follower
from case_api.boards.opening import open_tables
from case_api.boards.tables import Tables
from case_api.clock import Clock
from case_api.domain.case import Case
from case_api.domain.facts.authority import Authority
from case_api.domain.facts.told import Told
from case_api.domain.matter import Matter
from case_api.domain.policy import Policy
from case_api.folds import AuthorityKind, CaseKind, Folds, MatterKind, ToldKind
from case_api.histories import Histories
from case_api.joint import JointService
from case_api.key_files import seal_keys
from case_api.packs import Packs
from case_api.permits import Permits
from case_api.precedent import Precedent
from case_api.reaching import Reaching
from case_api.seals.keeper import Keeper, open_keeper
from case_api.service import Service
from case_api.settings import Settings
from case_api.store.archive import Archive, StoreSettings
from case_api.store.journal import Journal, Stored
from case_api.streams import stream_of_authority, told_of

FACTS_KEPT = 150_000
"""Facts in the folded cases that one process keeps for each authority: about 1 KiB of memory each."""

FACTS_OF_MATTERS_KEPT = 20_000
"""The same for its child-protection matters."""


class BoardsBehind(Exception):
    """The boards have not taken in the log for too long."""


EVENTS_KEPT = 50_000
"""Opened events that one process keeps for the reads of each authority: about 100 MB."""
ENDS_WITHIN = 1.0
"""Seconds that a task has to end in, before it is cancelled once more."""
MOST_BEHIND = 10_000
"""Facts by which the boards may lag before the service says that it is not ready."""


@dataclass(frozen=True, slots=True)
class Office:
    """Everything that serves one education authority."""

    journal: Journal
    precedent: Precedent
    folds: Folds[Case]
    histories: Histories
    tellings: Folds[Told]
    cases: Service[Case]
    jointly: JointService
    told: Service[Told]
    own: Service[Authority]
    sealed: Folds[Matter]
    matters: Service[Matter]
    permits: Permits
    tables: Tables
    folding: Folding
    follower: Follower
    boards: Boards
    seals: Keeper
    brakes: Brakes

    @property
    def authority(self) -> str:
        return self.journal.authority

    async def newest_fact(self) -> datetime | None:
        """When the last fact of the log was recorded; None in an empty log."""
        last = await self.journal.since(await self.journal.last_position() - 1, 1)
        return last[-1].recorded.recorded_at if last else None

    async def require_boards(self) -> None:
        """Raise BoardsBehind when the boards are too far behind the log."""
        if (await self.follower.lag()).facts > MOST_BEHIND:
            raise BoardsBehind

    async def made_anew(self, destroyed: Iterable[UUID]) -> None:
        """Make the board rows anew of the cases among keys that were destroyed by a list, where no fact tells."""
        for case_id in destroyed:
            if await self.journal.head(case_id):
                await self.follower.refold(case_id)

    async def close(self) -> None:
        """Let go of boards and seals; the log is the archive's to close."""
        await self.tables.close()
        await self.seals.close()


def furnished(
    journal: Journal, tables: Tables, seals: Keeper, clock: Clock, packs: Packs, settings: Settings
) -> Office:
    """Put one authority's parts together."""
    folds, tellings = Folds(journal, CaseKind(), FACTS_KEPT), Folds(journal, ToldKind(), FACTS_KEPT)
    sealed, authorities = Folds(journal, MatterKind(), FACTS_OF_MATTERS_KEPT), Folds(journal, AuthorityKind(), 1)
    precedent = _precedent(authorities, journal.authority, packs, settings)
    folding = _folding(journal, folds, tellings, precedent, clock)
    follower = Follower(journal, tables, folding)
    return Office(
        journal=journal,
        precedent=precedent,
        folds=folds,
        histories=Histories(journal, EVENTS_KEPT),
        tellings=tellings,
        cases=Service(journal, folds, precedent, clock),
        told=Service(journal, tellings, precedent, clock),
        jointly=JointService(journal, folds, precedent, clock),
        own=Service(journal, authorities, precedent, clock),
        sealed=sealed,
        matters=Service(journal, sealed, precedent, clock),
        permits=Permits(journal, folds, tellings, precedent, clock),
        tables=tables,
        folding=folding,
        follower=follower,
        boards=Boards(tables, follower),
        seals=seals,
        brakes=_braked(journal, clock, settings),
    )


def _folding(
    journal: Journal, folds: Folds[Case], tellings: Folds[Told], precedent: Precedent, clock: Clock
) -> Folding:
    """How the boards come by cases and policy."""
    reaching = Reaching(journal)

    async def load(case_id: UUID) -> tuple[Case, Told]:
        return (await folds.latest(case_id)).state, (await tellings.latest(told_of(case_id))).state

    async def policy() -> Policy:
        return (await precedent.at(clock.now()))[1]

    async def load_all(ids: Sequence[UUID], page: Sequence[Stored]) -> list[tuple[Case, Told]]:
        cases, told = await reaching.reached({folds: ids, tellings: [told_of(case_id) for case_id in ids]}, page)
        return [(case.state, beside.state) for case, beside in zip(cases, told, strict=True)]

    return Folding(journal, policy, load, load_all)


def _braked(journal: Journal, clock: Clock, settings: Settings) -> Brakes:
    limits = Limits(settings.learners_an_hour, settings.learners_an_hour_of_programs)
    return Brakes(journal.authority, journal.accesses, journal.alerts, clock, limits)


def _precedent(authorities: Folds[Authority], authority: str, packs: Packs, settings: Settings) -> Precedent:
    own = stream_of_authority(authority)
    return Precedent(authorities, own, packs, settings.default_policy, settings.webhook_allow)


async def ended(task: "asyncio.Task[None]") -> None:
    """Cancel *task* until it has ended. Raises what it raised.

    Once is not enough on Python 3.11: `asyncio.wait_for`, by which the pool hands out connections, loses a cancellation
    that comes in the moment in which what it waits for is there.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=ENDS_WITHIN)
    if not task.cancelled():
        task.result()


Attend = Callable[[Office], Awaitable[None]]
"""Work that goes on in the background for an office until it is closed."""


class Offices:
    """The offices of all authorities that this process serves, and what goes on in the background for each."""

    def __init__(
        self, store: StoreSettings, clock: Clock, packs: Packs, settings: Settings, attend: tuple[Attend, ...] = ()
    ) -> None:
        self._store, self._archive = store, Archive(store)
        self._clock, self._packs, self._settings, self._attend = clock, packs, settings, attend
        self._seals = seal_keys(settings).keys
        self._open: dict[str, Office] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._opening = asyncio.Lock()

    async def of(self, authority: str) -> Office:
        """The authority's office. Raises UnknownAuthority, StoreUnavailable."""
        found = self._open.get(authority)
        if found is not None:
            return found
        async with self._opening:
            if authority not in self._open:
                self._open[authority] = await self._furnish(authority)
            return self._open[authority]

    async def newest_fact(self) -> datetime | None:
        """When the newest fact of any open log was recorded; None while all are empty."""
        found = [await office.newest_fact() for office in self._open.values()]
        return max((one for one in found if one), default=None)

    async def close(self) -> None:
        """Stop what goes on in the background, and close every log that was opened."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            await ended(task)
        for office in self._open.values():
            await office.close()
        self._open.clear()
        await self._archive.close()

    async def _furnish(self, authority: str) -> Office:
        journal = await self._archive.open(authority)
        tables = await open_tables(self._store, authority)
        seals = await open_keeper(self._store, journal, *self._seals[authority])
        office = furnished(journal, tables, seals, self._clock, self._packs, self._settings)
        await office.made_anew(journal.buried)
        self._tasks += [asyncio.create_task(_attended(work, office)) for work in self._attend]
        return office


async def _attended(work: Attend, office: Office) -> None:
    await work(office)
