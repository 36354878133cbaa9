"""`stagepost seal-key`: what is to be kept of a seal key when another takes its place."""

import asyncio
from base64 import b64encode
from typing import Annotated

import typer

from case_api.cli.seals import EXIT_ALTERED, EXIT_UNAVAILABLE, keeping
from case_api.cli.settings import EXIT_UNSAFE, settings_or_exit
from case_api.seals.keeper import Broken
from case_api.seals.notes import EMPTY
from case_api.settings import Settings
from case_api.store.journal import StoreUnavailable


def seal_key(authority: Annotated[str, typer.Argument(help="Whose log it signs.")]) -> None:
    """Print for how many facts an authority's log is signed, their root, and the key of today as it is published.

    To renew the key, stop the service, put this line at the end of NAME.seal.retired beside NAME.seal.key, and a new
    key in the place of the old one. The log is held to the line from then on, and what follows to the new key.

    Exit codes: 1 the log is not what was sealed; 2 no such authority, or a key is missing or retired already; 3 the
    store cannot be reached.
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
        size, root = (signed.size, signed.root) if signed else (0, EMPTY)
        return f"{size} {b64encode(root).decode()} {keeper.signer.key}"
