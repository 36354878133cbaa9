"""What a question rests on: where nothing of it has happened in a case, there is nothing to ask."""

from collections.abc import Callable
from itertools import compress
from operator import attrgetter, is_not
from typing import Final
from uuid import UUID

from msgspec.structs import astuple

from case_api.domain.case import EVOLVE, Case
from case_api.domain.facts.told import NOBODY_TOLD, Told

TOLD: Final = "told"
"""What stands beside a case is meant by this name."""
_BEFORE: Final = Case(UUID(int=0))
_EMPTY: Final = (*astuple(_BEFORE), NOBODY_TOLD)
_NAMES: Final = (*Case.__struct_fields__, TOLD)
_SLICES: Final = frozenset({*EVOLVE, TOLD})

Pattern = tuple[bool, ...]
"""Of each field of a case, and of what stands beside it, whether anything is there. Many cases are alike in that."""


def begun(*slices: str) -> Callable[[Case, Told], bool]:
    """Whether anything at all is in one of these slices. Raises AttributeError for a name of none.

    What is empty in a case is the very same in every case.
    """
    reads, has_told = [(attrgetter(name), getattr(_BEFORE, name)) for name in slices if name != TOLD], TOLD in slices

    def has_begun(case: Case, told: Told) -> bool:
        for read, nothing in reads:
            if read(case) is not nothing:
                return True
        return has_told and told is not NOBODY_TOLD

    return has_begun


def pattern(case: Case, told: Told) -> Pattern:
    """Where there is anything at all, in one look."""
    return tuple(map(is_not, (*astuple(case), told), _EMPTY))


def slices_in(found: Pattern) -> frozenset[str]:
    """The names of the slices in which there is anything."""
    return _SLICES.intersection(compress(_NAMES, found))
