"""What the commands that work with whole offices share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import typer

from case_api.cli.settings import EXIT_UNSAFE
from case_api.clock import SystemClock
from case_api.office import Offices
from case_api.packs import PackBroken, Packs
from case_api.settings import Settings, UnsafeSettings, authority_keys
from case_api.store.archive import StoreSettings


@asynccontextmanager
async def serving_offices(settings: Settings) -> AsyncIterator[tuple[Offices, StoreSettings]]:
    """The offices of every authority, opened when they are asked for; a key that is missing ends the command."""
    try:
        store = StoreSettings(settings.database, settings.var, authority_keys(settings).keys, settings.tombstones_dir)
        offices = Offices(store, SystemClock(), Packs(settings.policies), settings)
    except (UnsafeSettings, PackBroken) as unsafe:
        typer.echo(f"stagepost: {unsafe}", err=True)
        raise typer.Exit(EXIT_UNSAFE) from None
    try:
        yield offices, store
    finally:
        await offices.close()
