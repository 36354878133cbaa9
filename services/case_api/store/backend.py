"""What a journal stands on: one authority's databases, and the writer's line to its log."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from case_api.store.application import LogApplication
from case_api.store.database import Database
from case_api.store.entry import Line


@dataclass(frozen=True, slots=True)
class Backend:
    """Opened for one authority, on SQLite or on PostgreSQL."""

    log: Database
    keys: Database
    access: Database
    line: Line
    application: LogApplication
    close: Callable[[], Awaitable[None]]
