"""What a journal asks of a database beside its log: plain reads and small durable writes.

Statements are written once, with `?` for each parameter; ids travel in the form that the database keeps.
"""

from collections.abc import Collection, Sequence
from typing import Any, Literal, Protocol, TypeVar
from uuid import UUID

T = TypeVar("T")
Row = tuple[Any, ...]
Kind = Literal["integer", "bytes"]
Step = tuple[str, Sequence[Sequence[object]]]
"""A statement and the rows of parameters to run it with."""


class Database(Protocol):
    """One database of an authority. Every method raises StoreUnavailable when it cannot be reached."""

    position: str
    """The column of the log that holds a fact's position."""

    def id_in(self, value: UUID) -> object:
        """An id as this database stores it."""

    def asked(self, ids: Sequence[UUID], after: Sequence[int]) -> tuple[str, Sequence[object]]:
        """A table `asked` of `id` and `after` to read from, and its parameters: one wording however many there are."""

    def adding(self, table: str, kinds: Sequence[Kind], rows: Sequence[Sequence[Any]]) -> Step:
        """The step that adds many rows, one at least, to a table whose columns are of these kinds."""

    async def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Read on a connection of its own, never waiting for the writer."""

    async def write(self, *steps: Step) -> None:
        """Run all steps in one durable transaction."""

    async def erase(self, table: str, *steps: Step) -> None:
        """The same, and leave nothing of what was overwritten in the file of *table*, nor in its write-ahead log.

        PostgreSQL keeps parts of that log for as long as it is set up to (docs/keeping.md).
        """

    async def prune(self, table: str, *steps: Step) -> None:
        """The same for a table that only grows else: its triggers stand aside for this transaction alone."""

    async def clear(self, tables: Sequence[str], *steps: Step) -> None:
        """The same for tables that are too large to be written anew: on PostgreSQL the place of a row is free again."""


def id_out(value: UUID | str) -> UUID:
    """An id as the program knows it."""
    return value if isinstance(value, UUID) else UUID(value)


def rounded_up(values: Collection[T]) -> list[T]:
    """The values, the last one repeated up to a power of two, so that there are few statements to prepare."""
    missing = (1 << (len(values) - 1).bit_length()) - len(values) if values else 0
    return [*values, *list(values)[-1:] * missing]
