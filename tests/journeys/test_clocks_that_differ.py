"""A process whose clock is behind overlooks nothing that another one recorded (D3, D5, I5)."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.api import clients, serving
from tests.journeys.family import REQUEST, SERVICE, Door, agreed

pytestmark = pytest.mark.anyio


async def test_a_withdrawal_recorded_by_a_faster_clock_counts_at_once_at_a_slower_one(nursery, url, tmp_path):
    async with serving(nursery, url, tmp_path, processes=2) as api, clients(api.base_urls) as (fast, slow):
        ahead = {"now": (datetime.now(UTC) + timedelta(minutes=5)).isoformat()}
        assert (await fast.put("/clock", json=ahead)).status_code == 200
        await Door(fast, api.bearer("authority_admin")).done("/v1/directory/services", SERVICE)
        quick, school = Door(fast, api.bearer("pupil_support")), Door(slow, api.bearer("pupil_support"))
        family = await agreed(quick)
        request = await school.done(family.requests, REQUEST)
        assert (await family.withdraw(quick, family.anna)).status_code == 201
        refused = await school.post(family.requests, REQUEST)
        assert (refused.status_code, refused.json()["rule_id"]) == (409, "I1")
        shown = (await school.seen(f"{family.path}/agreements"))["items"][0]["together"]
        assert shown["status"] == "missing"
        service = Door(slow, api.bearer("agency", services=["slt"]))
        assert (await service.seen(f"{family.requests}/{request['id']}"))["categories"] == []


async def test_a_settled_answer_about_the_past_does_not_change_with_the_directory(nursery, url, tmp_path):
    async with serving(nursery, url, tmp_path) as api, clients(api.base_urls) as (one,):
        admin, school = Door(one, api.bearer("authority_admin")), Door(one, api.bearer("pupil_support"))
        await admin.done("/v1/directory/services", SERVICE)
        family = await agreed(school)
        await school.done(family.requests, REQUEST)
        then = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        await one.put("/clock", json={"now": (datetime.now(UTC) + timedelta(minutes=1)).isoformat()})
        before = await school.seen(f"{family.path}/agencies?known_at={then}")
        needs = [{"code": "speech", "needs": [["health_information"]]}]
        await admin.done("/v1/directory/services", {**SERVICE, "title": "Renamed", "purposes": needs})
        assert before["settled"]
        assert await school.seen(f"{family.path}/agencies?known_at={then}") == before
        assert (await school.seen(f"{family.path}/agencies"))["items"][0]["title"] == "Renamed"
