"""`stagepost tombstones`: the list of destroyed keys, to be kept where no backup is put back over it."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from case_api.cli.offices import serving_offices
from case_api.cli.seals import EXIT_UNAVAILABLE
from case_api.cli.settings import settings_or_exit
from case_api.settings import Settings
from case_api.store.journal import StoreUnavailable
from case_api.store.tombstones import TombstonesUnreadable, parsed, written


def tombstones(
    folder: Annotated[Path, typer.Argument(help="Where each authority's list is written, or read from with --apply.")],
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Take over the lists of the folder, and destroy what they name.")
    ] = False,
) -> None:
    """Write the ids of all keys that were destroyed, one list for each authority, or apply lists that were written.

    A list names nobody and opens nothing. Whoever has one can make sure that a store which was put back forgets again.

    Exit codes: 2 unsafe settings, or a list that cannot be read or written; 3 the store cannot be reached.
    """
    settings = settings_or_exit(serves=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        asyncio.run(_apply(settings, folder) if apply else _write(settings, folder))
    except StoreUnavailable:
        typer.echo("stagepost: the store cannot be reached", err=True)
        raise typer.Exit(EXIT_UNAVAILABLE) from None
    except TombstonesUnreadable as unreadable:
        typer.echo(f"stagepost: {unreadable}", err=True)
        raise typer.Exit(2) from None
    except OSError:
        typer.echo("stagepost: a list cannot be read or written in that folder", err=True)
        raise typer.Exit(2) from None


async def _write(settings: Settings, folder: Path) -> None:
    async with serving_offices(settings) as (offices, store):
        for name in settings.authorities:
            found = store.tombstones_of(name).read() | await (await offices.of(name)).journal.eraser.destroyed()
            (folder / f"{name}.tombstones").write_text(written(found, name), "utf-8")
            typer.echo(f"{name}: {len(found)} keys")


async def _apply(settings: Settings, folder: Path) -> None:
    async with serving_offices(settings) as (offices, store):
        for name in settings.authorities:
            listed = parsed((folder / f"{name}.tombstones").read_text("utf-8"), name)
            store.tombstones_of(name).merge(listed)
            office = await offices.of(name)
            risen = await office.journal.eraser.bury(listed) | office.journal.buried
            await office.made_anew(risen)
            typer.echo(f"{name}: {len(listed)} keys on the list, {len(risen)} of them destroyed now")
