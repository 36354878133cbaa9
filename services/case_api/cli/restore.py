"""`stagepost restore`: puts a backup back where nothing is, proves it, and forgets what was forgotten since."""

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from uuid import UUID

import psycopg
import typer

from case_api.backup.manifest import NoBackup, OtherKeys
from case_api.backup.restoring import NotEmpty, Restored, Source, brought_to_life, examined, put_back, require_empty
from case_api.cli.offices import opened_offices
from case_api.cli.progress import Progress
from case_api.cli.seals import EXIT_ALTERED, EXIT_UNAVAILABLE, kept_checkpoints, said_of
from case_api.cli.settings import settings_or_exit
from case_api.cli.stores import store_and_seals
from case_api.seals.notes import Signer
from case_api.seals.scrub import Shorter
from case_api.seals.verifier import Altered
from case_api.settings import Settings
from case_api.store.archive import StoreSettings
from case_api.store.copies import KEYS_PART, LOG_PART, Part
from case_api.store.journal import StoreUnavailable
from case_api.store.keys import Keyring
from case_api.store.tombstones import TombstonesUnreadable, parsed

EXIT_UNREADABLE = 2
EXIT_NOT_EMPTY = 4
EXIT_OLDER = 5
EXIT_OTHER_KEYS = 6
OTHER_KEYS = "these are not the keys of this backup: name with STAGEPOST_KEYS_DIR those it was made with"


@dataclass(frozen=True, slots=True)
class Given:
    """What the command was given."""

    source: Path
    keys: Path
    tombstones: Sequence[Path]
    checkpoints: Sequence[str]
    verified: bool


def restore(
    source: Annotated[Path, typer.Argument(help="What `stagepost backup` wrote.")],
    *,
    keys: Annotated[Path | None, typer.Option(help="The folder of the keys, where it is not below SOURCE.")] = None,
    tombstones: Annotated[
        list[Path] | None, typer.Option(help="A folder that `stagepost tombstones` wrote; may be repeated.")
    ] = None,
    verify: Annotated[bool, typer.Option(help="Look through the whole log, and hold it to every checkpoint.")] = True,
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint that was kept elsewhere, as a witness does; repeatable.")
    ] = None,
) -> None:
    """Put a backup back where nothing is: in an empty STAGEPOST_VAR, or a database without these authorities.

    What was erased since is forgotten again, by the list of destroyed keys that is in STAGEPOST_TOMBSTONES_DIR (below
    STAGEPOST_VAR without it), in the backup, and in each folder given. The log is proved, the boards are made anew.

    Exit codes: 0 done; 1 altered, and one line says what; 2 unsafe settings, a key that is missing, or no whole backup;
    3 the store cannot be reached; 4 something stands there already; 5 all is whole, but older than a checkpoint that
    was kept elsewhere; 6 the keys at hand are not those of this backup, so that nothing can be said of it.
    """
    settings = settings_or_exit(serves=False)
    try:
        notes = kept_checkpoints(checkpoint or ())
        given = Given(source / "log", keys or source / "keys", tombstones or (), notes, verify)
        asyncio.run(_restore(settings, given))
    except Shorter as shorter:
        _end(f"restored, but older than what was signed: {shorter}", EXIT_OLDER)
    except OtherKeys:
        _end(OTHER_KEYS, EXIT_OTHER_KEYS)
    except Altered as altered:
        _end(f"ALTERED: {altered}", EXIT_ALTERED)
    except (NoBackup, TombstonesUnreadable) as unreadable:
        _end(str(unreadable), EXIT_UNREADABLE)
    except NotEmpty as stands:
        _end(f"a store of {stands} is there already: nothing was changed", EXIT_NOT_EMPTY)
    except (StoreUnavailable, psycopg.Error, sqlite3.Error):
        _end("the store cannot be reached; empty the place before you try again", EXIT_UNAVAILABLE)
    except OSError:
        _end("a file of the backup, a list or a checkpoint cannot be opened", EXIT_UNREADABLE)


async def _restore(settings: Settings, given: Given) -> None:
    """Everything is looked at before anything is changed."""
    store, seals = store_and_seals(settings, made=False)
    sources = []
    for name in settings.authorities:
        Progress(name).say("looking through the backup")
        folders: dict[Part, Path] = {LOG_PART: given.source / name, KEYS_PART: given.keys / name}
        sources.append(
            examined(folders, Signer(name, *seals[name]), Keyring(name, store.authorities[name]), store.kind)
        )
        require_empty(store, name)
    lists = {one.authority: _listed(store, one, given.tombstones) for one in sources}
    for source in sources:
        store.tombstones_of(source.authority).merge(lists[source.authority])
    await _laid_out(settings, store)
    for source in sources:
        put_back(store, source)
    async with opened_offices(settings, store) as offices:
        for source in sources:
            name, progress = source.authority, Progress(source.authority)
            progress.say("proving and making anew")
            mine = [note for note in given.checkpoints if note.startswith(f"stagepost/{name}\n")]
            office = await offices.of(name)
            done = await brought_to_life(office, source, mine, verified=given.verified)
            progress.done()
            _say(done, name)


def _listed(store: StoreSettings, source: Source, folders: Sequence[Path]) -> dict[UUID, str]:
    """Every key that was ever destroyed, as far as anybody knows."""
    name = f"{source.authority}.tombstones"
    found = {**store.tombstones_of(source.authority).read(), **source.tombstones}
    for folder in folders:
        found |= parsed((folder / name).read_text("utf-8"), source.authority)
    return found


async def _laid_out(settings: Settings, store: StoreSettings) -> None:
    """On PostgreSQL tables must be there to be filled; not a row of them may be."""
    if store.kind == "postgres":
        with TemporaryDirectory() as nothing:
            async with opened_offices(settings, replace(store, tombstones=Path(nothing))) as offices:
                for name in settings.authorities:
                    await offices.of(name)


def _say(done: Restored, name: str) -> None:
    if done.whole is None:
        held = f"{done.facts} facts, NOT PROVED"
    else:
        held = f"{said_of(done.whole)}, held to {done.checkpoints} checkpoints"
    typer.echo(f"{name}: {held}; {done.destroyed} keys are destroyed; {done.cases} cases on the boards")


def _end(why: str, code: int) -> None:
    typer.echo(f"stagepost: {why}", err=True)
    raise typer.Exit(code) from None
