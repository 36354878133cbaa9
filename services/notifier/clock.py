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
    """Real time plus what `PUT /clock` has added; it runs on after being set."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return real_now() + self._ahead

    def set(self, to: datetime) -> None:
        if to < self.now():
            raise ClockRunsForward
        self._ahead = to - real_now()


def real_now() -> datetime:
    """The machine's time in UTC: for leases and signatures, which measure processes, not the story."""
    return datetime.now(UTC)
