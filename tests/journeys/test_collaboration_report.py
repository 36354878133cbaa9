"""The collaboration report over HTTP, on both databases: figures of a school, and none of a learner."""

from typing import Any

import pytest

from tests.journeys.family import Door
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
REPORT = "/v1/collaboration-report"
RIGHTS = {"parental_responsibilities_and_rights": {"held": True}}


async def one_learner(school: Door, setting: str) -> None:
    """Somebody whose mother answers a postcard."""
    learner = {"name": "Maja", "date_of_birth": "2016-05-11", "setting": setting}
    case_id = (await school.done("/v1/cases", learner))["id"]
    path = f"/v1/cases/{case_id}"
    anna = (await school.done(f"{path}/carers", {"name": "Anna", "relationship": "mother", **RIGHTS}))["id"]
    card = {"direction": "try_at_home", "carer": anna, "text": "Try this.", "language": "en"}
    thread = (await school.done(f"{path}/postcards", card))["id"]
    answer = {"carer": anna, "text": "It worked.", "language": "en"}
    await school.done(f"{path}/postcards/{thread}/replies", answer)


async def reported(door: Door, setting: str | None = None, **params: str) -> dict[str, Any]:
    period = {"from": "2020-02-15", "until": "2099-11-03"} | params
    return await door.seen(REPORT, params=period | ({"setting": setting} if setting else {}))


async def test_a_school_of_ten_learners_is_reported_on_and_one_of_nine_is_not(town: Town):
    for _ in range(9):
        await one_learner(town.school, "nine-primary")
    few = await reported(town.school, "nine-primary")
    assert (few["replies"], few["reply_days"], few["reciprocity"]) == ({"left_out": "too_few"},) * 3
    assert "learners" not in few
    await one_learner(town.school, "nine-primary")
    enough = await reported(town.school.at(town.other), "nine-primary")
    assert (enough["learners"], enough["replies"]) == (10, {"learners": 10, "at_least": 50})
    assert enough["reciprocity"] == {"learners": 10, "about": 1.0}
    assert (enough["from"], enough["until"]) == ("2020-02-01", "2099-11-30"), "whole months"
    assert (await reported(town.school, "nine-primary", until="2020-03-01"))["replies"] == {"left_out": "too_few"}
    assert enough["wait_days"] == {"left_out": "too_few"}


async def test_a_period_runs_forward_and_the_report_is_not_for_families_or_services(town: Town):
    backwards = await town.school.get(REPORT, params={"from": "2026-02-01", "until": "2026-01-31"})
    assert (backwards.status_code, backwards.json()["errors"][0]["parameter"]) == (400, "until")
    assert (await town.school.get(REPORT)).status_code == 400
    assert (await reported(town.door("authority_admin")))["from"] == "2020-02-01"
    agency = town.door("agency", sub="slt", services=["slt"])
    period = {"from": "2026-01-01", "until": "2026-01-31"}
    assert (await agency.get(REPORT, params=period)).status_code == 403
