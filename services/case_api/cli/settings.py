"""Reading the settings for a command; an unsafe one ends it with one line and exit code 2."""

import typer

from case_api.settings import Settings, UnsafeSettings, load
from case_api.store.tombstones import Tombstones, TombstonesUnreadable

EXIT_UNSAFE = 2


def settings_or_exit(*, serves: bool = True) -> Settings:
    """The settings of the environment, or the end of the command."""
    try:
        settings = load(serves=serves)
        for name in settings.authorities:
            Tombstones(settings.tombstones_dir or settings.var / "tombstones", name).read()
    except (UnsafeSettings, TombstonesUnreadable) as unsafe:
        typer.echo(f"stagepost: {unsafe}", err=True)
        raise typer.Exit(EXIT_UNSAFE) from None
    except OSError:
        typer.echo("stagepost: a list of destroyed keys cannot be opened", err=True)
        raise typer.Exit(EXIT_UNSAFE) from None
    return settings
