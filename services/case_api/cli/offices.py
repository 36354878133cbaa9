"""What the commands share that look at whole authorities: their offices, opened without anything in the background."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import typer

from case_api.cli.settings import EXIT_UNSAFE
from case_api.clock import Clock
from case_api.office import Offices
from case_api.packs import PackBroken, Packs
from case_api.settings import Settings, UnsafeSettings, authority_keys
from case_api.store.archive import StoreSettings

EXIT_UNAVAILABLE: Final = 3


@asynccontextmanager
async def opened(settings: Settings, clock: Clock) -> AsyncIterator[Offices]:
    """The offices of a store; a missing key or a broken policy ends the command. Raises StoreUnavailable."""
    try:
        store = StoreSettings(settings.database, settings.var, authority_keys(settings).keys)
        offices = Offices(store, clock, Packs(settings.policies), settings)
    except (UnsafeSettings, PackBroken) as unsafe:
        typer.echo(f"stagepost: {unsafe}", err=True)
        raise typer.Exit(EXIT_UNSAFE) from None
    try:
        yield offices
    finally:
        await offices.close()
