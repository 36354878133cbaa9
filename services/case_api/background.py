"""What goes on in the background for an authority: inside the process that serves, or beside it (ADR 34)."""

import asyncio
from typing import Final

import structlog

from case_api.clerk import Clerk
from case_api.clock import Clock
from case_api.forgetting import Forgetting
from case_api.office import Attend, Office

LOOK: Final = 30.0
"""Seconds between two looks whether anybody is at work; whoever was there before has two of them to come back."""

log = structlog.get_logger()


def at_work(clock: Clock) -> tuple[Attend, ...]:
    """Boards and seals follow the log, the clerk records what time brings, and what was erased is let go of."""

    async def follow(office: Office) -> None:
        await office.follower.run()

    async def keep_time(office: Office) -> None:
        await Clerk(office, clock).run()

    async def seal(office: Office) -> None:
        await office.seals.run()

    return follow, keep_time, seal, _forget


def left_to_another() -> tuple[Attend, ...]:
    """What is left where a process of its own does that: to let go of what was erased, and to look whether it does."""
    return _forget, _look


async def _forget(office: Office) -> None:
    await Forgetting(office).run()


async def _look(office: Office) -> None:
    """Warn while nobody has the clerk's duty, which is the first thing that whoever is at work takes."""
    was_free = False
    while True:
        await asyncio.sleep(LOOK)
        is_free = await office.journal.duty.is_free()
        if was_free and is_free:
            log.warning("nobody is at work in the background", authority=office.authority)
        was_free = is_free
