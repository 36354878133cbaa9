"""Keeps the boards up to the log: pulled page by page, position and rows in one transaction."""

import asyncio
import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from case_api.boards.ahead import Ahead
from case_api.boards.board import EVERY_SLICE
from case_api.boards.edition import STANDING, Edition, live, standing
from case_api.boards.folding import Folding
from case_api.boards.tables import NUMBER, Occupied, Tables, Turn
from case_api.boards.touching import Touched, touched
from case_api.crash_points import passing
from case_api.store.journal import Journal

PAGE: Final = 400
"""Facts that are taken into account in one transaction.

Few enough to be folded for all boards, on a busy event loop, long before PostgreSQL ends a transaction that waits idle
(5 s).
"""

PAUSES: Final = (0.5, 1.0, 2.0, 5.0, 15.0)
"""Seconds before a follower that failed tries again."""

PATIENCE: Final = 30.0

GATHERING: Final = 0.01
"""Seconds in which facts gather before a page of them is turned. Nobody waits for it: a list is brought up to date."""

ENOUGH: Final = 24
"""Facts in a page after which the next is looked at ahead, and nothing has to gather: by then there are more."""

SETTLING: Final = 30.0
"""Seconds between two looks whether all rows were worked out by one policy, while they were not."""

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
        self._looked_at = float("-inf")
        self._ahead = Ahead(journal, folding)

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
        return await self._pages(await self._journal.last_position() if upto is None else upto, waits=waits)

    async def refold(self, case_id: UUID) -> None:
        """Make one case's rows anew, where something other than a fact changed them: a key that was destroyed."""
        async with self._tables.turn(lasts=True) as turn:
            contents = await self._folding.contents({case_id: EVERY_SLICE}, await self._folding.policy())
            await (await live(turn)).replace(turn, contents)

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
                reached = await self._pages(None, waits=False)
                failures = 0
                await self._journal.wait(reached, PATIENCE)
                await asyncio.sleep(GATHERING)
            except Occupied:
                await asyncio.sleep(ASIDE)
            except Exception as error:  # noqa: BLE001 - a follower that stops would let every list go stale
                log.warning("boards are behind", error=type(error).__name__)
                await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
                failures += 1

    async def _pages(self, upto: int | None, *, waits: bool) -> int:
        """Turn pages up to a position; without one, for as long as enough facts keep coming. The position reached.

        Others may turn pages in between.
        """
        try:
            while True:
                async with self._alone:
                    reached, goes_on = await self._turn_page(upto, waits=waits)
                if not goes_on:
                    return reached
        except BaseException:
            await self._ahead.drop()
            raise

    async def _turn_page(self, upto: int | None, *, waits: bool) -> tuple[int, bool]:
        """Take one more page of the log into account; the position that was reached, and whether to go on."""
        async with self._tables.turn(waits=waits, asks=STANDING) as turn:
            edition = standing(turn.answer)
            if upto is not None and edition.position >= upto:  # another process was there while this one waited
                return edition.position, False
            page = await self._ahead.page_after(edition.position, PAGE)
            if not page:
                return edition.position, False
            reached, policy = page[-1].position, await self._folding.policy()
            edition = await self._settled(turn, edition, policy.ref)
            changed = await _changed(turn, edition, policy.ref, touched(page))
            contents = await self._folding.contents(changed, policy, page)
            goes_on = len(page) >= ENOUGH if upto is None else reached < upto
            if goes_on:
                self._ahead.look(reached, PAGE)
            await edition.replace(turn, contents, reached)
            passing("boards-turning")
        passing("boards-turned")
        return reached, goes_on

    async def _settled(self, turn: Turn, edition: Edition, policy: str) -> Edition:
        """Look now and then whether all rows are of the policy in force, as long as that is not known."""
        if edition.policy == policy or time.monotonic() - self._looked_at < SETTLING:
            return edition
        self._looked_at = time.monotonic()
        return await edition.settle(turn, policy)

    async def _number(self, sql: str) -> int:
        [(number,)] = await self._tables.rows(sql, (), (NUMBER,))
        return int(number)


async def _changed(turn: Turn, edition: Edition, policy: str, found: Touched) -> Touched:
    """What is to be made anew: all of a case that is parked, and of every one while rows are of several policies."""
    whole = frozenset(found) if edition.policy != policy else await edition.parked(turn)
    return {**found, **dict.fromkeys(whole.intersection(found), EVERY_SLICE)} if whole else found
