"""Places at which the notifier can be made to die, so that tests see what is left (docs/durability.md).

`STAGEPOST_NOTIFIER_CRASH_AT` names one, in test mode only: settings refuse it in any other.
"""

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

POINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "page-read": "a page of the feed is read and addressed, and nothing of it is stored",
        "page-stored": "its messages and the new position are committed",
        "claimed": "messages are claimed, and no call has begun",
        "call-counted": "an attempt is counted, and the call is not made",
        "called": "the call is made, and its outcome is not stored",
        "settled": "the outcome is stored, and the case API does not know",
        "reported": "the case API has accepted the outcome, and that is not noted",
        "report-noted": "it is noted",
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
