"""Brakes on mass reading, and the alerts about it (T12): how many learners one person is shown within an hour.

The count is taken from the record of who looked, so a restart forgets nothing. Each process keeps what it counted and
asks again after a few seconds: several together may let through what the others showed in that time, and no more.
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

import structlog

from case_api.access.principal import FAMILY_ROLES, Principal
from case_api.clock import Clock
from case_api.store.accesses import Accesses
from case_api.store.alerts import Alert, Alerts, Cause

HOUR: Final = timedelta(hours=1)
FRESH_FOR: Final = 5.0
"""Seconds for which a count is used before the record is asked again."""
LATE: Final = timedelta(seconds=30)
"""A row may come to be seen so much later than the time that it bears."""
REFUSALS: Final = 5
"""Refusals within an hour that somebody should look into."""
KEPT: Final = 10_000
"""People whose count one process keeps."""
PROGRAMS: Final = frozenset({"mis", "auditor", "notifier"})
SAYS: Final[dict[Cause, str]] = {
    "many_learners": "alert: one person read of many learners",
    "many_refusals": "alert: one person was refused many learners",
    "emergency_access": "alert: somebody broke the glass before what is sealed about a learner",
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    """How many learners may be shown to one caller within an hour; 0 for as many as they like."""

    of_people: int = 300
    of_programs: int = 0


@dataclass(slots=True)
class Hour:
    """When somebody was last shown each learner, and how far the record was looked at."""

    shown: dict[UUID, datetime] = field(default_factory=dict)
    asked_at: float = -math.inf
    upto: datetime | None = None
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def over(self, limit: int, learners: Collection[UUID]) -> int:
        """By how many learners it would be too many; 0 or less where they may be shown, or were already."""
        more = sum(learner not in self.shown for learner in learners)
        return len(self.shown) + more - limit if more else 0

    def until(self, excess: int, now: datetime) -> int:
        """Seconds until so many were shown longer ago than an hour."""
        times = sorted(self.shown.values())[:excess]
        return max(1, math.ceil(((times[-1] if times else now) + HOUR - now).total_seconds()))

    def forget(self, now: datetime) -> None:
        """Leave out what is longer ago than an hour."""
        self.shown = {learner: at for learner, at in self.shown.items() if at > now - HOUR}


def is_a_program(who: Principal) -> bool:
    """Whether they are a school's system, an auditor or the notifier, and nothing beside."""
    return who.roles <= PROGRAMS


class Brakes:
    """Those of one authority."""

    def __init__(self, authority: str, accesses: Accesses, alerts: Alerts, clock: Clock, limits: Limits) -> None:
        self._authority, self._accesses, self._alerts = authority, accesses, alerts
        self._clock, self._limits = clock, limits
        self._hours: OrderedDict[str, Hour] = OrderedDict()
        self._raised: dict[tuple[Cause, str], datetime] = {}

    async def wait_for(self, who: Principal, learners: Collection[UUID]) -> int | None:
        """Count these learners as shown to *who*; or the seconds until they may be. Raises StoreUnavailable.

        Whom they were shown within the hour they may always be shown again.
        """
        limit = self._limit_of(who)
        if not limit or not learners:
            return None
        now = self._clock.now()
        hour = await self._hour_of(who.subject, now)
        wait = await self._wait(hour, who, learners, now)
        if wait is None:
            hour.shown |= dict.fromkeys(learners, now)
        return wait

    async def held_up(self, who: Principal) -> int | None:
        """The seconds until *who* may be told of one learner more, whoever that is; None for now.

        Raises StoreUnavailable.
        """
        if not self._limit_of(who):
            return None
        now = self._clock.now()
        return await self._wait(await self._hour_of(who.subject, now), who, (uuid4(),), now)

    async def claim(self, who: Principal, learners: Sequence[UUID]) -> int:
        """How many of these learners, from the first on, may be shown to *who* now; they are counted at once.

        Raises StoreUnavailable.
        """
        limit = self._limit_of(who)
        if not limit or not learners:
            return len(learners)
        now = self._clock.now()
        hour = await self._hour_of(who.subject, now)
        hour.forget(now)
        fresh = [place for place, learner in enumerate(learners) if learner not in hour.shown]
        free = max(0, limit - len(hour.shown))
        room = fresh[free] if free < len(fresh) else len(learners)
        hour.shown |= dict.fromkeys(learners[:room], now)  # before anybody else looks what is left
        return room

    async def refused(self, who: Principal) -> None:
        """A learner was refused to *who*, or is not there: the fifth time within an hour somebody should know."""
        if is_a_program(who) or who.roles & FAMILY_ROLES:
            return
        since = self._clock.now() - HOUR
        if self._raised.get(("many_refusals", who.subject), since) > since:  # somebody knows
            return
        found = await self._accesses.refused_to(who.subject, since, REFUSALS)
        if found >= REFUSALS:
            await self._tell("many_refusals", who, found)

    async def glass_broken(self, who: Principal) -> None:
        """Somebody reads what is sealed without being of its group, or would if there were anything.

        Raises StoreUnavailable.
        """
        await self._tell("emergency_access", who, 1)

    async def _wait(self, hour: Hour, who: Principal, learners: Collection[UUID], now: datetime) -> int | None:
        limit = self._limit_of(who)
        if hour.over(limit, learners) > 0:
            hour.forget(now)
        excess = hour.over(limit, learners)
        if excess <= 0:
            return None
        await self._tell("many_learners", who, len(hour.shown))
        return hour.until(excess, now)

    def _limit_of(self, who: Principal) -> int:
        if who.roles & FAMILY_ROLES:
            return 0
        return self._limits.of_programs if is_a_program(who) else self._limits.of_people

    async def _hour_of(self, subject: str, now: datetime) -> Hour:
        hour = self._hours.pop(subject, None) or Hour()
        self._hours[subject] = hour
        if len(self._hours) > KEPT:
            self._hours.popitem(last=False)
        async with hour.asking:  # whoever comes meanwhile waits for the count, too
            if time.monotonic() - hour.asked_at > FRESH_FOR:
                await self._ask(subject, hour, now)
        return hour

    async def _ask(self, subject: str, hour: Hour, now: datetime) -> None:
        since = max(now - HOUR, hour.upto - LATE) if hour.upto else now - HOUR
        for learner, at in (await self._accesses.learners_of(subject, since)).items():
            hour.shown[learner] = max(at, hour.shown.get(learner, at))
        hour.forget(now)
        hour.asked_at, hour.upto = time.monotonic(), now

    async def _tell(self, cause: Cause, who: Principal, figure: int) -> None:
        """One alert within an hour about one person and cause; the line names neither them nor a learner."""
        now, about = self._clock.now(), (cause, who.subject)
        if now - self._raised.get(about, now - HOUR) < HOUR:
            return
        self._raised[about] = now
        if await self._alerts.is_raised(cause, who.subject, now - HOUR):
            return
        alert = Alert(now, uuid4(), cause, who.subject, who.organisation, who.client, figure)
        try:
            await self._alerts.add(alert)
        except BaseException:
            del self._raised[about]
            raise
        log.warning(SAYS[cause], authority=self._authority, incident=str(alert.alert_id))
