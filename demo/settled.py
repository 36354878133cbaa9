"""Whether everything that the story announced has been delivered and reported.

Asked before the clocks move to another day, so that the record says of each message the day on which it went out.
"""

import time
from collections.abc import Callable
from typing import Any

import httpx

from demo.programs import Site

PATIENCE = 150.0
PAUSE = 0.02
NEWEST = 100
"""Of the deliveries, so many are looked at: more than one event ever has."""


class NotSettled(Exception):
    """The notifier did not come to the end of its work in time."""


class Settling:
    """Follows the feed as the notifier does, and waits until what was to be told is told.

    The notifier takes events in their order, so that it has heard all once it has heard the last of which anybody is
    to be told. *require_alive* raises when one of the processes has died.
    """

    def __init__(self, http: httpx.Client, site: Site, token: str, require_alive: Callable[[], None]) -> None:
        self._http, self._site, self._require_alive = http, site, require_alive
        self._authorised = {"Authorization": f"Bearer {token}"}
        self._after: str | None = None
        self._last: str | None = None

    def wait(self) -> None:
        """Return when everything announced so far is delivered and reported. Raises NotSettled."""
        self._last = self._last_to_be_told() or self._last
        deadline = time.monotonic() + PATIENCE
        while not (self._has_heard_all() and is_idle(self._http, self._site.notifier)):
            self._require_alive()
            if time.monotonic() > deadline:
                raise NotSettled(
                    f"After {PATIENCE:.0f} s the notifier still has work; see its log under {self._site.var.name}."
                )
            time.sleep(PAUSE)

    def _last_to_be_told(self) -> str | None:
        """Go on in the feed; the last event there of which anybody is to hear."""
        announced = list[tuple[str, str]]()
        while True:
            asked = {"after": self._after} if self._after else {}
            page = self._read("/v1/events", {**asked, "limit": "500"})
            self._after = page["next"]
            if not page["items"]:
                break
            links = ((event["id"], event["data"]["links"].get("recipients")) for event in page["items"])
            announced += [(event_id, link) for event_id, link in links if link]
        to_be_told = (event_id for event_id, link in reversed(announced) if self._read(link, {})["recipients"])
        return next(to_be_told, None)

    def _has_heard_all(self) -> bool:
        if self._last is None:
            return True
        answer = self._http.get(f"{self._site.notifier}/v1/deliveries", params={"limit": NEWEST}).raise_for_status()
        if self._last in {delivery["event_id"] for delivery in answer.json()["items"]}:
            self._last = None
        return self._last is None

    def _read(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        answer = self._http.get(self._site.case_api + path, params=params, headers=self._authorised)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found


def is_idle(http: httpx.Client, notifier: str) -> bool:
    """Whether the notifier has nothing to deliver or to report."""
    health = http.get(f"{notifier}/readyz").raise_for_status().json()
    return not (health["waiting"] or health["unreported"] or health["parked_cases"])
