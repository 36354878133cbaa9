"""How far long work has come: one line on standard error that is written over, for a person who watches."""

import sys

import typer


class Progress:
    """Shown only where standard error is a terminal."""

    def __init__(self, about: str) -> None:
        self._about = about

    def seen(self, what: str, done: int, whole: int) -> None:
        """Say how much of how much of it is done."""
        self.say(f"{what}: {100 * done // whole if whole else 100} %")

    def say(self, text: str) -> None:
        """Write over what was said before."""
        if sys.stderr.isatty():
            typer.echo(f"\r\033[K{self._about}: {text}", err=True, nl=False)

    def done(self) -> None:
        """Leave the line to what is said next."""
        if sys.stderr.isatty():
            typer.echo("\r\033[K", err=True, nl=False)
