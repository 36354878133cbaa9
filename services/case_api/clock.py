"""What time it is, passed in rather than looked up (D16)."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...


class SystemClock:
    """The machine's clock. Tokens are always judged by it, in every mode."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ClockMovesForward(ValueError):
    """Somebody asked the clock to go back."""


class MovableClock:
    """A clock for demo and test mode: set once to where a story begins, then on, never back; it runs on between.

    *starts_at* is that beginning where it is known from the start. Until it is set it shows the time of *source*.
    """

    def __init__(self, source: Clock | None = None, starts_at: datetime | None = None) -> None:
        self._source = source or SystemClock()
        self._ahead = starts_at.astimezone(UTC) - self._source.now() if starts_at else timedelta()
        self._is_set = starts_at is not None
        self._recorded = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        return self._source.now() + self._ahead

    def not_before(self, recorded: datetime) -> None:
        """Facts were recorded at *recorded*: from now on the clock shows that time or a later one."""
        self._recorded = max(self._recorded, recorded.astimezone(UTC))
        if self.now() < self._recorded:
            self._ahead, self._is_set = self._recorded - self._source.now(), True

    def move_to(self, instant: datetime) -> None:
        """Set the clock on to *instant*.

        Raises ClockMovesForward when it was set before and that has passed, or when facts are on record since.
        """
        ahead = instant.astimezone(UTC) - self._source.now()
        if (self._is_set and ahead < self._ahead) or instant < self._recorded:
            raise ClockMovesForward("the clock only moves forward")
        self._ahead, self._is_set = ahead, True
