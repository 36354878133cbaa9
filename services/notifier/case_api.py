"""The case API as the notifier sees it: four calls, and two ways in which they can fail."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from pydantic import ValidationError

from notifier.calls import Answer, Calls, Request, Unreached
from notifier.outbox import Entry
from notifier.wire import Page, Permit, PermitRefusal, Read, Recipients

R = TypeVar("R", bound=Read)
OUT_OF_ORDER = frozenset({401, 403, 408, 425, 429, 502, 503, 504})
"""Statuses that tell of the whole service or our credential, not of the one thing asked for."""


class CaseApiUnavailable(Exception):
    """Nothing can be asked just now: try the same again later."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class CaseApiRefused(Exception):
    """This one question was not answered as agreed, however healthy the service is."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code, self.status = code, status


@dataclass(frozen=True, slots=True)
class Withheld:
    """The case API gave no leave to send, and why."""

    reason: str


class CaseApi:
    """Asks with the notifier's own narrow credential, read anew for each call (T15)."""

    def __init__(self, url: str, bearer: Callable[[], str], calls: Calls) -> None:
        self._url, self._bearer, self._calls = url.rstrip("/"), bearer, calls

    async def page(self, after: str | None, wait: int, limit: int) -> Page:
        """The feed after a cursor, held up to *wait* seconds. Raises CaseApiUnavailable, CaseApiRefused."""
        asked = {"wait": str(wait), "limit": str(limit)} | ({"after": after} if after else {})
        return _read(Page, await self._ask("GET", f"/v1/events?{urlencode(asked)}", seconds=wait + 10))

    async def recipients(self, event_id: UUID) -> Recipients:
        """Who is to hear of an event; nobody if it is no longer there. Raises as `page` does."""
        answer = await self._ask("GET", f"/v1/events/{event_id}/recipients", also=(404, 410))
        return Recipients(recipients=()) if answer.status in (404, 410) else _read(Recipients, answer)

    async def permit(self, entry: Entry) -> Permit | Withheld:
        """Leave to send one message within five seconds, or why not (D19). Raises as `page` does."""
        body = entry.model_dump(mode="json", include={"event_id", "recipient", "template", "channel", "message_id"})
        answer = await self._ask("POST", "/v1/send-permits", json.dumps(body).encode(), also=(404, 409, 410))
        match answer.status:
            case 409:
                return Withheld(_read(PermitRefusal, answer).reason)
            case 404 | 410:
                return Withheld("erased")
        return _read(Permit, answer)

    async def disclose(self, message_id: UUID, body: bytes) -> bool:
        """Report what became of a message; False if its case is gone. Raises as `page` does."""
        answer = await self._ask("POST", "/v1/disclosures", body, key=str(message_id), also=(404, 410))
        return answer.status not in (404, 410)

    async def _ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        key: str | None = None,
        seconds: float = 10,
        also: tuple[int, ...] = (),
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self._bearer()}", "Accept": "application/json"}
        headers |= {"Content-Type": "application/json"} if body else {}
        headers |= {"Idempotency-Key": key} if key else {}
        try:
            answer = await self._calls.send(Request(method, self._url + path, headers, body, seconds))
        except Unreached:
            raise CaseApiUnavailable("unreached") from None
        if answer.status in OUT_OF_ORDER:
            raise CaseApiUnavailable(f"status_{answer.status}")
        if not answer.status < 300 and answer.status not in also:
            raise CaseApiRefused(f"status_{answer.status}", answer.status)
        return answer


def _read(kind: type[R], answer: Answer) -> R:
    try:
        return kind.model_validate_json(answer.body)
    except ValidationError:
        raise CaseApiRefused("unreadable", answer.status) from None
