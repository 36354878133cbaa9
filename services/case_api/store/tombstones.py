"""The list of keys that were destroyed, apart from every database, so that it outlives their backups (T9, T17).

A line is an id and when its key was destroyed. Lines are only ever added, and flushed before a key is destroyed: what
is on the list and yet alive in a key store that was put back is destroyed again when that store is opened.
"""

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

HEADING: Final = "stagepost tombstones"


class TombstonesUnreadable(Exception):
    """A list of destroyed keys is not one, or is another authority's: nothing may be opened without it."""


class Tombstones:
    """The list of one authority, in a file that is made with its first line."""

    def __init__(self, folder: Path, authority: str) -> None:
        self.path = folder / f"{authority}.tombstones"
        self._authority = authority

    def read(self) -> dict[UUID, str]:
        """When each key was destroyed. Raises TombstonesUnreadable."""
        return parsed(self.path.read_text("utf-8"), self._authority) if self.path.exists() else {}

    def add(self, key_ids: Iterable[UUID]) -> None:
        """Add those that are not on the list yet, and return when they are on the disk."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.merge(dict.fromkeys(key_ids, now))

    def merge(self, others: Mapping[UUID, str]) -> None:
        """Take over what another list has and this one has not."""
        known = self.read()
        fresh = {key_id: at for key_id, at in others.items() if key_id not in known}
        if not fresh:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        heading = "" if known else f"{HEADING} {self._authority}\n"
        with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
            file.write((heading + lines(fresh)).encode())
            file.flush()
            os.fsync(file.fileno())
        _flush_folder(self.path.parent)


def written(tombstones: Mapping[UUID, str], authority: str) -> str:
    """A whole list, as it can be kept anywhere."""
    return f"{HEADING} {authority}\n{lines(tombstones)}"


def lines(tombstones: Mapping[UUID, str]) -> str:
    """One line for each key."""
    return "".join(f"{key_id} {at}\n" for key_id, at in tombstones.items())


def parsed(text: str, authority: str) -> dict[UUID, str]:
    """What a list says. Raises TombstonesUnreadable."""
    heading, *rest = text.splitlines() or [""]
    if heading != f"{HEADING} {authority}":
        raise TombstonesUnreadable(f"no list of destroyed keys of {authority}")
    try:
        return {UUID(key_id): at for key_id, at in (line.split(" ") for line in rest if line != heading)}
    except ValueError:
        raise TombstonesUnreadable(f"a line in the list of destroyed keys of {authority} cannot be read") from None


def _flush_folder(folder: Path) -> None:
    """So that a file that was just made is still in it after a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
