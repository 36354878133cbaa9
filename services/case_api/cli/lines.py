"""What cannot be read of a command line is said in one line, like everything else that ends a command."""

import sys
from typing import Any, Final

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from case_api.domain.refusal import Refusal
from case_api.store.keystore import WrongKeys
from case_api.wording import in_words

UNREADABLE: Final[type[Exception]] = typer.BadParameter.__bases__[0]
"""Whatever is wrong with the use of a command: a name, an option, a value. Typer gives it no name of its own."""
HELP: Final = "Usage: "
UNDER_MISSING: Final = "named under 'missing'"
HERE: Final = "named here"


def refused(refusal: Refusal) -> str:
    """Why and what to do; what a problem document holds under `missing` stands at the end, by ids, codes and days."""
    named = ", ".join(
        " ".join((str(one.ref), *([one.detail] if one.detail else []))) for one in refusal.missing if one.ref
    )
    words = f"{refusal.title} {refusal.advice.replace(UNDER_MISSING, HERE)}"
    return f"{words} ({named})" if named else words


def wrong_keys(authority: WrongKeys) -> str:
    """What whoever named the keys is told."""
    return f"the key of {authority} in STAGEPOST_KEYS_DIR is not the one its store was made with: put that one back"


class InOneLine(TyperGroup):
    """The whole command line. Exit code 2 for what cannot be read; without any command, its help."""

    def main(self, *args: Any, **given: Any) -> Any:
        try:
            code = super().main(*args, **{**given, "standalone_mode": False})
        except typer.Abort:
            sys.exit(1)
        except UNREADABLE as error:
            typer.echo(_said(error), err=True)
            sys.exit(2)
        except WrongKeys as authority:
            typer.echo(f"stagepost: {wrong_keys(authority)}", err=True)
            sys.exit(2)
        sys.exit(code if isinstance(code, int) else 0)


def _said(error: Any) -> str:
    words: str = error.format_message()
    if HELP in words:
        return words
    cause = error.__cause__
    if isinstance(cause, ValidationError):
        words = words.replace(error.message, in_words(cause.errors(include_input=False)[0], ours=True))
    return f"stagepost: {' '.join(words.split())}"
