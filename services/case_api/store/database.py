"""What a journal asks of a database beside its log: plain reads and small durable writes.

Statements are written once, with `?` for each parameter; ids travel in the form that the database keeps.
"""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

Row = tuple[Any, ...]
Step = tuple[str, Sequence[Sequence[object]]]
"""A statement and the rows of parameters to run it with."""


class Database(Protocol):
    """One database of an authority. Every method raises StoreUnavailable when it cannot be reached."""

    position: str
    """The column of the log that holds a fact's position."""

    def id_in(self, value: UUID) -> object:
        """An id as this database stores it."""

    async def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Read on a connection of its own, never waiting for the writer."""

    async def write(self, *steps: Step) -> None:
        """Run all steps in one durable transaction."""

    async def erase(self, table: str, *steps: Step) -> None:
        """The same, and leave nothing of what was overwritten in the file of *table*."""


def id_out(value: UUID | str) -> UUID:
    """An id as the program knows it."""
    return value if isinstance(value, UUID) else UUID(value)
