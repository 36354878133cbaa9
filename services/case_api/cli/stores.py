"""Where the stores are and how they are opened, for every command."""

from collections.abc import Mapping

import typer

from case_api.cli.settings import EXIT_UNSAFE
from case_api.key_files import authority_keys, seal_keys
from case_api.settings import Settings, UnsafeSettings
from case_api.store.archive import StoreSettings


def store_and_seeds(settings: Settings, *, made: bool = True) -> tuple[StoreSettings, Mapping[str, bytes]]:
    """Where the stores are, and the keys with which they sign; a key that is missing ends the command.

    So does a store that is not there, if it should have been *made* already: a command that looks in the wrong place
    would find an empty one, and all well.
    """
    if made and settings.database == "sqlite":
        _stores_are_there(settings)
    try:
        keys, seeds = authority_keys(settings).keys, seal_keys(settings).keys
    except UnsafeSettings as unsafe:
        typer.echo(f"stagepost: {unsafe}", err=True)
        raise typer.Exit(EXIT_UNSAFE) from None
    return StoreSettings(settings.database, settings.var, keys, settings.tombstones_dir), seeds


def _stores_are_there(settings: Settings) -> None:
    for name in settings.authorities:
        log = settings.var / name / "log.db"
        if not log.is_file():
            typer.echo(f"stagepost: there is no {log}: does STAGEPOST_VAR name the folder of the service?", err=True)
            raise typer.Exit(EXIT_UNSAFE)
