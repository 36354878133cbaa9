"""kill -9 of the notifier while it sends: every message arrives, and whatever comes twice was in flight and says so."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest

from tests.faults.nursery import Nursery
from tests.faults.results import seen
from tests.faults.sizes import size
from tests.journeys.api import as_address
from tests.notifier.fake_case_api import TOKEN, FakeCaseApi, carer
from tests.notifier.servers import Mailbox, free_port, receiving_mail, serving

pytestmark = pytest.mark.anyio
KILLS = size(40, 4)
EVENTS = KILLS * 10
PARENTS = 8
PATIENCE = 60.0
IN_FLIGHT = "SELECT message_id FROM outbox WHERE state = 'claimed' AND calling = 1"
LET_GO = "UPDATE outbox SET lease_until = 0 WHERE state = 'claimed'"


@pytest.fixture(scope="module")
def notifiers(tmp_path_factory):
    with Nursery("notifier", tmp_path_factory.mktemp("nursery") / "notifier.log") as nursery:
        yield nursery


@dataclass
class Notifier:
    """Killed and started again; each life begins a day later, so that what waits for its next attempt is due."""

    nursery: Nursery
    url: str
    var: Path
    case_api: str
    mailbox: Mailbox
    lives: int = 0

    async def start(self) -> int:
        self.lives += 1
        given = {
            "MODE": "test",
            "VAR": str(self.var),
            "NOTIFIER_PORT": str(free_port()),
            "NOTIFIER_CASE_API_URL": self.case_api,
            "NOTIFIER_TOKEN": TOKEN,
            "NOTIFIER_SMTP_PORT": str(self.mailbox.port),
            "NOTIFIER_FEED_WAIT": "2",
            "NOTIFIER_CLOCK_STARTS_AT": (datetime.now(UTC) + timedelta(days=self.lives)).isoformat(),
        }
        if self.url != "sqlite":
            given["NOTIFIER_DATABASE_URL"] = as_address(self.url)
        return await asyncio.to_thread(self.nursery.born, **given)

    async def kill(self, pid: int) -> set[str]:
        """The messages that were in flight; where others could hold a claim, its lease is let run out."""
        await asyncio.to_thread(self.nursery.killed, pid)
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


async def test_nothing_is_lost_and_what_comes_twice_was_in_flight(request, notifiers, url, tmp_path, chances):
    town, in_flight = FakeCaseApi(), Counter[str]()
    parents = [carer() for _ in range(PARENTS)]
    town.addresses = {str(parent["recipient"]): f"p{n}@home.example" for n, parent in enumerate(parents)}
    async with serving(town.app()) as address, receiving_mail() as mailbox:
        notifier = Notifier(notifiers, url, tmp_path, address, mailbox)
        for _ in range(KILLS):
            for _ in range(EVENTS // KILLS):
                town.happens("StageChanged.v1", chances.choice(parents))
            pid = await notifier.start()
            wanted = len(mailbox.mails) + chances.randrange(1, 9)
            await until(lambda at=wanted: len(mailbox.mails) >= at)  # type: ignore[misc]
            await asyncio.sleep(chances.uniform(0, 0.01))
            in_flight.update(await notifier.kill(pid))
        pid = await notifier.start()
        await until(lambda: len(town.disclosures) == EVENTS)
        await notifier.kill(pid)

    copies = Counter(id_of(mail) for mail in mailbox.mails)
    assert set(copies) == set(town.disclosures), "every message arrived, and is accounted for"
    assert {told["outcome"] for told in town.disclosures.values()} == {"sent"}
    assert {one: n for one, n in copies.items() if n > 1 + in_flight[one]} == {}
    later = [mail for n, mail in enumerate(mailbox.mails) if id_of(mail) in map(id_of, mailbox.mails[:n])]
    assert [id_of(mail) for mail in later if not is_marked(mail)] == []
    figures = {"messages": EVENTS, "in flight when killed": in_flight.total(), "came twice, marked": len(later)}
    seen(f"notifier-killed-{request.node.callspec.id}", kills=KILLS, **figures)
