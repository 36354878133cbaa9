"""What time brings is recorded by itself: the end of an agreement, and the pause that it causes (D15, R79)."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.api import clients, serving
from tests.journeys.family import REQUEST, SERVICE, Door, agreed

pytestmark = pytest.mark.anyio
PATIENCE = 30.0


async def until_recorded(feed: Door, event: str) -> list[dict[str, object]]:
    """The events of this type, once there is one."""
    deadline = time.monotonic() + PATIENCE
    while not (found := (await feed.seen(f"/v1/events?types={event}"))["items"]):
        assert time.monotonic() < deadline, f"{event} was never recorded"
        await asyncio.sleep(0.1)
    items: list[dict[str, object]] = found
    return items


async def test_the_ends_of_agreements_are_recorded_once_and_pause_the_work(url, tmp_path):
    async with serving(url, tmp_path, processes=2) as api, clients(api.base_urls) as (one, other):
        admin, school = Door(one, api.bearer("authority_admin")), Door(one, api.bearer("pupil_support"))
        await admin.done("/v1/directory/services", SERVICE)
        family = await agreed(school)
        request = (await school.done(family.requests, REQUEST))["id"]
        service = Door(one, api.bearer("agency", services=["slt"]))
        accepted = {"kind": "accept", "input_kind": "consultation", "practitioner": "Ms Rao"}
        await service.done(f"{family.requests}/{request}/updates", accepted)
        later = {"now": (datetime.now(UTC) + timedelta(days=400)).isoformat()}
        assert [(await each.put("/clock", json=later)).status_code for each in (one, other)] == [200, 200]
        auditor = Door(other, api.bearer("auditor"))
        await until_recorded(auditor, "InvolvementPaused")
        deadline = time.monotonic() + PATIENCE
        while len(ends := await until_recorded(auditor, "ConsentExpired")) < 3:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        assert len({end["id"] for end in ends}) == 3
        assert len(await until_recorded(auditor, "InvolvementPaused")) == 1
        work = (await school.seen(f"{family.path}/agencies"))["items"][0]
        assert (work["state"], work["agreement"]["status"]) == ("on_hold", "missing")
        refused = await service.post(
            f"{family.requests}/{request}/updates", {**accepted, "kind": "end", "outcome": "met"}
        )
        assert refused.status_code == 400
        note = {"kind": "end", "outcome": "met", "summary": "Done."}
        assert (await service.post(f"{family.requests}/{request}/updates", note)).json()["rule_id"] == "I29"
