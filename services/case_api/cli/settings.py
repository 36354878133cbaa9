"""Reading the settings for a command; an unsafe one ends it with one line and exit code 2."""

import typer

from case_api.settings import Settings, UnsafeSettings, load

EXIT_UNSAFE = 2


def settings_or_exit(*, serves: bool = True) -> Settings:
    """The settings of the environment, or the end of the command."""
    try:
        return load(serves=serves)
    except UnsafeSettings as unsafe:
        typer.echo(f"stagepost: {unsafe}", err=True)
        raise typer.Exit(EXIT_UNSAFE) from None
