"""The collaboration report over HTTP, on both databases: figures of a school, and none of a learner."""

from typing import Any

import pytest

from tests.canaries import named
from tests.journeys.api import NEIGHBOUR
from tests.journeys.family import Door
from tests.journeys.town import Town

pytestmark = pytest.mark.anyio
REPORT = "/v1/collaboration-report"
IN_TERM = {"occurred_at": "2025-09-26"}
RIGHTS = {"parental_responsibilities_and_rights": {"held": True}}


async def one_learner(town: Town, setting: str) -> None:
    """Somebody whose mother answers a postcard."""
    school = town.door("pupil_support", org=setting)
    learner = {"name": named("Maja"), "date_of_birth": "2016-05-11", "setting": setting, **IN_TERM}
    case_id = (await school.done("/v1/cases", learner))["id"]
    path = f"/v1/cases/{case_id}"
    anna = (
        await school.done(f"{path}/carers", {"name": named("Anna"), "relationship": "mother", **RIGHTS, **IN_TERM})
    )["id"]
    card = {"direction": "try_at_home", "carer": anna, "text": "Try this.", "language": "en", **IN_TERM}
    thread = (await school.done(f"{path}/postcards", card))["id"]
    answer = {"carer": anna, "text": "It worked.", "language": "en", **IN_TERM}
    await school.done(f"{path}/postcards/{thread}/replies", answer)


async def reported(door: Door, setting: str | None = None, **params: str) -> dict[str, Any]:
    period = {"from": "2025-09-15", "until": "2025-10-03"} | params
    return await door.seen(REPORT, params=period | ({"setting": setting} if setting else {}))


async def test_a_school_of_ten_learners_is_reported_on_and_one_of_nine_is_not(town: Town):
    for _ in range(9):
        await one_learner(town, "nine-primary")
    few = await reported(town.school, "nine-primary")
    assert (few["replies"], few["reply_days"], few["reciprocity"]) == ({"left_out": "too_few"},) * 3
    assert "learners" not in few
    await one_learner(town, "nine-primary")
    enough = await reported(town.school.at(town.other), "nine-primary")
    assert (enough["learners"], enough["replies"]) == (10, {"learners": 10, "at_least": 50})
    assert enough["reciprocity"] == {"learners": 10, "at_least": 50}
    assert enough["reply_days"] == {"learners": 10, "school_days": "up to 5"}
    assert (enough["from"], enough["until"]) == ("2025-08-18", "2025-10-17"), "a whole term"
    year = await reported(town.school, "nine-primary", until="2026-03-01")
    assert (year["from"], year["until"]) == ("2025-08-18", "2026-06-26"), "a whole school year"
    later = {"from": "2025-11-03", "until": "2025-11-03"}
    assert (await reported(town.school, "nine-primary", **later))["replies"] == {"left_out": "too_few"}
    assert enough["wait_days"] == {"left_out": "too_few"}

    await one_learner(town, "one-primary")
    assert (await reported(town.school, "nine-primary"))["replies"] == {"left_out": "too_few"}, "it would tell of one"
    assert (await reported(town.school))["replies"] == {"learners": 10, "at_least": 50}


async def test_a_period_runs_forward_within_one_school_year_and_a_setting_is_a_listed_one(town: Town):
    admin = town.door("authority_admin", authority=NEIGHBOUR)
    await admin.done("/v1/directory/settings", {"setting": "listed-primary", "title": "Listed Primary"})
    school = town.door("pupil_support", authority=NEIGHBOUR)
    period = {"from": "2025-09-15", "until": "2025-10-03"}
    assert (await school.seen(REPORT, params={**period, "setting": "listed-primary"}))["setting"] == "listed-primary"
    for wrong, parameter in (
        ({"until": "2025-09-14"}, "until"),
        ({"until": "2026-09-01"}, "from"),
        ({"from": "2025-08-01"}, "from"),
        ({"from": "2020-02-15", "until": "2099-11-03"}, "from"),
        ({"setting": "unheard-of"}, "setting"),
    ):
        answer = await school.get(REPORT, params=period | wrong)
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, parameter), wrong
    assert (await town.school.get(REPORT)).status_code == 400


@pytest.mark.owasp("API5")
async def test_the_report_is_not_for_families_or_services(town: Town):
    assert (await reported(town.door("authority_admin")))["from"] == "2025-08-18"
    agency = town.door("agency", sub="slt", services=["slt"])
    period = {"from": "2025-09-15", "until": "2025-10-03"}
    assert (await agency.get(REPORT, params=period)).status_code == 403
