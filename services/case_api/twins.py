"""Twins: the same command under the same idempotency key, at the same time (D13)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from case_api.order import TwinInFlight

T = TypeVar("T")

PATIENCE: Final = 5.0
"""Seconds that a twin waits for its elder before it is sent away."""


@dataclass(slots=True)
class _Place:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class Twins:
    """Lets one command at a time through for each client and key; a twin then finds what its elder left."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str], _Place] = {}

    async def alone(self, client: str, key: str, command: Callable[[], Awaitable[T]]) -> T:
        """Run *command* in the place of (client, key). Raises TwinInFlight after five seconds of waiting."""
        name = (client, key)
        place = self._places.setdefault(name, _Place())
        place.users += 1
        try:
            await _taken(place)
            try:
                return await command()
            finally:
                place.lock.release()
        finally:
            place.users -= 1
            if not place.users:
                del self._places[name]


async def _taken(place: _Place) -> None:
    if place.users == 1:
        await place.lock.acquire()  # at once: a time limit would cost a task of its own
        return
    try:
        await asyncio.wait_for(place.lock.acquire(), PATIENCE)
    except TimeoutError:
        raise TwinInFlight from None
