"""Follows the feed: a page becomes outbox rows and a new position in one transaction."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from pydantic import ValidationError

from notifier import lanes, outbox, reports
from notifier.addressing import entries_for, without_a_rule
from notifier.bell import Bell
from notifier.case_api import CaseApi, CaseApiRefused, CaseApiUnavailable
from notifier.clock import Clock, real_now
from notifier.crash_points import passing
from notifier.database import Database, DatabaseUnavailable, Transaction
from notifier.erasure import ERASED, forget
from notifier.logs import logger
from notifier.outbox import Entry
from notifier.reports import Outcome
from notifier.rules import EVENTS
from notifier.wire import FeedEvent, Page

FEED = "case_api"
WANTED = EVENTS | {ERASED}
PAGE = 100
TRIES = 3
"""How often an event is tried in its turn before its lane parks."""
LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Addressed:
    """An event with its rows, or with the reason why its lane must park."""

    event: FeedEvent
    entries: list[Entry]
    trouble: str | None = None


class Follower:
    """Reads the feed from the stored position on; survives outages by waiting, never by skipping."""

    def __init__(self, database: Database, case_api: CaseApi, clock: Clock, new_rows: Bell, wait: int = 20) -> None:
        self._database, self._case_api, self._clock = database, case_api, clock
        self._new_rows, self._wait = new_rows, wait
        self._log = logger()
        self.trouble: str | None = "not_asked_yet"
        """Why the last look at the feed failed, for readiness; None when it did not."""

    async def run(self) -> None:
        """Follow for ever; pause longer after each failure in a row."""
        pause = 0.5
        while True:
            try:
                await self.retry_parked()
                await self.follow_once(self._wait)
                self.trouble, pause = None, 0.5
            except (CaseApiUnavailable, CaseApiRefused, DatabaseUnavailable) as error:
                self.trouble = error.code
                self._log.warning("feed_waits", code=self.trouble)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def follow_once(self, wait: int = 0) -> int:
        """Handle the next page, and say how many events it held.

        Raises CaseApiUnavailable, CaseApiRefused or DatabaseUnavailable; then nothing of the page is stored.
        """
        after = await self._database.run(_position)
        asked_at = real_now()
        page = await self._case_api.page(after, wait, PAGE)
        addressed = [await self._address(event) for event in _wanted(page)]
        if page.next != after:
            passing("page-read")
            await self._database.run(lambda work: self._store(work, addressed, page.next))
            passing("page-stored")
            self._new_rows.ring()
        if not page.items and real_now() - asked_at < timedelta(seconds=min(wait, 1)):
            await asyncio.sleep(1)
        return len(page.items)

    async def _address(self, event: FeedEvent) -> Addressed:
        trouble = None
        if event.type == ERASED:
            return Addressed(event, [])
        for _ in range(TRIES):
            try:
                return await self._look_up(event)
            except CaseApiRefused as error:
                trouble = error.code
        return Addressed(event, [], trouble)

    async def _look_up(self, event: FeedEvent) -> Addressed:
        answer = await self._case_api.recipients(event.id)
        for role in without_a_rule(event, answer.recipients):
            self._log.info("no_rule", event_id=str(event.id), event_type=event.type, role=role)
        return Addressed(event, entries_for(event, answer.recipients))

    def _store(self, work: Transaction, addressed: Sequence[Addressed], cursor: str) -> None:
        for each in addressed:
            if each.event.type == ERASED:
                forget(work, each.event.case_id)
                self._log.info("case_erased", event_id=str(each.event.id))
            elif lanes.is_parked(work, each.event.case_id):
                lanes.park(work, each.event, lanes.BEHIND, self._clock.now())
            elif each.trouble:
                self._log.error("case_parked", event_id=str(each.event.id), code=each.trouble)
                lanes.park(work, each.event, each.trouble, self._clock.now())
            else:
                self._enqueue(work, each.entries)
        work.execute(
            "INSERT INTO feed_position (feed, next_cursor) VALUES (?, ?)"
            " ON CONFLICT (feed) DO UPDATE SET next_cursor = excluded.next_cursor",
            *(FEED, cursor),
        )

    def _enqueue(self, work: Transaction, entries: list[Entry]) -> None:
        now = self._clock.now()
        for entry in outbox.enqueue(work, entries, now):
            if entry.state == "unreachable":
                reports.note(work, entry, Outcome("unreachable", entry.reason), now)

    async def retry_parked(self) -> None:
        """Try the head of each parked lane whose time has come. Raises as `follow_once` does."""
        while heads := await self._database.run(lambda work: lanes.heads_due(work, self._clock.now())):
            for head in heads:
                await self._retry(head)

    async def _retry(self, head: lanes.Parked) -> None:
        try:
            addressed = await self._look_up(head.event)
        except CaseApiRefused as error:
            await self._database.run(partial(lanes.stay, head=head, reason=error.code, now=self._clock.now()))
        else:
            await self._database.run(partial(self._clear, addressed=addressed))
            self._new_rows.ring()

    def _clear(self, work: Transaction, addressed: Addressed) -> None:
        self._enqueue(work, addressed.entries)
        lanes.leave(work, addressed.event, self._clock.now())


def _position(work: Transaction) -> str | None:
    found = work.rows("SELECT next_cursor FROM feed_position WHERE feed = ?", FEED)
    return str(found[0]["next_cursor"]) if found else None


def _wanted(page: Page) -> list[FeedEvent]:
    """The events that matter here. One without id or case has no lane to park in: stop, not lose it."""
    try:
        return [event for item in page.items if (event := FeedEvent.model_validate(item)).type in WANTED]
    except ValidationError:
        raise CaseApiRefused("feed_item_unreadable", 200) from None
