"""How a state that is made of slices takes an event in: by the module of facts/ in which the slice is declared."""

import sys
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from case_api.domain.event import Recorded

Evolve = Callable[[Any, Any, Recorded], Any]
"""`evolve(slice, fact, recorded)`: the slice after one more fact."""


def evolvers(state: type[Struct]) -> Mapping[str, Evolve]:
    """By the name of each slice of *state*, which is also the name of its module: that module's `evolve`."""
    made = {one.name: one.default_factory for one in fields(state) if one.default_factory is not NODEFAULT}
    return {name: sys.modules[factory.__module__].evolve for name, factory in made.items()}
