"""What a question rests on: where nothing of it has happened in a case, there is nothing to ask."""

from collections.abc import Callable
from operator import attrgetter
from typing import Final
from uuid import UUID

from case_api.domain.case import Case
from case_api.domain.facts.told import Told

TOLD: Final = "told"
"""What stands beside a case is meant by this name."""
_BEFORE: Final = Case(UUID(int=0))
_NOBODY_TOLD: Final = Told()


def begun(*slices: str) -> Callable[[Case, Told], bool]:
    """Whether anything at all is in one of these slices. Raises AttributeError for a name of none."""
    names, has_told = [name for name in slices if name != TOLD], TOLD in slices
    read = attrgetter(*names) if names else _nothing
    nothing = (read(_BEFORE), _NOBODY_TOLD)

    def has_begun(case: Case, told: Told) -> bool:
        return (read(case), told if has_told else _NOBODY_TOLD) != nothing

    return has_begun


def _nothing(_: Case) -> None:
    return None
