"""What was captured, newest first, and never more than fits."""

from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

MOST = 500


@dataclass(frozen=True, slots=True)
class Captured:
    """One message as it arrived."""

    kind: Literal["mail", "webhook"]
    at: datetime
    to: str
    message_id: str
    subject: str
    body: str
    language: str | None = None
    possible_duplicate: bool = False
    verified: bool | None = None
    """Whether a webhook's signature was right; None for mail."""


class Box:
    """Holds the newest messages in memory."""

    def __init__(self, most: int = MOST) -> None:
        self._held: deque[Captured] = deque(maxlen=most)

    def put(self, message: Captured) -> None:
        self._held.appendleft(message)

    def newest_first(self) -> list[Captured]:
        return list(self._held)

    def as_json(self) -> list[dict[str, object]]:
        """The messages as plain values; absent rather than null."""
        rows = (asdict(each) | {"at": each.at.isoformat()} for each in self._held)
        return [{name: value for name, value in row.items() if value is not None} for row in rows]
