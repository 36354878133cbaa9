"""Keeps the boards up to the log: pulled page by page, position and rows in one transaction."""

import asyncio
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from case_api.boards.edition import live
from case_api.boards.folding import Folding, touched
from case_api.boards.tables import NUMBER, Occupied, Tables
from case_api.crash_points import passing
from case_api.store.journal import Journal

PAGE: Final = 200
"""Facts that are taken into account in one transaction."""

PAUSES: Final = (0.5, 1.0, 2.0, 5.0, 15.0)
"""Seconds before a follower that failed tries again."""

PATIENCE: Final = 30.0

ASIDE: Final = 0.25
"""Seconds for which a follower stands aside while another process is at it; it takes over from one that is gone."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Lag:
    """How far the boards are behind the log, in facts, and how many cases are parked."""

    facts: int
    parked: int


class Follower:
    """Brings the live edition up to the log. Any number of processes may run one; they take turns."""

    def __init__(self, journal: Journal, tables: Tables, folding: Folding) -> None:
        self._journal, self._tables, self._folding = journal, tables, folding
        self._alone = asyncio.Lock()

    async def fresh(self) -> None:
        """Return once the boards hold everything that the log held when this was called.

        Raises StoreUnavailable.
        """
        head = await self._journal.last_position()
        if await self.position() < head:
            await self.catch_up(head)

    async def catch_up(self, upto: int | None = None, *, waits: bool = True) -> int:
        """Bring the boards up to the position *upto*, or to the head; the position that was reached.

        Raises Occupied while another process is at it, for one who does not want to wait.
        """
        wanted = await self._journal.last_position() if upto is None else upto
        async with self._alone:
            while (reached := await self.position()) < wanted and await self._turn_page(waits=waits):
                continue
        return reached

    async def refold(self, case_id: UUID) -> None:
        """Make one case's rows anew, where something other than a fact changed them: a key that was destroyed."""
        async with self._tables.turn() as turn:
            await (await live(turn)).replace(turn, await self._folding.contents([case_id]))

    async def position(self) -> int:
        """The position up to which the boards take facts into account."""
        return await self._number("SELECT position FROM board_editions WHERE live=1")

    async def lag(self) -> Lag:
        """For readiness. Raises StoreUnavailable."""
        parked = await self._number(
            "SELECT count(*) FROM board_parked WHERE edition=(SELECT edition FROM board_editions WHERE live=1)"
        )
        return Lag(await self._journal.last_position() - await self.position(), parked)

    async def run(self) -> None:
        """Follow the log until cancelled, through any failure; of several processes one, and the others stand aside."""
        failures = 0
        while True:
            try:
                reached = await self.catch_up(waits=False)
                failures = 0
                await self._journal.wait(reached, PATIENCE)
            except Occupied:
                await asyncio.sleep(ASIDE)
            except Exception as error:  # noqa: BLE001 - a follower that stops would let every list go stale
                log.warning("boards are behind", error=type(error).__name__)
                await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
                failures += 1

    async def _turn_page(self, *, waits: bool) -> bool:
        """Take one more page of the log into account; False if there is none."""
        async with self._tables.turn(waits=waits) as turn:
            edition = await live(turn)
            headers = await self._journal.headers_since(edition.position, PAGE)
            if headers:
                await edition.replace(turn, await self._folding.contents(touched(headers)))
                await edition.move(turn, headers[-1].position)
                passing("boards-turning")
        if headers:
            passing("boards-turned")
        return bool(headers)

    async def _number(self, sql: str) -> int:
        [(number,)] = await self._tables.rows(sql, (), (NUMBER,))
        return int(number)
