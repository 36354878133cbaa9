"""A notifier in a small world: a fake case API, a real mail server, a real webhook endpoint, a clock that stands."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from pydantic import SecretStr

from notifier import outbox
from notifier.calls import Calls
from notifier.case_api import CaseApi
from notifier.channels.channel import Channel
from notifier.channels.email import Email, Relay
from notifier.channels.webhook import Webhook
from notifier.database import Database
from notifier.deliver import Deliverer
from notifier.endpoints import GoneEndpoints
from notifier.follow import Follower
from notifier.letterbox import Letterbox
from notifier.outbox import Entry
from notifier.reports import Reporter
from notifier.settings import LETTERS
from tests.canaries import mailbox
from tests.notifier.fake_case_api import TOKEN, FakeCaseApi
from tests.notifier.servers import SECRET, Hooks, Mailbox


class StillClock:
    """Moves only when told."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 3, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def set(self, to: datetime) -> None:
        self._now = to

    def advance(self, **by: float) -> None:
        self._now += timedelta(**by)


@dataclass
class World:
    """Everything around one notifier, and the notifier itself."""

    case_api: FakeCaseApi
    case_api_url: str
    mailbox: Mailbox
    hooks: Hooks
    hooks_url: str
    var: Path
    database_url: str | None
    clock: StillClock = field(default_factory=StillClock)

    async def start(self) -> Self:
        """Start a notifier on what the database holds."""
        self.database = await Database.open(self.database_url, self.var)
        self.calls = Calls()
        client = CaseApi(self.case_api_url, lambda: TOKEN, self.calls)
        self.channels: dict[str, Channel] = {
            "email": Email(
                Relay("127.0.0.1", self.mailbox.port, "Stagepost <no-reply@stagepost.example>"),
                Letterbox(LETTERS),
            ),
            "webhook": Webhook(
                self.calls,
                {"service:slt": SecretStr(SECRET), "service:eps": SecretStr(SECRET)},
                frozenset({"127.0.0.1"}),
                GoneEndpoints(self.database),
            ),
        }
        self.deliverer = Deliverer(self.database, client, self.channels, self.clock, spread=lambda: 0.0)
        self.reporter = Reporter(self.database, client, self.clock, self.deliverer.new_reports)
        self.follower = Follower(self.database, client, self.clock, self.deliverer.new_rows, wait=5)
        return self

    async def stop(self) -> None:
        await self.calls.close()
        await self.database.close()

    async def restart(self) -> None:
        await self.stop()
        await self.start()
        await self.deliverer.recover(at_start=True)

    async def work(self) -> None:
        """Follow, deliver and report until nothing is due."""
        while await self.follower.follow_once():
            pass
        await self.follower.retry_parked()
        while await self.deliverer.deliver_due():
            pass
        await self.reporter.report_due()

    async def rows(self) -> list[Entry]:
        """The outbox, newest first."""
        return await self.database.run(lambda work: outbox.listed(work, None, 500))

    def gives(self, recipient: dict[str, object], address: str | None = None, language: str = "en") -> str:
        """Let the case API know an address; gives the recipient's id."""
        who = str(recipient["recipient"])
        self.case_api.addresses[who] = (
            f"{self.hooks_url}/hooks/slt" if who.startswith("service:") else address or mailbox()
        )
        self.case_api.languages[who] = language
        return who

    def outcomes(self) -> list[tuple[object, object]]:
        """What was reported: outcome and reason, in order."""
        return [(each["outcome"], each.get("reason")) for each in self.case_api.disclosures.values()]
