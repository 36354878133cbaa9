"""A notifier that is killed and started again, and what arrives of its messages."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import httpx
import psycopg

from tests.journeys.api import as_address
from tests.notifier.fake_case_api import TOKEN
from tests.notifier.servers import Mailbox, free_port
from tests.nursery import Nursery

PATIENCE = 60.0
IN_FLIGHT = "SELECT message_id FROM outbox WHERE state = 'claimed' AND calling = 1"
LET_GO = "UPDATE outbox SET lease_until = 0 WHERE state = 'claimed'"


@dataclass
class Notifier:
    """Killed and started again; each life begins a day later, so that what waits for its next attempt is due."""

    nursery: Nursery
    url: str
    var: Path
    case_api: str
    mailbox: Mailbox
    lives: int = 0
    port: int = 0

    async def start(self, **settings: str) -> int:
        self.lives += 1
        self.port = free_port()
        given = {
            "MODE": "test",
            "VAR": str(self.var),
            "NOTIFIER_PORT": str(self.port),
            "NOTIFIER_CASE_API_URL": self.case_api,
            "NOTIFIER_TOKEN": TOKEN,
            "NOTIFIER_SMTP_PORT": str(self.mailbox.port),
            "NOTIFIER_FEED_WAIT": "2",
            "NOTIFIER_CLOCK_STARTS_AT": (datetime.now(UTC) + timedelta(days=self.lives)).isoformat(),
        }
        if self.url != "sqlite":
            given["NOTIFIER_DATABASE_URL"] = as_address(self.url)
        return await asyncio.to_thread(self.nursery.born, **given, **settings)

    async def goes_on(self) -> None:
        """Bring forward, day by day, what waits for its next attempt; until cancelled."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", verify=False) as http:
            for days in count(self.lives + 1):
                await asyncio.sleep(1)
                later = {"now": (datetime.now(UTC) + timedelta(days=days)).isoformat()}
                with suppress(httpx.TransportError):
                    await http.put("/clock", json=later)

    async def to_the_end(self, true: Callable[[], bool]) -> None:
        """A last life, until all is done."""
        pid = await self.start()
        going_on = asyncio.create_task(self.goes_on())
        await until(true)
        going_on.cancel()
        await asyncio.wait([going_on])
        await self.kill(pid)

    async def kill(self, pid: int) -> set[str]:
        """The messages that were in flight."""
        await asyncio.to_thread(self.nursery.killed, pid)
        return self.in_flight()

    def in_flight(self) -> set[str]:
        """What was being sent when it died; where others could hold a claim, its lease is let run out."""
        return {str(message_id) for (message_id,) in self._ask(IN_FLIGHT)}

    def _ask(self, sql: str) -> Sequence[tuple[object, ...]]:
        if self.url == "sqlite":
            path = self.var / "notifier" / "notifier.db"
            with closing(sqlite3.connect(path)) as connection:
                return connection.execute(sql).fetchall() if path.stat().st_size else []
        with psycopg.connect(self.url) as connection:
            found = connection.execute(sql.encode()).fetchall()
            connection.execute(LET_GO)
            return found


def id_of(mail: EmailMessage) -> str:
    return str(mail["Message-ID"]).strip("<>").partition("@")[0]


def is_marked(mail: EmailMessage) -> bool:
    return bool(mail["X-Stagepost-Possible-Duplicate"] == "true")


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - another process has no event of ours to set
            await asyncio.sleep(0.005)


def unmarked(mails: Sequence[EmailMessage]) -> list[str]:
    """Messages of which a later copy does not say that it may be one."""
    ids = [id_of(mail) for mail in mails]
    return [one for n, one in enumerate(ids) if one in ids[:n] and not is_marked(mails[n])]
