"""`stagepost backup`: copies every store while it is served; the keys apart from the rest."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from case_api.backup.making import back_up
from case_api.cli.progress import Progress
from case_api.cli.seals import EXIT_ALTERED, EXIT_UNAVAILABLE, keeping
from case_api.cli.settings import settings_or_exit
from case_api.cli.stores import store_and_seals
from case_api.seals.keeper import Broken
from case_api.settings import Settings
from case_api.store.copies import KEYS_PART, LOG_PART, Part
from case_api.store.journal import StoreUnavailable

EXIT_NO_PLACE = 2


def backup(
    target: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    *,
    keys: Annotated[
        Path | None, typer.Option(help="Where the keys go, a folder that is not there yet; below TARGET without it.")
    ] = None,
) -> None:
    """Copy the log and the keys of every authority into a folder, while they are served, on SQLite or PostgreSQL.

    TARGET/log holds what may be kept for years: it opens nothing. TARGET/keys, or the folder that --keys names, holds
    the wrapped data keys: keep it no longer than an erasure may take to be complete, 30 days. The authority's own keys
    (STAGEPOST_KEYS_DIR) are in neither: keep them apart from both. `stagepost restore` puts a backup back.

    Exit codes: 0 done; 1 the log was altered; 2 unsafe settings, or the folder is there already or cannot be written;
    3 the store cannot be reached.
    """
    settings = settings_or_exit(serves=False)
    folders = {LOG_PART: target / "log", KEYS_PART: keys or target / "keys"}
    if any(folder.exists() for folder in folders.values()):
        _end("the folder is there already: name a new one for each backup", EXIT_NO_PLACE)
    try:
        asyncio.run(_back_up(settings, folders[LOG_PART], folders[KEYS_PART]))
    except Broken:
        _end("the log was altered: `stagepost verify --log` names the place", EXIT_ALTERED)
    except (StoreUnavailable, psycopg.Error, sqlite3.Error):
        _end("the store cannot be reached or copied; what was written is no whole backup", EXIT_UNAVAILABLE)
    except OSError:
        _end("the folder cannot be written; what was written is no whole backup", EXIT_NO_PLACE)


async def _back_up(settings: Settings, log: Path, keys: Path) -> None:
    for name in settings.authorities:
        progress = Progress(name)
        async with keeping(settings, name) as keeper:
            targets: dict[Part, Path] = {LOG_PART: log / name, KEYS_PART: keys / name}
            made = await back_up(store_and_seals(settings)[0], keeper, targets, progress.seen)
        progress.done()
        said, size = made.manifest, sum(one.bytes for one in made.manifest.files.values())
        came = f" and {made.facts - said.size} that came meanwhile" if made.facts > said.size else ""
        typer.echo(f"{name}: {said.size} facts{came}, {size} bytes; root {said.root or 'none'}")


def _end(why: str, code: int) -> None:
    typer.echo(f"stagepost: {why}", err=True)
    raise typer.Exit(code) from None
