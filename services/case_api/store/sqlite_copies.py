"""An authority's SQLite files as they stand at one moment each, copied while others write, and put back."""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from case_api.store.copies import FACTS, KEYS_PART, LOG_PART, Copied, Part, Seen, flush

PAGES: Final = 4_000
"""Pages that are copied between two words of progress: about 16 MB."""
KEYS: Final = "keys.db"
LOG: Final = "log.db"
DISPOSABLE: Final = "views.db"
"""The boards, which are made anew from the log."""


def copy_out(folder: Path, targets: Mapping[Part, Path], seen: Seen) -> Iterator[tuple[Part, Copied]]:
    """Copy every file, in an order that leaves nothing out.

    The tree before the log that it must not be ahead of, the keys after the facts that are sealed under them.
    """
    for source in sorted(_files(folder), key=_order):
        part: Part = KEYS_PART if source.name == KEYS else LOG_PART
        _copy(source, targets[part] / source.name, seen)
        yield part, Copied(source.name)


def copy_in(folder: Path, sources: list[Path]) -> None:
    """Put files back into a folder that holds none."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for source in sources:
        target = folder / source.name
        shutil.copyfile(source, target)
        target.chmod(0o600)
        flush(target)
    flush(folder)


def is_empty(folder: Path) -> bool:
    """Whether nothing stands where files are to be put back."""
    return not folder.exists() or not any(folder.iterdir())


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*.db") if path.name != DISPOSABLE]


def _order(path: Path) -> tuple[int, str]:
    first = ("seals.db", LOG)
    return (first.index(path.name) if path.name in first else 3 if path.name == KEYS else 2, path.name)


def wrapped_key(folder: Path) -> tuple[UUID, bytes] | None:
    """A key of a copy as it is wrapped, and its id; None where none is left, or never was."""
    return next(_asked(folder / KEYS, "SELECT key_id, wrapped FROM data_keys WHERE wrapped IS NOT NULL LIMIT 1"), None)


def facts_in(folder: Path) -> int:
    """How many facts a copy of a log holds."""
    [(facts,)] = _asked(folder / LOG, f"SELECT count(*) FROM {FACTS}")  # noqa: S608 (a constant)
    return int(facts)


def _asked(copy: Path, sql: str) -> Iterator[Any]:
    """What a copy answers that nobody writes to; nothing is left beside it."""
    with closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as connection:
        for row in connection.execute(sql):
            yield tuple(UUID(one) if isinstance(one, str) else one for one in row)


def _copy(source: Path, target: Path, seen: Seen) -> None:
    """Held at one moment by a transaction that reads: whatever is written meanwhile, the copy never begins anew."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, isolation_level=None)) as held,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        held.execute("BEGIN")
        held.execute("SELECT count(*) FROM sqlite_master").fetchone()
        held.backup(copy, pages=PAGES, progress=lambda _, left, whole: seen(source.stem, whole - left, whole))
        copy.execute("PRAGMA journal_mode=DELETE")
    flush(target)
