"""Nobody reads of very many learners within an hour, and somebody hears of who tries; on each database (T12)."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
import structlog

from case_api.access import brakes
from tests.http.at_home import Home, at_home
from tests.journeys.family import REQUEST

pytestmark = pytest.mark.anyio
LIMIT = 3
TOGETHER = "/v1/settings/burnside-primary/supports"


async def learners(home: Home, how_many: int) -> list[str]:
    return [await home.learner() for _ in range(how_many)]


async def statuses(home: Home, cases: list[str], *roles: str, **claims: str) -> list[int]:
    return [
        (await home.get(f"/v1/cases/{one}/stage", *(roles or ("pupil_support",)), **claims)).status_code
        for one in cases
    ]


async def test_past_the_limit_further_learners_have_to_wait_and_known_ones_do_not(url, tmp_path):
    async with at_home(url, tmp_path, learners_an_hour=LIMIT, background="beside") as home:
        cases = await learners(home, LIMIT + 1)
        assert await statuses(home, cases) == [200] * LIMIT + [429]
        assert await statuses(home, cases[:LIMIT]) == [200] * LIMIT
        held = await home.get(f"/v1/cases/{cases[-1]}", "pupil_support")
        assert held.json()["code"] == "too-many-learners"
        assert 3500 < int(held.headers["retry-after"]) <= 3600
        assert cases[-1] not in held.text
        assert await statuses(home, cases, sub="roy") == [200] * LIMIT + [429], "each is counted for themselves"
        row = (await home.get("/v1/audit/accesses", "auditor", params={"limit": 1})).json()["items"][0]
        assert (row["decision"], row["rule_ids"], row["case_id"]) == ("refused", ["brake"], cases[-1])


async def test_many_at_once_do_not_get_past_it(url, tmp_path):
    async with at_home(url, tmp_path, learners_an_hour=LIMIT, background="beside") as home:
        cases = await learners(home, 12)
        answers = await asyncio.gather(*(home.get(f"/v1/cases/{one}", "pupil_support") for one in cases))
        assert sorted(one.status_code for one in answers) == [200] * LIMIT + [429] * (12 - LIMIT)


async def test_a_list_counts_for_all_that_it_shows(url, tmp_path):
    async with at_home(url, tmp_path, learners_an_hour=LIMIT) as home:
        cases = await learners(home, LIMIT + 1)
        assert (await home.get("/v1/cases", "pupil_support", params={"limit": LIMIT})).status_code == 200
        assert (await home.get("/v1/cases", "pupil_support")).status_code == 429
        assert sorted(await statuses(home, cases)) == [200] * LIMIT + [429]


async def test_a_refusal_that_tells_of_a_learner_counts_as_reading_them(url, tmp_path):
    async with at_home(url, tmp_path, learners_an_hour=LIMIT, background="beside") as home:
        cases = await learners(home, LIMIT + 1)
        answers = [await home.post(f"/v1/cases/{one}/assistance-requests", REQUEST, "pupil_support") for one in cases]
        assert [one.status_code for one in answers] == [409] * LIMIT + [429]
        assert "refusals" not in answers[-1].text
        assert await statuses(home, cases) == [200] * LIMIT + [429], "reads and refusals are counted together"
    async with at_home(url, tmp_path, learners_an_hour=LIMIT, background="beside") as home:
        assert await statuses(home, cases) == [200] * LIMIT + [429], "and a restart forgets none of them"


async def test_a_group_that_is_refused_counts_for_all_of_whom_it_tells_and_for_no_others(url, tmp_path):
    group = {"scope": "group", "strategy_code": "varied_grouping", "need_refs": ["not-assessed"]}
    async with at_home(url, tmp_path, learners_an_hour=LIMIT, background="beside") as home:
        cases, unknown = await learners(home, LIMIT + 1), [str(uuid4()) for _ in range(LIMIT)]
        told = []
        for some in ([cases[0], *unknown], cases[1:LIMIT], cases[LIMIT:], cases[:LIMIT]):
            answer = await home.post(TOGETHER, {**group, "cases": some}, "pupil_support")
            told.append(answer.status_code)
        assert told == [409, 409, 429, 409]


async def test_a_restart_forgets_nothing_and_an_hour_does(url, tmp_path):
    async with at_home(url, tmp_path, learners_an_hour=LIMIT, background="beside") as home:
        cases = await learners(home, LIMIT + 2)
        await statuses(home, cases[:LIMIT])
    async with at_home(url, tmp_path, learners_an_hour=LIMIT, background="beside") as home:
        answers = await asyncio.gather(*(home.get(f"/v1/cases/{one}", "pupil_support") for one in cases))
        assert [one.status_code for one in answers] == [200] * LIMIT + [429, 429]
        clock = home.app.state.clock
        clock.move_to(clock.now() + timedelta(hours=1, seconds=1))
        assert await statuses(home, cases[LIMIT:]) == [200, 200]


async def test_several_processes_count_together(url, tmp_path, monkeypatch):
    monkeypatch.setattr(brakes, "FRESH_FOR", 0.0)
    settings = {"learners_an_hour": LIMIT, "background": "beside"}
    async with at_home(url, tmp_path, **settings) as home, at_home(url, tmp_path, **settings) as next_door:
        cases = await learners(home, LIMIT + 1)
        assert await statuses(home, cases[:2]) == [200, 200]
        assert await statuses(next_door, cases[2:]) == [200, 429]
        assert await statuses(home, cases[3:]) == [429]


async def test_programs_read_on_unless_a_limit_is_set_for_them(url, tmp_path):
    async with at_home(url, tmp_path, learners_an_hour=LIMIT, background="beside") as home:
        cases = await learners(home, LIMIT + 2)
        for role in ("mis", "auditor"):
            assert await statuses(home, cases, role, sub=role) == [200] * len(cases)
        assert await statuses(home, cases, "pupil_support", "auditor", sub="both") == [200] * LIMIT + [429, 429]
    async with at_home(url, tmp_path, learners_an_hour_of_programs=LIMIT, background="beside") as home:
        assert await statuses(home, [await home.learner()], "mis", sub="mis") == [429]


async def test_who_reads_too_much_is_told_of_at_once_and_once_within_the_hour(url, tmp_path):
    async with at_home(url, tmp_path, learners_an_hour=LIMIT, background="beside") as home:
        cases = await learners(home, LIMIT + 2)
        with structlog.testing.capture_logs() as logged:
            await statuses(home, [*cases, *cases[LIMIT:], *cases[LIMIT:], str(uuid4())])
        [line] = [one for one in logged if one["log_level"] == "warning"]
        seen = [(await home.get("/v1/audit/alerts", role)).json()["items"] for role in ("auditor", "authority_admin")]
        [alert] = seen[0]
        assert seen == [[alert], [alert]]
        assert line["incident"] == alert["alert_id"]
        assert (alert["cause"], alert["subject"], alert["figure"]) == ("many_learners", "hay", LIMIT)
        assert not any(one in f"{line}{alert}" for one in cases)
        assert "hay" not in str(line)
        assert (await home.get("/v1/audit/alerts", "pupil_support")).status_code == 403


async def test_the_fifth_refusal_within_an_hour_is_told_of(url, tmp_path):
    async with at_home(url, tmp_path, background="beside") as home:
        unknown = [str(uuid4()) for _ in range(5)]
        await statuses(home, unknown[:4], sub="prying")
        assert (await home.get("/v1/audit/alerts", "auditor")).json()["items"] == []
        await statuses(home, unknown[4:], sub="prying")
        await statuses(home, [*unknown, *unknown], "mis", sub="mis")
        [alert] = (await home.get("/v1/audit/alerts", "auditor")).json()["items"]
        assert (alert["cause"], alert["subject"], alert["figure"]) == ("many_refusals", "prying", 5)
