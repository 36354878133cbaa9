"""`python -m case_api rebuild-boards`."""

import asyncio

import typer

from case_api.boards.edition import EditionGone
from case_api.boards.rebuild import rebuild
from case_api.cli.offices import serving_offices
from case_api.cli.settings import settings_or_exit
from case_api.http.serving import spare_the_collector
from case_api.settings import Settings
from case_api.store.journal import StoreUnavailable

EXIT_UNAVAILABLE = 3
EXIT_OVERTAKEN = 4


def rebuild_boards() -> None:
    """Make every board anew from the log, beside the old one, and switch.

    Exit codes: 2 when a key is missing, 3 when the store cannot be reached, 4 when overtaken by another rebuild.
    """
    settings = settings_or_exit(serves=False)
    spare_the_collector()
    try:
        asyncio.run(_rebuild_all(settings))
    except StoreUnavailable:
        typer.echo("stagepost: the store cannot be reached; nothing was changed", err=True)
        raise typer.Exit(EXIT_UNAVAILABLE) from None
    except EditionGone:
        typer.echo("stagepost: another rebuild began meanwhile and goes on", err=True)
        raise typer.Exit(EXIT_OVERTAKEN) from None


async def _rebuild_all(settings: Settings) -> None:
    async with serving_offices(settings) as (offices, _):
        for name in settings.authorities:
            office = await offices.of(name)
            count = await rebuild(office.journal, office.tables, office.folding)
            typer.echo(f"{name}: {count} cases")
