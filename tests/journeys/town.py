"""An authority served by two processes, and its people at the door of either."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from tests.journeys.api import SCHOOL, Api
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

    @asynccontextmanager
    async def works(self, sub: str, role: str = "teacher", setting: str = SCHOOL) -> AsyncIterator[None]:
        """Meanwhile the directory has somebody at work with every learner of a school; afterwards nobody, as before."""
        work = {"staff": sub, "setting": setting, "role": role, "from_day": "2020-08-18"}
        admin = self.door("authority_admin")
        await admin.done("/v1/directory/staff", work)
        yield
        await admin.done("/v1/directory/staff", {**work, "until": "2020-08-19"})

    def door(self, *roles: str, at: httpx.AsyncClient | None = None, **claims: object) -> Door:
        """Somebody with these roles, at the first process or the one that is given."""
        return Door(at or self.one, self.api.bearer(*roles, **claims))
