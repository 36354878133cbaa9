"""What time brings is recorded by itself: agreements that end, watches that stand and are over (D15, R79, I28)."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from typing import Any
from uuid import uuid4

import pytest

from tests.journeys.api import clients, serving
from tests.journeys.family import CONCERN, REQUEST, SERVICE, Door, agreed, register

pytestmark = pytest.mark.anyio
PATIENCE = 30.0


async def until_recorded(feed: Door, event: str) -> list[dict[str, Any]]:
    """The events of this type, once there is one."""
    deadline = time.monotonic() + PATIENCE
    while not (found := (await feed.seen(f"/v1/events?types={event}"))["items"]):
        assert time.monotonic() < deadline, f"{event} was never recorded"
        await asyncio.sleep(0.1)
    items: list[dict[str, Any]] = found
    return items


async def test_the_ends_of_agreements_are_recorded_once_and_pause_the_work(nursery, url, tmp_path):
    async with serving(nursery, url, tmp_path, processes=2) as api, clients(api.base_urls) as (one, other):
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


async def test_a_concern_that_nobody_answers_stands_out_until_support_begins(nursery, url, tmp_path):
    async with serving(nursery, url, tmp_path, processes=2) as api, clients(api.base_urls) as (one, other):
        school, auditor = Door(one, api.bearer("pupil_support")), Door(other, api.bearer("auditor"))
        family = await register(school)
        concern = (await school.done(f"{family.path}/concerns", CONCERN))["id"]
        for each in (one, other):
            later = {"now": (datetime.now(UTC) + timedelta(days=60)).isoformat()}
            assert (await each.put("/clock", json=later)).status_code == 200
        [raised] = await until_recorded(auditor, "WatchRaised")
        assert (raised["data"]["watch"], raised["data"]["ref"]) == ("unsupported_concern", concern)
        [escalated] = await until_recorded(auditor, "WatchEscalated")
        assert escalated["time"] > raised["time"]
        notifier = Door(one, api.bearer("notifier"))
        heard = (await notifier.seen(f"/v1/events/{raised['id']}/recipients"))["recipients"]
        assert [(each["recipient"], each["role"]) for each in heard] == [("staff:hay", "owner")]
        [listed] = (await school.seen("/v1/unsupported-concerns?setting=burnside-primary"))["items"]
        assert (listed["concern_id"], listed["age_school_days"] > 10) == (concern, True)
        [watch] = (await school.seen("/v1/watches?watch=unsupported_concern"))["items"]
        assert (watch["ref"], watch["escalated"]) == (concern, True)
        assert (await school.seen("/v1/cases"))["items"][0]["open_watches"] == 1
        support = {"strategy_code": "visual_timetable", "need_refs": ["speech_sounds"], "by": "hay"}
        await school.done(f"{family.path}/supports", support)
        [cleared] = await until_recorded(auditor, "WatchCleared")
        assert cleared["data"]["ref"] == concern
        assert len(await until_recorded(auditor, "WatchRaised")) == 1
        asked = {"event_id": raised["id"], "recipient": "staff:hay", "template": "watch-raised", "channel": "email"}
        late = await notifier.post("/v1/send-permits", {**asked, "message_id": str(uuid4())})
        assert (late.status_code, late.json()["reason"]) == (409, "superseded")
        assert (await school.seen("/v1/watches"))["items"] == (await school.seen("/v1/unsupported-concerns"))["items"]
        assert (await school.seen("/v1/watches?setting=elsewhere"))["items"] == []


async def test_a_review_shows_as_due_and_is_overdue_the_day_after(nursery, url, tmp_path):
    async with serving(nursery, url, tmp_path) as api, clients(api.base_urls) as (one,):
        school, auditor = Door(one, api.bearer("pupil_support")), Door(one, api.bearer("auditor"))
        family = await register(school)
        today = datetime.now(UTC).date()
        plan = {
            "measures": [{"strategy_code": "visual_timetable", "need_refs": ["speech_sounds"]}],
            "intended_outcomes": ["Starts a task alone"],
            "review_on": (today + timedelta(days=30)).isoformat(),
            "responsible": ["hay"],
        }
        await school.done(f"{family.path}/planned-supports", plan)
        [due] = (await school.seen("/v1/reviews-due"))["items"]
        assert (due["what"], due["due"], due["overdue"]) == ("review", plan["review_on"], False)
        assert (await school.get("/v1/reviews-due?until=0")).status_code == 400
        assert (await school.seen(f"/v1/reviews-due?until={today}"))["items"] == []
        later = datetime.combine(today + timedelta(days=31), time_of_day(12), UTC)
        assert (await one.put("/clock", json={"now": later.isoformat()})).status_code == 200
        [overdue] = (await school.seen("/v1/reviews-due"))["items"]
        assert overdue["overdue"] is True
        [raised] = await until_recorded(auditor, "WatchRaised")
        assert raised["data"]["watch"] == "review_overdue"
