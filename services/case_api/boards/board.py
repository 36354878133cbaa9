"""How a board is declared: a row type, a key, and one function from a folded case to its rows (ADR 0007)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from types import NoneType
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar, get_args, get_type_hints
from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.facts.told import Told
from case_api.domain.policy import Policy

Kind = Literal["uuid", "text", "integer", "date", "instant", "bytes"]

KINDS: dict[type, Kind] = {
    UUID: "uuid",
    str: "text",
    int: "integer",
    date: "date",
    datetime: "instant",
    bytes: "bytes",
}


class Row(Protocol):
    """A row of a board: a dataclass whose first field is the case. It holds ids, codes and dates only (D10)."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def case_id(self) -> UUID: ...


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class FoldedCase:
    """All that a row may be made from."""

    case: Case
    told: Told
    policy: Policy
    hashed: Callable[[str], bytes]
    """The keyed hash under which a word is searched for (D9)."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column, as its row type declares it."""

    name: str
    kind: Kind
    optional: bool


@dataclass(frozen=True, slots=True)
class Board(Generic[R]):
    """A table over many cases. Its rows never depend on today: what does is compared when it is read."""

    name: str
    row: type[R]
    key: tuple[str, ...]
    rows: Callable[[FoldedCase], Iterable[R]]
    indexes: tuple[tuple[str, ...], ...] = ()

    @property
    def table(self) -> str:
        return f"board_{self.name}"

    @property
    def columns(self) -> tuple[Column, ...]:
        return _columns(self.row)

    def values(self, folded: FoldedCase) -> list[tuple[object, ...]]:
        """The case's rows as plain values, each key once."""
        names = [column.name for column in self.columns]
        found = {tuple(getattr(row, name) for name in self.key): row for row in self.rows(folded)}
        return [tuple(getattr(row, name) for name in names) for row in found.values()]


@cache
def _columns(row: type[Row]) -> tuple[Column, ...]:
    """Kept, since to resolve type hints takes longer than to fold a short case."""
    hints = get_type_hints(row)
    return tuple(_column(field.name, hints[field.name]) for field in fields(row))


def _column(name: str, hint: Any) -> Column:
    kinds = [kind for kind in get_args(hint) or (hint,) if kind is not NoneType]
    return Column(name, KINDS[kinds[0]], optional=NoneType in get_args(hint))
