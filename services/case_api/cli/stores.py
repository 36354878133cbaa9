"""Where the stores are and how they are opened, for every command."""

from collections.abc import Mapping

import psycopg
import typer

from case_api.cli.settings import EXIT_UNSAFE
from case_api.key_files import SealKey, authority_keys, seal_keys
from case_api.settings import Settings, UnsafeSettings
from case_api.store import postgres_copies
from case_api.store.archive import StoreSettings


def store_and_seals(settings: Settings, *, made: bool = True) -> tuple[StoreSettings, Mapping[str, SealKey]]:
    """Where the stores are, and the keys with which they sign; a key that is missing ends the command.

    So does a store that is not there, if it should have been *made* already: a command that looks in the wrong place
    would find an empty one, and all well.
    """
    if made:
        for name in settings.authorities:
            _is_there(settings, name)
    try:
        keys, seals = authority_keys(settings, make=False).keys, seal_keys(settings, make=False).keys
    except UnsafeSettings as unsafe:
        typer.echo(f"stagepost: {unsafe}", err=True)
        raise typer.Exit(EXIT_UNSAFE) from None
    return StoreSettings(settings.database, settings.var, keys, settings.tombstones_dir), seals


def _is_there(settings: Settings, name: str) -> None:
    if settings.database == "sqlite":
        log = settings.var / name / "log.db"
        missing = None if log.is_file() else f"there is no {log}: does STAGEPOST_VAR name the folder of the service?"
    else:
        missing = _missing_in_database(settings.database, name)
    if missing:
        typer.echo(f"stagepost: {missing}", err=True)
        raise typer.Exit(EXIT_UNSAFE)


def _missing_in_database(dsn: str, name: str) -> str | None:
    """A server that cannot be reached is left to whoever opens the store."""
    try:
        found = not postgres_copies.is_empty(dsn, name)
    except psycopg.OperationalError:
        return None
    return None if found else f"the database has no store of {name}: does its URL name the database of the service?"
