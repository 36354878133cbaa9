"""A consumer of the feed that goes on through anything, and what it must have seen in the end."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

from case_api.store.journal import Placed
from tests.faults.ledger import MAIN

PAGE = 50


@dataclass
class Reader:
    """Follows `GET /v1/events`; whatever breaks, it asks again from its last cursor."""

    http: httpx.AsyncClient
    address: Callable[[], str]
    headers: dict[str, str]
    seen: list[str] = field(default_factory=list)
    cursor: str | None = None

    async def follow(self) -> None:
        """Until cancelled."""
        while True:
            await self.look(wait=1)

    async def to_the_end(self) -> None:
        """Until nothing more is there, however often it has to ask."""
        while await self.look(wait=0) != 0:
            pass

    async def look(self, wait: int) -> int | None:
        """How many events the next page had; None if there was no answer."""
        asked: dict[str, str | int] = {"limit": PAGE, "wait": wait, **({"after": self.cursor} if self.cursor else {})}
        try:
            answer = await self.http.get(self.address() + "/v1/events", params=asked, headers=self.headers)
        except httpx.TransportError:
            await asyncio.sleep(0.02)
            return None
        if answer.status_code == 503:
            await asyncio.sleep(0.02)
            return None
        page = answer.raise_for_status().json()
        self.seen += [event["id"] for event in page["items"]]
        self.cursor = page["next"]
        return len(page["items"])

    def faults(self, log: Sequence[Placed]) -> dict[str, list[str]]:
        """What it missed, saw twice, or saw in another order than that of the log."""
        stored = [str(placed.recorded.event_id) for placed in log if isinstance(placed.recorded.fact, MAIN)]
        wanted, known = set(stored), set(self.seen)
        in_order = [one for one in self.seen if one in wanted]
        found = {
            "missed by the feed": [one for one in stored if one not in known],
            "twice in the feed": [one for one in known if self.seen.count(one) > 1]
            if len(known) < len(self.seen)
            else [],
        }
        if not any(found.values()) and in_order != stored:
            found["inverted in the feed"] = [one for one, other in zip(in_order, stored, strict=True) if one != other]
        return {name: those for name, those in found.items() if those}
