"""What time it is for a command: never before the newest fact of the log, whatever this machine's clock shows.

A demo's clock runs apart from the machine's, and two machines' clocks differ: what a command records comes after what
is on record, as it does for the service.
"""

from contextlib import suppress
from datetime import UTC, datetime

from case_api.clock import SystemClock
from case_api.store.frame import FrameError, take_apart
from case_api.store.journal import Journal


async def newest_of(journal: Journal) -> datetime:
    """When the newest fact was recorded, by its header; long ago in an empty log, or where it cannot be read."""
    last = await journal.evidence.since(await journal.last_position() - 1, 1)
    with suppress(FrameError):
        return max((take_apart(one.state).header.recorded_at for one in last), default=LONG_AGO)
    return LONG_AGO


async def present(journal: Journal) -> datetime:
    """Now, for a command that has no office. Raises StoreUnavailable."""
    return max(SystemClock().now(), await newest_of(journal))


LONG_AGO = datetime.min.replace(tzinfo=UTC)
