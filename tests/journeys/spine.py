"""Case API, notifier and letter box as three real processes, and what can be seen of them and done to them."""

import signal
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import psycopg

from case_api.http.issuer import LocalIssuer
from demo import programs
from demo.processes import Child, Household
from demo.programs import Site
from demo.tokens import AUTHORITY
from tests.journeys.family import Door, Family


@dataclass
class Town:
    """Case API, notifier and letter box, and those who knock at their doors."""

    site: Site
    household: Household
    http: httpx.AsyncClient
    issuer: LocalIssuer

    def door(self, role: str, **claims: Any) -> Door:
        token = self.issuer.mint(role, authority=AUTHORITY, roles=(role,), **{"org": "burnside-primary", **claims})
        return Door(self.http, {"Authorization": f"Bearer {token}"})

    @property
    def school(self) -> Door:
        return self.door("pupil_support")

    @property
    def slt(self) -> Door:
        return self.door("agency", services=("slt",))

    def arrived(self) -> list[dict[str, Any]]:
        """What the letter box holds, newest first."""
        found: list[dict[str, Any]] = httpx.get(self.site.mail + "/messages.json").json()
        return found

    def hooks(self, event_type: str, case_id: str) -> list[dict[str, Any]]:
        """Webhooks of one kind about one case."""
        return [one for one in self.arrived() if one["subject"] == event_type and case_id in one["body"]]

    def deliveries(self, case_id: str) -> list[dict[str, Any]]:
        """The outbox rows of one case that had a channel."""
        items = httpx.get(self.site.notifier + "/v1/deliveries?limit=500").json()["items"]
        return [item for item in items if item["case_id"] == case_id and item["channel"] != "none"]

    def is_idle(self) -> bool:
        health = httpx.get(self.site.notifier + "/readyz").json()
        return not (health["waiting"] or health["unreported"])

    @property
    def notifier(self) -> Child:
        return next(child for child in self.household.children if child.program.name == "notifier")

    def kill_notifier(self) -> None:
        """As the machine would when it loses power: nothing is finished, nothing is said."""
        self.notifier.process.send_signal(signal.SIGKILL)
        self.notifier.process.wait()
        self.household.children.remove(self.notifier)

    def let_leases_run_out(self) -> None:
        """Where several notifiers can share a database, a dead one's messages are free after 90 real seconds."""
        if self.site.notifier_database_url:
            with psycopg.connect(self.site.notifier_database_url) as connection:
                connection.execute("UPDATE outbox SET lease_until = 0 WHERE state = 'claimed'")

    def start_notifier(self) -> None:
        self.household.start(programs.notifier(self.site))

    def is_idle_in_time(self) -> bool:
        """Whether nothing waits; what waits for a later hour is given that hour."""
        if self.is_idle():
            return True
        clock = self.site.notifier + "/clock"
        later = datetime.fromisoformat(httpx.get(clock).json()["now"]) + timedelta(days=1)
        httpx.put(clock, json={"now": later.isoformat()}).raise_for_status()
        return False


def arrived_about(town: Town, family: Family, template: str) -> list[dict[str, Any]]:
    """What arrived of one kind for one family, oldest first."""
    ids = {row["message_id"] for row in town.deliveries(family.case_id) if row["template"] == template}
    return [one for one in reversed(town.arrived()) if any(known in one["message_id"] for known in ids)]


def later_copies(arrived: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every copy but the first of each message."""
    first = {one["message_id"]: place for place, one in reversed(list(enumerate(arrived)))}
    return [one for place, one in enumerate(arrived) if place != first[one["message_id"]]]
