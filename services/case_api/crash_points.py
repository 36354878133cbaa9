"""Places at which a process can be made to die, so that tests see what is left (docs/durability.md).

`STAGEPOST_CRASH_AT` names one, in test mode only: settings refuse it in any other, and nothing else arms a point.
"""

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

POINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "keys-made": "data keys are committed; the facts that need them are not (D10)",
        "batch-ready": "a batch of commands is sealed, and nothing of it was sent",
        "in-transaction": "SQLite: everything of a batch is written, and not committed",
        "committed": "a batch is committed, and nobody was answered",
        "refusing": "a command is refused, and the attempt is not stored (D20)",
        "refused": "the attempt is stored, and nobody was answered",
        "boards-turning": "rows and position of the boards are written, and not committed",
        "boards-turned": "they are committed",
        "clearing": "replies that were kept for their time are about to be deleted (D13)",
    }
)
CODE: Final = 70
"""With which a process dies there."""

_armed: str | None = None


def arm(point: str) -> None:
    """From now on the process dies when it comes to *point*. Raises ValueError if there is none of this name."""
    global _armed  # noqa: PLW0603 - the one thing that a process is told about its own end
    if point not in POINTS:
        raise ValueError("there is no such crash point")
    _armed = point


def passing(point: str) -> None:
    """Go on; or, where the point is armed, end at once as a killed process does."""
    if point == _armed:
        os._exit(CODE)
