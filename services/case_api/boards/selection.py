"""Which rows of a board are asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LIVE: Final = "edition=(SELECT edition FROM board_editions WHERE live=1)"
"""The edition that readers see."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows of a board: conditions, and the values in the place of each `?`. Column names are ours alone."""

    where: tuple[tuple[str, tuple[object, ...]], ...] = ()

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

    def and_where(self, condition: str, *values: object) -> "Selection":
        """Of these, the rows for which a condition on their columns holds."""
        return Selection((*self.where, (condition, values)))

    def _and(self, test: str, values: Mapping[str, object]) -> "Selection":
        more = tuple((f"{name}{test}", (value,)) for name, value in values.items() if value is not None)
        return Selection((*self.where, *more))


EVERYTHING: Final = Selection()
