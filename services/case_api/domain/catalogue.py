"""The whole catalogue of events: importing it here makes sure that every file in facts/ was read."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from case_api.domain import facts
from case_api.domain.event import CATALOGUE

for module in iter_modules(facts.__path__):
    import_module(f"{facts.__name__}.{module.name}")

ANNOUNCED: Final = {name: event for name, event in CATALOGUE.items() if event.stream != "matter"}
"""Those of which a feed may tell somebody; what stands in matters alone is announced to nobody (I30)."""

__all__ = ["ANNOUNCED", "CATALOGUE"]
