"""What the commands about seals share: the store of one authority, opened and closed again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import typer

from case_api.cli.settings import EXIT_UNSAFE
from case_api.seals.keeper import Keeper, open_keeper
from case_api.settings import Settings, UnsafeSettings, authority_keys, seal_keys
from case_api.store.archive import Archive, StoreSettings

EXIT_ALTERED: Final = 1
EXIT_UNAVAILABLE: Final = 3


@asynccontextmanager
async def keeping(settings: Settings, authority: str) -> AsyncIterator[Keeper]:
    """The seals of an authority over its open log; a key that is missing ends the command. Raises StoreUnavailable."""
    try:
        keys, seeds = authority_keys(settings).keys, seal_keys(settings).keys
    except UnsafeSettings as unsafe:
        typer.echo(f"stagepost: {unsafe}", err=True)
        raise typer.Exit(EXIT_UNSAFE) from None
    store = StoreSettings(settings.database, settings.var, keys, settings.tombstones_dir)
    archive = Archive(store)
    try:
        keeper = await open_keeper(store, await archive.open(authority), seeds[authority])
        try:
            yield keeper
        finally:
            await keeper.close()
    finally:
        await archive.close()
