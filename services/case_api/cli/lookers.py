"""Who looks by a command: written down before anything of it is put out, as for a reader at the door (ADR 29)."""

import getpass
import os
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID, uuid4

import typer

from case_api.access.rules import VERSION
from case_api.cli.settings import EXIT_UNSAFE
from case_api.store.access import Access, Shown
from case_api.store.journal import Journal

ROLE: Final = "operator"
NAME: Final = re.compile(r"[\x21-\x7e]{1,200}")
"""What a token could name somebody."""
LookerOption = Annotated[
    str | None, typer.Option("--as", help="Who looks, as tokens name them; without it the account of this machine.")
]


def looker(given: str | None) -> str:
    """Who looks; an account of the machine is told from whom a token names. Ends the command for what is no name."""
    name = given if given is not None else f"os:{_account()}"
    if not NAME.fullmatch(name):
        typer.echo("stagepost: --as: a name as tokens bear it has 1 to 200 visible signs of ASCII", err=True)
        raise typer.Exit(EXIT_UNSAFE)
    return name


async def note(
    journal: Journal, command: str, who: str, about: Iterable[UUID], at: datetime, *, sealed: bool = False
) -> None:
    """Write that somebody is shown something of these cases, or matters; one row where it is of none.

    Raises StoreUnavailable: then nothing may be shown.
    """
    look = Access(
        at=at,
        request_id=uuid4(),
        subject=who,
        organisation=journal.authority,
        client=f"stagepost {command}",
        role=ROLE,
        roles=(ROLE,),
        behalf="",
        purpose=command,
        operation=f"stagepost {command}",
        seen=command,
        case_id=None,
        decision="released",
        rule_ids=(),
        policy=VERSION,
        restricted=sealed,
    )
    await journal.accesses.add(Shown(look, tuple(about)))


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run under a number that has no name
        return str(os.getuid())
