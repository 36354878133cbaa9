"""What a question rests on: where nothing of it has happened in a case, there is nothing to ask."""

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Final
from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.facts.told import Told

TOLD: Final = "told"
"""What stands beside a case is meant by this name."""
_BEFORE: Final = Case(UUID(int=0))
_NOBODY_TOLD: Final = Told()


@cache
def begun(*slices: str) -> Callable[[Case, Told], bool]:
    """Whether anything at all is in one of these slices. Raises AttributeError for a name of none."""
    names = [name for name in slices if name != TOLD]
    if not names:
        return lambda _, told: told != _NOBODY_TOLD
    read = attrgetter(*names)
    nothing = read(_BEFORE)
    if TOLD in slices:
        return lambda case, told: read(case) != nothing or told != _NOBODY_TOLD
    return lambda case, _: read(case) != nothing
