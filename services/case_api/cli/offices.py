"""What the commands that work with whole offices share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import typer

from case_api.cli.settings import EXIT_UNSAFE
from case_api.cli.stores import store_and_seeds
from case_api.clock import SystemClock
from case_api.office import Offices
from case_api.packs import PackBroken, Packs
from case_api.settings import Settings
from case_api.store.archive import StoreSettings


@asynccontextmanager
async def opened_offices(settings: Settings, store: StoreSettings) -> AsyncIterator[Offices]:
    """The offices of every authority, each opened when it is asked for, with nothing going on in the background."""
    try:
        offices = Offices(store, SystemClock(), Packs(settings.policies), settings)
    except PackBroken as broken:
        typer.echo(f"stagepost: {broken}", err=True)
        raise typer.Exit(EXIT_UNSAFE) from None
    try:
        yield offices
    finally:
        await offices.close()


@asynccontextmanager
async def serving_offices(settings: Settings) -> AsyncIterator[tuple[Offices, StoreSettings]]:
    """Both for a command; a key that is missing ends it."""
    store, _ = store_and_seeds(settings)
    async with opened_offices(settings, store) as offices:
        yield offices, store
