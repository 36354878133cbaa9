"""How a state that is made of slices takes an event in: by the module of facts/ in which the slice is declared."""

import sys
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import fields

from case_api.domain.event import Recorded

Evolve = Callable[[Any, Any, Recorded], Any]
"""`evolve(slice, fact, recorded)`: the slice after one more fact."""


def evolvers(state: type[Struct]) -> Mapping[str, Evolve]:
    """By the name of each slice of *state*, which is also the name of its module: that module's `evolve`."""
    homes = {one.name: sys.modules[type(one.default).__module__] for one in fields(state)}
    return {name: home.evolve for name, home in homes.items() if hasattr(home, "evolve")}
