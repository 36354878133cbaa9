"""`stagepost export`: one case in one file that anybody can check offline."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from case_api.cli.lookers import LookerOption, looker, note
from case_api.cli.present import present
from case_api.cli.seals import EXIT_ALTERED, EXIT_UNAVAILABLE, keeping
from case_api.cli.settings import EXIT_UNSAFE, settings_or_exit
from case_api.domain.catalogue import CATALOGUE
from case_api.seals.exporting import NoSuchCase, export
from case_api.seals.keeper import Broken
from case_api.seals.verifier import written
from case_api.settings import Settings
from case_api.store.journal import FrameError, StoreUnavailable

EXIT_NO_CASE = 4


def export_case(
    case: Annotated[UUID, typer.Argument(help="The id of the case.")],
    *,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to; standard output without it.")] = None,
    people: Annotated[bool, typer.Option(help="Show also names and contacts of carers.")] = False,
    mask: Annotated[
        list[str] | None,
        typer.Option(help="A type of fact to mask; may be repeated. Without a version, every version."),
    ] = None,
    who: LookerOption = None,
) -> None:
    """Write a case with its proofs, a checkpoint and its history in words; `stagepost verify FILE` checks it.

    Who looked is written down first; where it cannot be, nothing is put out.

    Exit codes: 1 the log was altered, 2 unsafe settings, a type that there is not, or no place to write, 3 the store
    cannot be reached, 4 no such case.
    """
    settings = settings_or_exit(serves=False)
    _know(mask or [])
    try:
        _put(asyncio.run(_exported(settings, case, looker(who), people=people, masked=mask or [])), output)
    except NoSuchCase:
        _end("there is no such case", EXIT_NO_CASE)
    except (Broken, FrameError):
        _end("the log was altered: `stagepost verify --log` names the place", EXIT_ALTERED)
    except StoreUnavailable:
        _end("the store cannot be reached", EXIT_UNAVAILABLE)
    except FileExistsError:
        _end("the file is there already; nothing is written over it", EXIT_UNSAFE)
    except OSError:
        _end("the file cannot be written", EXIT_UNSAFE)


async def _exported(settings: Settings, case_id: UUID, who: str, *, people: bool, masked: list[str]) -> bytes:
    for name in settings.authorities:
        async with keeping(settings, name) as keeper:
            if await keeper.journal.head(case_id):
                content = written(await export(keeper, case_id, people=people, masked=masked))
                await note(keeper.journal, "export", who, [case_id], await present(keeper.journal))
                return content
    raise NoSuchCase


def _know(masked: list[str]) -> None:
    """A type that there is not would mask nothing, and nobody would notice."""
    for number, wanted in enumerate(masked, 1):
        name, dot, version = wanted.partition(".v")
        event = CATALOGUE.get(name)
        if event is None or (dot and version not in map(str, range(1, event.schema_version + 1))):
            _end(f"--mask, number {number}: there is no such type of fact; docs/events.md lists them", EXIT_UNSAFE)


def _put(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(content)
        return
    with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _end(why: str, code: int) -> None:
    typer.echo(f"stagepost: {why}", err=True)
    raise typer.Exit(code) from None
