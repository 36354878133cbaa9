"""Copies of an authority's databases: two parts, so that the keys can be kept for less long than the log (D10)."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Part = Literal["log", "keys"]
LOG_PART: Final = "log"
KEYS_PART: Final = "keys"

FACTS: Final = "stored_events"
"""The table with the facts."""

Seen = Callable[[str, int, int], None]
"""Told of what is being copied, and how much of how much of it has been."""


@dataclass(frozen=True, slots=True)
class Copied:
    """One file of a copy."""

    name: str
    columns: tuple[str, ...] = ()
    """Of a table that was copied as text; none of a database file."""
    facts: int = 0
    """How many facts of the log it holds, where that was counted on the way."""


def flush(path: Path) -> None:
    """Return when a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
