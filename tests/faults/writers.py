"""Clients that go on through anything: a command without an answer is sent again under the same key."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import httpx

from tests.faults.ledger import Intent, Ledger

ON_ONE_CASE = 40
PATIENCE = 60.0
"""Seconds in which a command must be acknowledged, however often its server died meanwhile."""
PAUSE = 0.02
COME_AGAIN = {500, 502, 503, 504}
"""500 too: whoever gets one has no receipt, and asks again. Each is counted."""


@dataclass
class Writer:
    """Registers learners and raises concerns about them, each on the version that the one before left.

    Nobody else writes about these learners, so that every conflict is one of the writer with itself.
    """

    http: httpx.AsyncClient
    address: Callable[[], str]
    """Where the service answers just now."""
    headers: dict[str, str]
    ledger: Ledger
    chances: Random
    name: str
    stop: asyncio.Event
    statuses: list[int] = field(default_factory=list)

    async def write(self) -> None:
        """Go on until told to stop; the command in hand is brought to its end."""
        learners = 0
        while not self.stop.is_set():
            learners += 1
            case, etag = await self._registered(learners)
            for number in range(ON_ONE_CASE):
                if self.stop.is_set():
                    return
                etag = await self._raised(case, etag, number)

    async def _registered(self, number: int) -> tuple[str, str]:
        known_as = f"{self.name}-{number}"
        intent = self._meant(
            "/v1/cases",
            {
                "name": known_as,
                "date_of_birth": "2016-05-11",
                "setting": "burnside-primary",
                "identifiers": [{"system": "mis", "value": known_as}],
            },
        )
        answer = await self._acknowledged(intent)
        return str(answer.json()["id"]), answer.headers["etag"]

    async def _raised(self, case: str, etag: str, number: int) -> str:
        words = {"raised_by": {"kind": "staff", "staff": "hay"}, "description": f"Said by {self.name}: {number}."}
        intent = self._meant(f"/v1/cases/{case}/concerns", words, {"If-Match": etag})
        answer = await self._acknowledged(intent)
        if self.chances.random() < 0.05:  # a client who lost the answer later on
            await self._acknowledged(intent)
        return str(answer.headers["etag"])

    def _meant(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Intent:
        key = str(UUID(int=self.chances.getrandbits(128), version=4))
        intent = Intent(key, path, body, {**(headers or {}), **self.headers, "Idempotency-Key": key})
        self.ledger.intents.append(intent)
        return intent

    async def _acknowledged(self, intent: Intent) -> httpx.Response:
        async with asyncio.timeout(PATIENCE):
            while (answer := await self._sent(intent)) is None:  # noqa: ASYNC110 - a client who asks again
                await asyncio.sleep(PAUSE)
        if answer.status_code != 201:
            self.ledger.wrong.append(f"{answer.status_code} {answer.text[:300]}")
            raise AssertionError(f"a false conflict: {self.ledger.wrong[-1]}")
        intent.receipts.append((answer.status_code, answer.text))
        if "id" in answer.json():
            intent.made = UUID(answer.json()["id"])
        return answer

    async def _sent(self, intent: Intent) -> httpx.Response | None:
        intent.sent += 1
        try:
            answer = await self.http.post(self.address() + intent.path, json=intent.body, headers=intent.headers)
        except httpx.TransportError:
            return None
        self.statuses.append(answer.status_code)
        return None if answer.status_code in COME_AGAIN else answer
