"""`stagepost verify`: a file that was exported, or a whole store."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from case_api.cli.seals import EXIT_ALTERED, EXIT_UNAVAILABLE, keeping, kept_checkpoints, said_of
from case_api.cli.settings import settings_or_exit
from case_api.seals import verifier
from case_api.seals.scrub import Scrub
from case_api.seals.verifier import Altered
from case_api.settings import Settings
from case_api.store.journal import StoreUnavailable


def verify(
    file: Annotated[Path | None, typer.Argument(help="What `stagepost export` wrote.")] = None,
    *,
    log: Annotated[bool, typer.Option("--log", help="Look through every log of the store instead.")] = False,
    key: Annotated[str | None, typer.Option(help="The authority's published key, or a file with it.")] = None,
    history: Annotated[bool, typer.Option(help="Print what happened, once the file is found whole.")] = False,
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="With --log: a checkpoint that was kept elsewhere; may be repeated.")
    ] = None,
) -> None:
    """Check that nothing was altered.

    With --log it says how many facts are as they were sealed, and how many are whole but not sealed yet: those of the
    last seconds, or all since nobody is at work in the background.

    Exit codes: 0 whole, 1 altered (one line names the position), 2 not to be read, 3 the store cannot be reached.
    """
    if log == (file is not None):
        typer.echo("stagepost: name a FILE, or say --log", err=True)
        raise typer.Exit(2)
    if file is not None:
        given = [str(file), *(["--key", key] if key else []), *(["--history"] if history else [])]
        raise typer.Exit(verifier.main(given))
    try:
        outside = kept_checkpoints(checkpoint or ())
        asyncio.run(_scrub(settings_or_exit(serves=False), outside))
    except OSError:
        typer.echo("stagepost: a checkpoint file cannot be opened", err=True)
        raise typer.Exit(2) from None
    except Altered as altered:
        typer.echo(f"stagepost: ALTERED: {altered}", err=True)
        raise typer.Exit(EXIT_ALTERED) from None
    except StoreUnavailable:
        typer.echo("stagepost: the store cannot be reached", err=True)
        raise typer.Exit(EXIT_UNAVAILABLE) from None


async def _scrub(settings: Settings, outside: list[str]) -> None:
    for name in settings.authorities:

        def seen(facts: int, name: str = name) -> None:
            if sys.stderr.isatty():
                typer.echo(f"\r{name}: {facts} facts looked at", err=True, nl=False)

        async with keeping(settings, name) as keeper:
            mine = [note for note in outside if note.startswith(f"{keeper.signer.origin}\n")]
            try:
                whole = await Scrub(keeper, mine, seen).run()
            except Altered as altered:
                raise Altered(f"{name}: {altered}") from None
        typer.echo(f"{name}: {said_of(whole)}")
