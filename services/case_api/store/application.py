"""The library's application over an authority's log: repository and notification log read our frames."""

import os
from collections.abc import Mapping
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.utils import Environment, EnvType

from case_api.store.mapper import FrameMapper

UNLOCKED = "POSTGRES_ENABLE_DB_FUNCTIONS"


class LogApplication(Application[UUID]):
    """Configured by its arguments alone: nothing of the process's environment slips in."""

    name = "stored"  # the library makes the table's name of it: stored_events

    def __init__(self, env: Mapping[str, str], mapper: FrameMapper) -> None:
        self._mapper = mapper
        super().__init__(env=dict(env))

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Raises RuntimeError if the library is told to insert without a lock: readers would miss events."""
        if any(key.endswith(UNLOCKED) for key in os.environ):
            raise RuntimeError(f"{UNLOCKED} must not be set: positions would no longer follow commits")
        return Environment(name, env)

    def construct_mapper(self) -> FrameMapper:
        return self._mapper
