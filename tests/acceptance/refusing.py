"""That a refused command left nothing but a record of the attempt (D20)."""

from dataclasses import dataclass
from typing import Any

import httpx

from demo.programs import Site
from demo.script import Row
from demo.seed import CASE

MOST = 500
BESIDES = frozenset({"DisclosureMade.v1"})
"""What the notifier reports meanwhile of messages that were under way."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How things stood before: the case's version as its ETag has it, the end of the feed, and the attempts."""

    case: str | None
    etag: str | None
    cursor: str
    attempts: int


class Watching:
    """An auditor's eyes."""

    def __init__(self, http: httpx.Client, site: Site, token: str) -> None:
        self._http, self._case_api = http, site.case_api
        self._authorised = {"Authorization": f"Bearer {token}"}
        self._cursor: str | None = None

    def look(self, path: str) -> Seen:
        found = CASE.match(path)
        case = found[1] if found else None
        self._cursor = self._end_of_feed()
        return Seen(case, self._etag(case), self._cursor, len(self._attempts(case)))

    def only_an_attempt_since(self, before: Seen, row: Row) -> list[str]:
        attempts = self._attempts(before.case)
        named = attempts[0]["rule_ids"] if len(attempts) == before.attempts + 1 else ()
        claims = {
            "the case changed": self._etag(before.case) == before.etag,
            "something was announced": all(one["type"] in BESIDES for one in self._page(before.cursor)["items"]),
            "no attempt was recorded": row.rule_id in named,
        }
        return [what for what, holds in claims.items() if not holds]

    def _etag(self, case: str | None) -> str | None:
        return self._get(f"/v1/cases/{case}").headers["ETag"] if case else None

    def _attempts(self, case: str | None) -> list[dict[str, Any]]:
        found = self._get("/v1/audit/attempts", limit=MOST, **({"case_id": case} if case else {}))
        items: list[dict[str, Any]] = found.json()["items"]
        return items

    def _end_of_feed(self) -> str:
        """The cursor behind the last event."""
        found = self._page(self._cursor)
        while found["items"]:
            found = self._page(found["next"])
        return str(found["next"])

    def _page(self, after: str | None) -> dict[str, Any]:
        found: dict[str, Any] = self._get("/v1/events", limit=MOST, **({"after": after} if after else {})).json()
        return found

    def _get(self, path: str, **parameters: str | int) -> httpx.Response:
        return self._http.get(self._case_api + path, params=parameters, headers=self._authorised).raise_for_status()
