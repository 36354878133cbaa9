"""A number of another school's learner tells nothing of them, and who tries numbers is seen and stopped (D9)."""

from typing import Any

import httpx
import pytest

from tests.http.at_home import Home, at_home

pytestmark = pytest.mark.anyio
LIMIT = 3
ACADEMY = {"org": "burnside-academy", "sub": "prying"}


def born(*numbers: str, setting: str = "burnside-primary") -> dict[str, Any]:
    identifiers = [{"system": "mis", "value": number} for number in numbers]
    return {"name": "Isla", "date_of_birth": "2014-02-02", "setting": setting, "identifiers": identifiers}


async def theirs(home: Home, *numbers: str, **params: str) -> httpx.Response:
    """The academy registers a learner with these numbers, or would."""
    return await home.post(
        "/v1/cases", born(*numbers, setting="burnside-academy"), "pupil_support", params=params, **ACADEMY
    )


async def test_a_school_is_told_that_a_number_cannot_be_used_and_not_whose_it_is(url, tmp_path):
    async with at_home(url, tmp_path, background="beside") as home:
        case_id = (await home.done("/v1/cases", born("B-1"), "pupil_support"))["id"]
        refused, would_be = await theirs(home, "B-1"), await theirs(home, " b-1", dry_run="true")
        assert (refused.status_code, refused.json()["code"]) == (409, "identifier-not-usable")
        assert would_be.content == refused.content
        assert case_id not in f"{refused.text}{refused.headers}"
        assert "ask the authority" in refused.json()["advice"]
        [attempt] = (await home.get("/v1/audit/attempts", "auditor", params={"case_id": case_id})).json()["items"]
        assert {name: attempt[name] for name in ("subject", "command", "reason", "rule_ids")} == {
            "subject": "prying",
            "command": "RegisterLearner",
            "reason": "identifier-not-usable",
            "rule_ids": ["D9"],
        }
        wanted = {"case_id": case_id, "subject": "prying"}
        rows = (await home.get("/v1/audit/accesses", "auditor", params=wanted)).json()["items"]
        assert [(row["decision"], row["seen"]) for row in rows] == [("refused", "identifier")] * 2


async def test_who_may_read_the_learner_is_led_to_look_them_up_dry_run_or_not(url, tmp_path):
    async with at_home(url, tmp_path, background="beside") as home:
        case_id = (await home.done("/v1/cases", born("B-1"), "pupil_support"))["id"]
        for params in ({}, {"dry_run": "true"}):
            taken = await home.post("/v1/cases", born("B-1"), "pupil_support", params=params)
            assert (taken.status_code, taken.json()["code"]) == (409, "identifier-taken")
        wanted = {"case_id": case_id, "limit": 2}
        rows = (await home.get("/v1/audit/accesses", "auditor", params=wanted)).json()["items"]
        assert [(row["seen"], row["decision"]) for row in rows] == [("dry_run", "released"), ("refusal", "released")]


async def test_a_number_of_ones_own_learner_beside_it_does_not_tell_of_anothers(url, tmp_path):
    async with at_home(url, tmp_path, background="beside") as home:
        await home.done("/v1/cases", born("B-1"), "pupil_support")
        assert (await theirs(home, "A-1")).status_code == 201
        answers = [await theirs(home, "A-1", other, dry_run="true") for other in ("B-1", "free")]
        assert [one.json()["code"] for one in answers] == ["identifier-taken"] * 2
        assert answers[0].content == answers[1].content


@pytest.mark.owasp("API6")
async def test_who_tries_numbers_is_stopped_whether_they_are_in_use_or_not(url, tmp_path):
    numbers = [f"B-{number}" for number in range(LIMIT + 1)]
    async with at_home(url, tmp_path, learners_an_hour=LIMIT, background="beside") as home:
        for number in numbers:
            await home.done("/v1/cases", born(number), "pupil_support")
        tried = [(await theirs(home, number, dry_run="true")).status_code for number in numbers]
        assert tried == [409] * LIMIT + [429]
    async with at_home(url, tmp_path, learners_an_hour=LIMIT, background="beside") as home:
        held = [await theirs(home, numbers[-1]), await theirs(home, "free"), await theirs(home, "free", dry_run="true")]
        assert [one.status_code for one in held] == [429] * 3, "nor does a restart forget, nor the limit tell"
        assert held[0].content == held[1].content == held[2].content
        assert (await theirs(home)).status_code == 201, "whoever names no number asks of none"


async def test_the_fifth_number_that_is_anothers_is_told_of(url, tmp_path):
    async with at_home(url, tmp_path, background="beside") as home:
        await home.done("/v1/cases", born("B-1"), "pupil_support")
        for _ in range(5):
            await theirs(home, "B-1", dry_run="true")
        [alert] = (await home.get("/v1/audit/alerts", "auditor")).json()["items"]
        assert (alert["cause"], alert["subject"]) == ("many_refusals", "prying")
