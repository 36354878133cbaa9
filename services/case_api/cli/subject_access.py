"""`stagepost subject-access`: everything that a case holds about one person, with others blackened."""

import asyncio
import os
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from case_api.cli.lookers import LookerOption, looker, note
from case_api.cli.offices import serving_offices
from case_api.cli.seals import EXIT_ALTERED, EXIT_UNAVAILABLE
from case_api.cli.settings import settings_or_exit
from case_api.order import TooBusy, TwinInFlight
from case_api.seals.keeper import Broken
from case_api.settings import Settings
from case_api.store.journal import CommitUnknown, FrameError, StoreUnavailable
from case_api.subject_access.answering import Files, NoSuchPerson, access_of, present
from case_api.subject_access.decisions import Unfit, parsed

EXIT_NO_PLACE = 2
EXIT_NO_PERSON = 4
EXIT_UNDECIDED = 5
RELEASED = "released"


def subject_access(
    case: Annotated[UUID, typer.Argument(help="The id of the case.")],
    *,
    person: Annotated[UUID, typer.Option("--for", help="The learner or carer whose access it is, by person id.")],
    out: Annotated[Path, typer.Option("--out", help="A folder to write to; it is made, and must be empty.")],
    decisions: Annotated[
        Path | None, typer.Option("--decisions", help="The list, with every decision filled in.")
    ] = None,
    who: LookerOption = None,
) -> None:
    """Write what is held about a learner or a carer: in words, as JSON, and with proofs that `stagepost verify` checks.

    The first run lists in OUT/decisions.json whatever a person must decide on: free words, other people's data, what is
    kept from them. Until then all of that is blackened. Fill in who decides and, for each item, "keep" or "release",
    and run again with --decisions and another OUT: what may be handed over is in OUT/released. Who looked, and who
    decided, is recorded first. Child-protection matters are never part of it. The list shows what must not be handed
    over: destroy it.

    Exit codes: 0 written; 1 the log was altered; 2 unsafe settings, or a file or folder that cannot be used; 3 the
    store cannot be reached; 4 no such case, or nobody of this id in it; 5 the decisions do not fit.
    """
    settings = settings_or_exit(serves=False)
    try:
        content = decisions.read_bytes() if decisions else None
        _make(out)
        _put(out, asyncio.run(_answered(settings, case, person, content, looker(who))), listed=content is None)
    except NoSuchPerson:
        _end("there is no such case, or nobody of this id in it", EXIT_NO_PERSON)
    except Unfit as unfit:
        _end(f"the decisions do not fit: {unfit}", EXIT_UNDECIDED)
    except (Broken, FrameError):
        _end("the log was altered: `stagepost verify --log` names the place", EXIT_ALTERED)
    except (StoreUnavailable, CommitUnknown, TooBusy, TwinInFlight):
        _end("the store cannot be reached; nothing was written", EXIT_UNAVAILABLE)
    except OSError:
        _end("a file or folder cannot be read or written, or the folder is not empty", EXIT_NO_PLACE)


async def _answered(settings: Settings, case: UUID, person: UUID, content: bytes | None, who: str) -> Files:
    decided = parsed(content) if content is not None else None
    async with serving_offices(settings) as (offices, _):
        for name in settings.authorities:
            office = await offices.of(name)
            if not await office.journal.head(case):
                continue
            access = await access_of(office, case, person, decided)
            files = await access.files(decided, await present(office, offices.clock.now()))
            await note(office.journal, "subject-access", who, [case], offices.clock.now())
            if decided and content is not None:
                await access.note(decided, content, files)
            return files
    raise NoSuchPerson


def _make(out: Path) -> None:
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise OSError


def _put(out: Path, files: Files, *, listed: bool) -> None:
    released = out / RELEASED
    released.mkdir(mode=0o700)
    _write(released / "record.txt", files.words)
    _write(released / "record.json", files.record)
    _write(released / "proofs.json", files.proofs)
    if listed:
        _write(out / "decisions.json", files.listing)
        typer.echo(
            f"{len(files.items)} items wait for a decision in {out / 'decisions.json'}; until then they are kept"
        )
    else:
        typer.echo(f"what may be handed over is in {released}")


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _end(why: str, code: int) -> None:
    typer.echo(f"stagepost: {why}", err=True)
    raise typer.Exit(code) from None
