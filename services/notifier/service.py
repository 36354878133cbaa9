"""The notifier put together: one database, one feed, the channels, and three loops."""

import asyncio
from dataclasses import dataclass
from typing import Self

from notifier import lanes, outbox, reports
from notifier.calls import Calls
from notifier.case_api import CaseApi
from notifier.channels.channel import Channel
from notifier.channels.email import Email, Relay
from notifier.channels.webhook import Webhook
from notifier.clock import Clock, RunningClock
from notifier.database import Database, Transaction
from notifier.deliver import Deliverer
from notifier.endpoints import GoneEndpoints
from notifier.follow import Follower
from notifier.letterbox import Letterbox
from notifier.outbox import Entry, State
from notifier.reports import Reporter
from notifier.settings import Settings

DRAIN = 20.0
"""Seconds that messages in flight get to finish when we stop."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits."""

    messages: int
    unreported: int
    parked_cases: int


class Service:
    """Everything that runs beside the HTTP door."""

    def __init__(self, settings: Settings, database: Database, calls: Calls, clock: Clock) -> None:
        case_api = CaseApi(settings.case_api_url, settings.bearer, calls)
        self.clock, self._database, self._calls = clock, database, calls
        self.deliverer = Deliverer(database, case_api, channels_of(settings, database, calls), clock)
        self.reporter = Reporter(database, case_api, clock, self.deliverer.new_reports)
        self.follower = Follower(database, case_api, clock, self.deliverer.new_rows, settings.feed_wait)

    @classmethod
    async def open(cls, settings: Settings) -> Self:
        """Open the database and make the parts. Raises AlreadyRunning, OutboxUnusable, DatabaseUnavailable."""
        url = settings.database_url.get_secret_value() if settings.database_url else None
        return cls(settings, await Database.open(url, settings.var), Calls(), RunningClock(settings.clock_starts_at))

    async def run(self) -> None:
        """Follow, deliver and report until `stop`; an error that no loop expects ends them all."""
        async with asyncio.TaskGroup() as loops:
            others = [loops.create_task(self.follower.run()), loops.create_task(self.reporter.run())]
            await self.deliverer.run()
            for each in others:
                each.cancel()

    async def stop(self, running: "asyncio.Task[None]") -> None:
        """Take nothing more, let what is in flight finish, then close the database."""
        self.deliverer.stop()
        await asyncio.wait([running], timeout=DRAIN)
        running.cancel()
        await asyncio.wait([running])
        await self.close()

    async def close(self) -> None:
        await self._calls.close()
        await self._database.close()

    async def backlog(self) -> Backlog:
        """Count what waits. Raises DatabaseUnavailable."""
        return await self._database.run(_backlog)

    async def deliveries(self, state: State | None, most: int) -> list[Entry]:
        """Rows of the outbox, newest first. Raises DatabaseUnavailable."""
        return await self._database.run(lambda work: outbox.listed(work, state, most))


def channels_of(settings: Settings, database: Database, calls: Calls) -> dict[str, Channel]:
    """Every way to reach someone, by the code that the rules use."""
    relay = Relay(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_from,
        settings.tls(),
        settings.smtp_user,
        settings.smtp_password,
    )
    gone = GoneEndpoints(database)
    return {
        "email": Email(relay, Letterbox(settings.languages)),
        "webhook": Webhook(calls, settings.webhook_secrets(), settings.webhook_allow, gone),
    }


def _backlog(work: Transaction) -> Backlog:
    return Backlog(outbox.waiting(work), reports.unreported(work), lanes.parked_cases(work))
