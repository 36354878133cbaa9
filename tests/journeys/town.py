"""An authority served by two processes, and its people at the door of either."""

from dataclasses import dataclass

import httpx

from tests.journeys.api import Api
from tests.journeys.family import Door


@dataclass(frozen=True)
class Town:
    """One partner service is listed."""

    api: Api
    one: httpx.AsyncClient
    other: httpx.AsyncClient

    @property
    def school(self) -> Door:
        """A member of the Pupil Support Team, at the first process."""
        return self.door("pupil_support")

    def door(self, *roles: str, at: httpx.AsyncClient | None = None, **claims: object) -> Door:
        """Somebody with these roles, at the first process or the one that is given."""
        return Door(at or self.one, self.api.bearer(*roles, **claims))
