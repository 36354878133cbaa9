"""What a journal stands on: one authority's databases, and the writer's line to its log."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from case_api.store.application import LogApplication
from case_api.store.bell import Bell
from case_api.store.database import Database
from case_api.store.duty import Duty
from case_api.store.entry import Line
from case_api.store.mapper import FrameMapper


@dataclass(frozen=True, slots=True)
class Backend:
    """Opened for one authority, on SQLite or on PostgreSQL."""

    mapper: FrameMapper
    log: Database
    keys: Database
    access: Database
    line: Line
    application: LogApplication
    bell: Bell
    duty: Duty
    close: Callable[[], Awaitable[None]]
