"""`stagepost seal-key`: what is to be kept of a seal key when another takes its place."""

import asyncio
from typing import Annotated

import typer

from case_api.cli.seals import EXIT_ALTERED, EXIT_UNAVAILABLE, keeping
from case_api.cli.settings import EXIT_UNSAFE, settings_or_exit
from case_api.seals.keeper import Broken
from case_api.settings import Settings
from case_api.store.journal import StoreUnavailable


def seal_key(authority: Annotated[str, typer.Argument(help="Whose log it signs.")]) -> None:
    """Print for how many facts an authority's log is signed with the key of today, and that key as it is published.

    To renew the key, stop the service, put this line at the end of NAME.seal.retired beside NAME.seal.key, and a new
    key in the place of the old one. What was signed until then is held to the old key, all that follows to the new one.

    Exit codes: 1 the log is not what was sealed; 2 no such authority, or a key is missing; 3 the store cannot be
    reached.
    """
    settings = settings_or_exit(serves=False)
    if authority not in settings.authorities:
        typer.echo(f"stagepost: name one of: {', '.join(settings.authorities)}", err=True)
        raise typer.Exit(EXIT_UNSAFE)
    try:
        typer.echo(asyncio.run(_line(settings, authority)))
    except Broken as broken:
        typer.echo(f"stagepost: ALTERED: {authority}: {broken}", err=True)
        raise typer.Exit(EXIT_ALTERED) from None
    except StoreUnavailable:
        typer.echo("stagepost: the store cannot be reached", err=True)
        raise typer.Exit(EXIT_UNAVAILABLE) from None


async def _line(settings: Settings, authority: str) -> str:
    """After a checkpoint of all that is there: so nothing is left that only the old key could sign for."""
    async with keeping(settings, authority) as keeper:
        signed = await keeper.checkpoint()
        return f"{signed.size if signed else 0} {keeper.signer.key}"
