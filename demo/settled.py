"""Whether everything that the story announced has been delivered and reported."""

import time
from collections.abc import Iterable

import httpx

from demo.processes import Household
from demo.programs import Site
from demo.script import Row

PATIENCE = 60.0
PAUSE = 0.05


class NotSettled(Exception):
    """The notifier did not come to the end of its work in time."""


def wait_until_settled(site: Site, rows: Iterable[Row], household: Household) -> None:
    """Return when everything is delivered and reported. Raises NotSettled, ChildFailed."""
    last = [row.announces for row in rows if row.announces][-1]
    deadline = time.monotonic() + PATIENCE
    with httpx.Client(base_url=site.notifier, timeout=10.0, trust_env=False) as http:
        while not is_settled(http, last):
            household.require_alive()
            if time.monotonic() > deadline:
                raise NotSettled(f"After {PATIENCE:.0f} s the notifier still has work; see its log under {site.var}.")
            time.sleep(PAUSE)


def is_settled(http: httpx.Client, last: str) -> bool:
    """Whether the event *last*, the last that is announced, was heard of, and nothing waits any more."""
    return _has_heard(http, last) and _is_idle(http)


def _has_heard(http: httpx.Client, event_type: str) -> bool:
    """The feed is followed in order, so whoever has heard of the last event has heard of all."""
    items = http.get("/v1/deliveries", params={"limit": 500}).raise_for_status().json()["items"]
    return any(item["event_type"] == event_type for item in items)


def _is_idle(http: httpx.Client) -> bool:
    health = http.get("/readyz").raise_for_status().json()
    return not (health["waiting"] or health["unreported"] or health["parked_cases"])
