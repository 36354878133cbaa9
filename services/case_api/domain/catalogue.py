"""The whole catalogue of events: importing it here makes sure that every file in facts/ was read."""

from importlib import import_module
from pkgutil import iter_modules

from case_api.domain import facts
from case_api.domain.event import CATALOGUE

for module in iter_modules(facts.__path__):
    import_module(f"{facts.__name__}.{module.name}")

__all__ = ["CATALOGUE"]
