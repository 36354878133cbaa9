"""That a refused command left nothing but a record of the attempt (D20)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from demo.programs import Site
from demo.script import Row
from demo.seed import Teller

CASE = re.compile(r"/v1/cases/([^/]+)")
AUDITOR = "auditor"
CLERK = frozenset({"WatchRaised.v1", "WatchEscalated.v1", "WatchCleared.v1"})
"""What the clerk may record meanwhile, on the case too."""
BESIDES = CLERK | {"DisclosureMade.v1"}
"""The same, and what the notifier reports, which is no part of the case."""
Attempts = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Seen:
    """How things stood: the case's version as its ETag has it, the end of the feed, and the attempts."""

    etag: str | None
    cursor: str
    attempts: Attempts
    audited: Attempts
    """Those that the auditor sees: not the attempts of a sealed matter."""


class Watching:
    """The eyes of an auditor, and of whoever else may see who tried what."""

    def __init__(self, http: httpx.Client, site: Site, teller: Teller, token: Callable[[str], str]) -> None:
        self._http, self._case_api, self._teller, self._token = http, site.case_api, teller, token
        self._cursor: str | None = None

    def look(self, row: Row) -> Seen:
        """Just before the command of *row*."""
        self._cursor = self._end_of_feed()
        return self._seen(row, self._cursor)

    def only_an_attempt_since(self, before: Seen, row: Row) -> list[str]:
        """What else there is; empty if nothing."""
        after = self._seen(row, before.cursor)
        tried = after.attempts[: len(after.attempts) - len(before.attempts)]
        announced, is_sealed = self._announced(before.cursor), row.seen_by != AUDITOR
        claims = {
            "the case changed": after.etag == before.etag or not announced.isdisjoint(CLERK),
            "something was announced": announced <= BESIDES,
            "no attempt is on record": [row.rule_id in one["rule_ids"] for one in tried] == [True],
            "the auditor sees it": not is_sealed or after.audited == before.audited,
        }
        return [what for what, holds in claims.items() if not holds]

    def _seen(self, row: Row, cursor: str) -> Seen:
        found = CASE.match(self._teller.filled(row.path))
        etag = self._get(f"/v1/cases/{found[1]}", AUDITOR).headers["ETag"] if found else None
        attempts = self._attempts(self._teller.filled(row.attempts), row.seen_by)
        return Seen(etag, cursor, attempts, self._attempts("/v1/audit/attempts?limit=500", AUDITOR))

    def _attempts(self, path: str, seen_by: str) -> Attempts:
        found: Attempts = self._get(path, seen_by).json()["items"]
        return found

    def _announced(self, after: str) -> set[str]:
        return {one["type"] for one in self._page(after)["items"]}

    def _end_of_feed(self) -> str:
        """The cursor behind the last event."""
        found = self._page(self._cursor)
        while found["items"]:
            found = self._page(found["next"])
        return str(found["next"])

    def _page(self, after: str | None) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._get(
            f"/v1/events?limit=500{f'&after={after}' if after else ''}", AUDITOR
        ).json()
        return found

    def _get(self, path: str, who: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token(who)}"}
        return self._http.get(self._case_api + path, headers=headers).raise_for_status()
