"""How a board is declared: a row type, a key, what it reads of a case, and one function from that to rows (ADR 7)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from operator import attrgetter, itemgetter
from types import NoneType
from typing import Any, Final, Generic, Literal, TypeVar, get_args, get_type_hints
from uuid import UUID

from msgspec import Struct
from msgspec.structs import astuple

from case_api.domain.case import EVOLVE, Case
from case_api.domain.facts.told import NOBODY_TOLD, Told
from case_api.domain.policy import Policy
from case_api.domain.questions.begun import TOLD, pattern, slices_in
from case_api.domain.questions.watches import Cause, Question

Kind = Literal["uuid", "text", "integer", "date", "instant", "bytes"]

KINDS: dict[type, Kind] = {
    UUID: "uuid",
    str: "text",
    int: "integer",
    date: "date",
    datetime: "instant",
    bytes: "bytes",
}


class Row(Struct, frozen=True, gc=False):
    """A row of a board. It holds ids, codes and dates only (D10)."""

    case_id: UUID


R = TypeVar("R", bound=Row)
Values = list[tuple[object, ...]]
"""Rows as plain values, in the order of a board's columns."""


class FoldedCase(Struct, frozen=True, gc=False):
    """All that a row may be made from."""

    case: Case
    told: Told
    policy: Policy
    hashed: Callable[[str], bytes]
    """The keyed hash under which a word is searched for (D9)."""
    answers: dict[Question, list[Cause]] = {}

    def answer(self, question: Question) -> list[Cause]:
        """What stands out in the case by this question, which is asked once for all boards that read what it reads."""
        if question not in self.answers:
            self.answers[question] = [*question(self.case, self.told, self.policy)]
        return self.answers[question]


Make = Callable[[FoldedCase], Values]
"""From a case to its rows in one board."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column, as its row type declares it."""

    name: str
    kind: Kind
    optional: bool


SLICES: Final = tuple(EVOLVE)
"""What a case consists of, in the order of its fields."""
EVERY_SLICE: Final = frozenset({*SLICES, TOLD})


@dataclass(frozen=True)
class Board(Generic[R]):
    """A table over many cases. Its rows never depend on today: what does is compared when it is read.

    They are made of the slices that it is *of*, and of nothing else: the others are empty in what it is given, so
    that a fact of another slice can leave the rows as they are.
    """

    name: str
    row: type[R]
    key: tuple[str, ...]
    rows: Callable[[FoldedCase], Iterable[R]]
    of: tuple[str, ...]
    rests_on: tuple[str, ...]
    """Where none of these slices has begun, there are no rows."""
    indexes: tuple[tuple[str, ...], ...] = ()

    @property
    def table(self) -> str:
        return f"board_{self.name}"

    @property
    def columns(self) -> tuple[Column, ...]:
        return _columns(self.row)

    def values(self, folded: FoldedCase) -> Values:
        """The case's rows as plain values, each key once."""
        make = self.maker(slices_in(pattern(folded.case, folded.told)))
        return make(folded) if make else []

    def maker(self, begun: frozenset[str]) -> Make | None:
        """What makes the rows of a case in which nothing but these slices has begun; None where there are none."""
        if begun.isdisjoint(self.rests_on):
            return None
        return self._made if begun.issubset(self.of) else self._made_of_part

    def _made(self, folded: FoldedCase) -> Values:
        rows = [*self.rows(folded)]
        if len(rows) > 1:
            rows = [*{self._told_apart(row): row for row in rows}.values()]
        return [astuple(row) for row in rows]

    def _made_of_part(self, folded: FoldedCase) -> Values:
        return self._made(self._part(folded))

    @cached_property
    def _told_apart(self) -> Callable[[R], object]:
        """From a row to what tells it from others of its case."""
        return attrgetter(*(name for name in self.key if name != "case_id"))

    @cached_property
    def _part(self) -> Callable[[FoldedCase], FoldedCase]:
        return _part(self.of)


def _part(of: tuple[str, ...]) -> Callable[[FoldedCase], FoldedCase]:
    """From a folded case to one of these slices alone: all others are empty. Raises ValueError for a name of none."""
    names = {"id", *(SLICES[SLICES.index(name)] for name in of if name != TOLD)}
    fields, before, nothing, has_told = Case.__struct_fields__, astuple(Case(UUID(int=0))), NOBODY_TOLD, TOLD in of
    read = itemgetter(*(at if name in names else at + len(fields) for at, name in enumerate(fields)))

    def part(folded: FoldedCase) -> FoldedCase:
        case = Case(*read((*astuple(folded.case), *before)))
        told = folded.told if has_told else nothing
        return FoldedCase(case, told, folded.policy, folded.hashed, folded.answers)

    return part


@cache
def _columns(row: type[Row]) -> tuple[Column, ...]:
    """Kept, since to resolve type hints takes longer than to fold a short case."""
    hints = get_type_hints(row)
    return tuple(_column(name, hints[name]) for name in row.__struct_fields__)


def _column(name: str, hint: Any) -> Column:
    kinds = [kind for kind in get_args(hint) or (hint,) if kind is not NoneType]
    return Column(name, KINDS[kinds[0]], optional=NoneType in get_args(hint))
