"""Which rows of a board are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows of a board: conditions with one `?` each, and their values. Column names are ours alone."""

    where: tuple[tuple[str, object], ...] = ()

    def upto(self, **days: object) -> "Selection":
        """Of these, the rows whose columns do not lie beyond the values that are given."""
        return self._and("<=?", days)

    def beyond(self, **days: object) -> "Selection":
        """Of these, the rows whose columns lie beyond the values."""
        return self._and(">?", days)

    def having(self, **values: object) -> "Selection":
        """Of these, the rows that have the values; None asks for nothing."""
        return self._and("=?", values)

    def other(self, **values: object) -> "Selection":
        """Of these, the rows that have other values."""
        return self._and("<>?", values)

    def _and(self, test: str, values: Mapping[str, object]) -> "Selection":
        more = tuple((f"{name}{test}", value) for name, value in values.items() if value is not None)
        return Selection((*self.where, *more))


EVERYTHING: Final = Selection()
