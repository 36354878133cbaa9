"""What time it is in the story. Leases, signatures and tokens use real time instead (D16)."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class ClockRunsForward(Exception):
    """Someone tried to set the clock back."""


class Clock(Protocol):
    """Tells the time by which retries fall due; always in UTC."""

    def now(self) -> datetime: ...

    def set(self, to: datetime) -> None:
        """Move to *to*. Raises ClockRunsForward when that lies in the past."""
        ...


class RunningClock:
    """Set once to where a story begins, then on, never back; it runs on between. Until then it shows real time."""

    def __init__(self, starts_at: datetime | None = None) -> None:
        self._ahead = starts_at - real_now() if starts_at else timedelta()
        self._is_set = starts_at is not None

    def now(self) -> datetime:
        return real_now() + self._ahead

    def set(self, to: datetime) -> None:
        if self._is_set and to < self.now():
            raise ClockRunsForward
        self._ahead, self._is_set = to - real_now(), True


def real_now() -> datetime:
    """The machine's time in UTC: for leases and signatures, which measure processes, not the story."""
    return datetime.now(UTC)
