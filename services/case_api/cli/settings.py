"""Reading the settings for a command; an unsafe one ends it with one line and exit code 2."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

import typer

from case_api.settings import PREFIX, Settings, UnsafeSettings, load
from case_api.store.tombstones import Tombstones, TombstonesUnreadable

EXIT_UNSAFE = 2
OTHERS: Final = tuple(f"{PREFIX}{name}_" for name in ("NOTIFIER", "DEMO", "TEST", "BENCH", "CAPTURE"))
"""How the names begin that others read."""


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
    for line in _passed_over():
        typer.echo(f"stagepost: {line}", err=True)
    return settings


def _passed_over() -> Iterator[str]:
    """A line for each variable that looks like a setting and is none: a misspelt one would never be missed."""
    known = [name.upper() for name in Settings.model_fields]
    for name in sorted(os.environ):
        asked = name.removeprefix(PREFIX).upper()
        if name.startswith(PREFIX) and not name.startswith(OTHERS) and asked not in known:
            meant = "".join(f", {PREFIX}{one} is" for one in get_close_matches(asked, known, 1))
            yield f"{name} is no setting{meant}: it is passed over"
