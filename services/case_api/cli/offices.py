"""What the commands that work with whole offices share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import typer

from case_api.cli.present import LONG_AGO, newest_of
from case_api.cli.settings import EXIT_UNSAFE
from case_api.cli.stores import store_and_seals
from case_api.clock import Clock, MovableClock, SystemClock
from case_api.office import Attend, Office, Offices
from case_api.packs import PackBroken, Packs
from case_api.settings import Settings
from case_api.store.archive import StoreSettings


class Attended:
    """The offices at hand of a command; its clock goes on from the newest fact of each that was opened.

    In a demo (*tells_a_story*) it shows the time of that fact, however long ago the story is.
    """

    def __init__(self, offices: Offices, clock: MovableClock, *, tells_a_story: bool) -> None:
        self._offices, self.clock, self._is_behind = offices, clock, tells_a_story

    async def of(self, authority: str) -> Office:
        """The authority's office. Raises UnknownAuthority, StoreUnavailable."""
        office = await self._offices.of(authority)
        newest = await newest_of(office.journal)
        if self._is_behind and newest > LONG_AGO:
            self.clock.move_to(newest)
            self._is_behind = False
        self.clock.not_before(newest)
        return office


@asynccontextmanager
async def opened_offices(
    settings: Settings, store: StoreSettings, clock: Clock | None = None, attend: tuple[Attend, ...] = ()
) -> AsyncIterator[Offices]:
    """The offices of every authority, each opened when it is asked for; nothing goes on in the background but *attend*.

    A policy pack that is broken ends the command.
    """
    try:
        offices = Offices(store, clock or SystemClock(), Packs(settings.policies), settings, attend)
    except PackBroken as broken:
        typer.echo(f"stagepost: {broken}", err=True)
        raise typer.Exit(EXIT_UNSAFE) from None
    try:
        yield offices
    finally:
        await offices.close()


@asynccontextmanager
async def serving_offices(settings: Settings) -> AsyncIterator[tuple[Attended, StoreSettings]]:
    """Both for a command; a key that is missing ends it."""
    store, _ = store_and_seals(settings)
    clock = MovableClock()
    async with opened_offices(settings, store, clock) as offices:
        yield Attended(offices, clock, tells_a_story=settings.mode == "demo"), store
